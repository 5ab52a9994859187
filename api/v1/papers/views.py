from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from api.http.documents import FileSchema, attachment, taking
from api.http.etags import if_match
from api.http.pagination import Page
from api.http.rendering import reply
from api.http.views import HouseView
from api.http.writes import replayed, write
from api.v1.consignments.serializers import ConsignmentReply
from api.v1.consignments.views import acted
from collection.accounts.rights import STAFF_ROLES
from collection.custody import operations, queries
from collection.kernel.actor import Actor

from . import serializers

PDF = "application/pdf"


class Sheet(HouseView):
    """The transport sheet: who signed what, whether it still holds, and the text one may sign oneself."""

    actions = {"GET": "consignment.read", "PATCH": "consignment.update"}
    bodies = {"PATCH": serializers.SheetForm}
    replies = {"GET": serializers.SheetReply, "PATCH": serializers.SheetReply}
    operation_ids = {"GET": "readSheet", "PATCH": "amendSheet"}
    etags = frozenset({"PATCH"})

    def get(self, request: Request, consignment_id: UUID) -> HttpResponse:
        return reply(rendered_for(request)(queries.sheet(request.actor, consignment_id)))

    def patch(self, request: Request, consignment_id: UUID) -> HttpResponse:
        """Put right what nobody has signed yet."""
        changes, version = self.body(), if_match(request)

        def amend(actor: Actor, at: datetime) -> queries.SheetView:
            operations.amend_sheet(actor=actor, at=at, consignment_id=consignment_id, changes=changes, version=version)
            return queries.sheet(actor, consignment_id)

        return write(request, amend, render=rendered_for(request))


class Signatures(HouseView):
    """Sign the sheet for one's own party; what is signed does not change any more, whoever writes."""

    actions = {"POST": "sheet.sign"}
    bodies = {"POST": serializers.SignatureForm}
    replies = {"POST": serializers.SheetReply}
    statuses = {"POST": 201}
    operation_ids = {"POST": "signSheet"}
    etags = frozenset({"POST"})

    def post(self, request: Request, consignment_id: UUID) -> HttpResponse:
        asked, version, checked = self.body(), if_match(request), None
        if container := asked.get("container"):
            if before := replayed(request):
                return before
            # Before the transaction: a verifier is asked over the network.
            checked = operations.check_signature(
                actor=request.actor, consignment_id=consignment_id, party=asked["party"], container=container)

        def sign(actor: Actor, at: datetime) -> queries.SheetView:
            operations.sign_sheet(actor=actor, at=at, consignment_id=consignment_id, party=asked["party"], version=version,
                                  checked=checked)
            return queries.sheet(actor, consignment_id)

        return write(request, sign, render=rendered_for(request), status=201)


class StockOrder(HouseView):
    """The stock receipt order (приходный ордер запасов) made from the load's ticket."""

    actions = {"GET": "consignment.read"}
    replies = {"GET": serializers.StockOrderReply}
    operation_ids = {"GET": "readStockOrder"}

    def get(self, request: Request, consignment_id: UUID) -> HttpResponse:
        return reply(asdict(queries.stock_order(request.actor, consignment_id)))


class StockOrderPdf(HouseView):
    """The same order as a paper in Kazakh and Russian."""

    actions = {"GET": "consignment.read"}
    replies = {"GET": OpenApiTypes.BINARY}
    operation_ids = {"GET": "readStockOrderAsPdf"}
    schema = FileSchema()
    media_types = (PDF,)
    content_negotiation_class = taking(PDF)

    def get(self, request: Request, consignment_id: UUID) -> HttpResponse:
        return attachment(queries.stock_order_pdf(request.actor, consignment_id), PDF, f"stock-order-{consignment_id}.pdf")


class Return(HouseView):
    """A load that was wholly refused is back; its transport sheet is closed."""

    actions = {"POST": "consignment.update"}
    bodies = {"POST": serializers.ReturnForm}
    replies = {"POST": ConsignmentReply}
    statuses = {"POST": 201}
    operation_ids = {"POST": "bringBack"}
    etags = frozenset({"POST"})

    def post(self, request: Request, consignment_id: UUID) -> HttpResponse:
        new = operations.NewReturn(consignment_id=consignment_id, version=if_match(request), **self.body())
        return acted(request, consignment_id, 201, lambda actor, at: operations.bring_back(
            actor=actor, at=at, returns=[new]))


class Incidents(HouseView):
    """What went wrong with a load, with photos by their hashes as evidence; never changed, never deleted."""

    actions = {"GET": "consignment.read", "POST": "incident.report"}
    bodies = {"POST": serializers.LoadIncidentForm}
    replies = {"GET": serializers.LoadIncidentsReply, "POST": serializers.LoadIncidentReply}
    statuses = {"POST": 201}
    operation_ids = {"GET": "listIncidents", "POST": "reportLoadIncident"}

    def get(self, request: Request, consignment_id: UUID) -> HttpResponse:
        return reply({"items": [incident_json(one) for one in queries.incidents(request.actor, consignment_id)]})

    def post(self, request: Request, consignment_id: UUID) -> HttpResponse:
        new = operations.NewIncident(consignment_id=consignment_id, **self.body())

        def report(actor: Actor, at: datetime) -> queries.IncidentView:
            made = operations.report_incident(actor=actor, at=at, new=new)
            return next(one for one in queries.incidents(actor, consignment_id) if one.id == made)

        return write(request, report, render=incident_json, status=201)


class Tares(HouseView):
    """What empty vehicles weigh: of one's own vehicles, and from one's own scales."""

    actions = {"GET": "tare.read", "POST": "tare.create"}
    queries = {"GET": serializers.TareQuery}
    bodies = {"POST": serializers.TareForm}
    replies = {"GET": serializers.TaresReply, "POST": serializers.TareReply}
    statuses = {"POST": 201}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        page = Page.of(request, asked)
        found = queries.tares(request.actor, plate=asked.get("plate"), after=page.after and page.after[0], limit=page.limit + 1)
        return reply(page.answer(found, position=lambda one: (one.id,), render=asdict))

    def post(self, request: Request) -> HttpResponse:
        new = operations.NewTare(**self.body())

        def store(actor: Actor, at: datetime) -> queries.TareView:
            operations.store_tares(actor=actor, at=at, tares=[new])
            return queries.tares(actor, limit=1)[0]

        return write(request, store, render=asdict, status=201)


def incident_json(one: queries.IncidentView) -> dict[str, Any]:
    return asdict(one) | {"photos": [{"upload_id": pk, "sha256": digest} for pk, digest in one.photos]}


def rendered_for(request: Request) -> Callable[[queries.SheetView], dict[str, Any]]:
    """The sheet as this caller sees it: a signer's IIN is personal, for the operator's staff only."""
    staff = request.actor.role in STAFF_ROLES

    def render(one: queries.SheetView) -> dict[str, Any]:
        plain = asdict(one)
        return plain if staff else plain | {
            "signatures": [signature | {"signer_number": None} for signature in plain["signatures"]]}

    return render
