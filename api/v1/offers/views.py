from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.pagination import Page
from api.http.rendering import reply
from api.http.views import HouseView
from api.http.writes import write
from api.v1.pickups.views import seen_page
from collection.dispatch import operations, queries
from collection.dispatch.queries import Seen

from . import serializers


class Offers(HouseView):
    """Pickups offered to one's organisation, newest first; all offers for staff."""

    actions = {"GET": "offer.read"}
    queries = {"GET": serializers.OfferQuery}
    replies = {"GET": serializers.OffersReply}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        page = Page.of(request, asked)
        found = queries.offers(request.actor, filters=asked, after=page.after, limit=page.limit + 1)
        return reply(seen_page(page, found))


class Offer(HouseView):
    """One offer; where exactly, and whose it is, is told to whoever accepts."""

    actions = {"GET": "offer.read"}
    replies = {"GET": serializers.OfferReply}

    def get(self, request: Request, offer_id: UUID) -> HttpResponse:
        return reply(queries.offer(request.actor, offer_id).json.encode())


class Accept(HouseView):
    """Take the pickup. One wins; the winner's repeat is answered like the first time, the others get 409, late ones 410."""

    actions = {"POST": "offer.accept"}
    replies = {"POST": serializers.AcceptedReply}

    def post(self, request: Request, offer_id: UUID) -> HttpResponse:
        return write(request, lambda actor, at: operations.accept_offer(actor=actor, at=at, offer_id=offer_id),
                     render=lambda accepted: accepted)


class Decline(HouseView):
    """Say no; when nobody of the wave is left, the next goes out at once."""

    actions = {"POST": "offer.decline"}
    bodies = {"POST": serializers.DeclineForm}
    replies = {"POST": serializers.OfferReply}

    def post(self, request: Request, offer_id: UUID) -> HttpResponse:
        asked = self.body()
        return write(
            request, lambda actor, at: operations.decline_offer(actor=actor, at=at, offer_id=offer_id, **asked),
            render=Seen.plain,
        )
