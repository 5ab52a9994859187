from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpResponse
from rest_framework.request import Request

from api.http.pagination import Page
from api.http.rendering import dumps, reply, tagged
from api.http.steps import Step
from api.http.views import HouseView
from api.http.writes import write
from collection.custody.queries import timeline_of_pickup
from collection.dispatch import operations, queries
from collection.dispatch.operations import Checked, NewPickup, Submitted
from collection.dispatch.queries import Seen
from collection.kernel.db import now

from . import serializers


class Pickups(HouseView):
    """Requests to fetch waste."""

    actions = {"GET": "pickup.read", "POST": "pickup.submit"}
    queries = {"GET": serializers.PickupQuery}
    bodies = {"POST": serializers.PickupForm}
    replies = {"GET": serializers.PickupsReply, "POST": serializers.SubmittedReply}
    statuses = {"POST": 201}

    def get(self, request: Request) -> HttpResponse:
        """One's own requests; a collector's accepted ones and those on offer, a recycler's inbound, all for staff."""
        asked = self.query()
        page = Page.of(request, asked)
        found = queries.pickups(request.actor, filters=asked, after=page.after, limit=page.limit + 1)
        return reply(seen_page(page, found))

    def post(self, request: Request) -> HttpResponse:
        """Ask for waste to be fetched. The same `id` with the same content answers 200; with other content 409."""
        new = new_pickup(self.body())
        return write(request, lambda actor, at: operations.submit_pickup(actor=actor, at=at, new=new),
                     render=submitted_json, status=lambda made: 200 if made.replayed else 201)


class Check(HouseView):
    """Would it be payable and served there? Takes what a submission takes, refuses what it refuses, does nothing.

    A question, so it needs no Idempotency-Key.
    """

    actions = {"POST": "pickup.quote"}
    bodies = {"POST": serializers.PickupForm}
    replies = {"POST": serializers.CheckedReply}
    operation_ids = {"POST": "checkPickup"}
    keyed = False

    def post(self, request: Request) -> HttpResponse:
        new = new_pickup(self.body())
        return reply(operations.check_pickup(actor=request.actor, at=now(), new=new))


class DryRun(HouseView):
    """Whom would it be offered to, and why to nobody else? Takes what a submission takes, and does nothing.

    A question, so it needs no Idempotency-Key.
    """

    actions = {"POST": "candidate.try"}
    bodies = {"POST": serializers.PickupForm}
    replies = {"POST": serializers.DryRunReply}
    operation_ids = {"POST": "tryPickup"}
    keyed = False

    def post(self, request: Request) -> HttpResponse:
        new = new_pickup(self.body())
        found = operations.try_pickup(actor=request.actor, at=now(), new=new)
        return reply({"wave_size": found.wave_size, "checked": found.checked, **found.told})


class Unserved(HouseView):
    """The requests no contract may take, longest waiting first, each with its latest explanation."""

    actions = {"GET": "unserved.read"}
    queries = {"GET": serializers.UnservedQuery}
    replies = {"GET": serializers.UnservedPageReply}
    operation_ids = {"GET": "listUnservedPickups"}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        page = Page.of(request, asked)
        found = queries.unserved(
            request.actor, programme=asked.get("programme"), after=page.after, limit=page.limit + 1)
        return reply(seen_page(page, found))


class UnservedByDistrict(HouseView):
    """Where requests wait in vain, and what was lost lately: most tonnes first."""

    actions = {"GET": "unserved.read"}
    queries = {"GET": serializers.DistrictQuery}
    replies = {"GET": serializers.DistrictsReply}
    operation_ids = {"GET": "listUnservedByDistrict"}

    def get(self, request: Request) -> HttpResponse:
        return reply({"items": queries.unserved_by_district(**self.query())})


class Pickup(HouseView):
    """One request with its timeline."""

    actions = {"GET": "pickup.read"}
    replies = {"GET": serializers.PickupDetailReply}

    def get(self, request: Request, pickup_id: UUID) -> HttpResponse:
        found = queries.pickup(request.actor, pickup_id)
        body = dumps(found.plain() | {"timeline": timeline_json(found)})
        if found.state == "fulfilled":
            # The row rests and allows no more steps, but its kilograms travel on: the tag is of what is shown.
            return tagged(request, body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')
        return reply(body, request=request, version=found.version)


class PickupStep(Step, abstract=True):
    """A decision about a pickup, taken by whoever saw this version of it."""

    def render(self, result: Seen) -> dict[str, Any]:
        return result.plain()


class Cancel(PickupStep):
    """Call it off; possible until the load is taken."""

    actions = {"POST": "pickup.cancel"}
    bodies = {"POST": serializers.CancelForm}
    replies = {"POST": serializers.PickupReply}
    verb = staticmethod(operations.cancel_pickup)


class Missed(PickupStep):
    """Nobody came while the window lasted: it is offered to others for another time."""

    actions = {"POST": "pickup.missed"}
    bodies = {"POST": serializers.MissedForm}
    replies = {"POST": serializers.PickupReply}
    verb = staticmethod(operations.report_missed)


class Assign(PickupStep):
    """Give it to a contract without asking; whoever has it but has not collected loses it."""

    actions = {"POST": "pickup.assign"}
    bodies = {"POST": serializers.AssignForm}
    replies = {"POST": serializers.PickupReply}
    verb = staticmethod(operations.assign_pickup)


class Explanation(HouseView):
    """Why a wave went to whom it went, or to nobody: every contract considered, rule by rule."""

    actions = {"GET": "candidate.read"}
    queries = {"GET": serializers.WaveQuery}
    replies = {"GET": serializers.ExplanationReply}
    operation_ids = {"GET": "readDispatchExplanation"}

    def get(self, request: Request, pickup_id: UUID) -> HttpResponse:
        return reply(queries.explanation(pickup_id, wave=self.query().get("wave")))


def timeline_json(found: Seen) -> list[dict[str, Any]]:
    """From the request to the last kilogram: dispatch's steps, then what custody sealed of its loads."""
    road = [{"of": one.of, "step": one.step, "at": one.at, "mass_g": one.mass_g} for one in queries.timeline(found.id)]
    loads = timeline_of_pickup(found.id) if found.state == "fulfilled" else []
    return road + [
        {"of": "consignment", "step": one.step, "at": one.recorded_at, "mass_g": one.mass_g} for one in loads]


def new_pickup(asked: dict[str, Any]) -> NewPickup:
    return NewPickup(**asked | {"photo_ids": tuple(asked["photo_ids"])})


def submitted_json(made: Submitted) -> dict[str, Any]:
    return made.pickup.plain() | {"checked": checked_json(made.checked)}


def checked_json(checked: Checked) -> dict[str, Any]:
    return {name: getattr(checked, name) for name in ("payable", "served", "stages", "reasons")}


def seen_page(page: Page, found: list[Seen]) -> dict[str, Any]:
    """A page of what the database has rendered already."""
    return page.answer(found, position=lambda one: (one.at, one.id), render=lambda one: orjson.Fragment(one.json))
