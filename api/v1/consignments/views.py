from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.etags import etag, if_match
from api.http.pagination import Page
from api.http.rendering import reply
from api.http.views import HouseView
from api.http.writes import write
from collection.accounts.rights import may
from collection.custody import operations, queries
from collection.custody.queries import ConsignmentView
from collection.kernel.actor import Actor
from collection.kernel.money import CURRENCY
from collection.payouts.queries import money_of, rules

from . import serializers

#: What the lifecycle calls an action, and the right it takes.
RIGHTS = {"weigh": "weighing.create", "deliver": "consignment.update", "receive": "receipt.create",
          "process": "batch.create", "correct": "receipt.correct", "store": "consignment.update",
          "split": "consignment.update", "group": "consignment.create", "bring_back": "consignment.update"}


class Collect(HouseView):
    """The driver takes the load: the job is done, the pickup fulfilled, and a consignment is on its way."""

    actions = {"POST": "consignment.create"}
    bodies = {"POST": serializers.CollectForm}
    replies = {"POST": serializers.ConsignmentReply}
    statuses = {"POST": 201}
    operation_ids = {"POST": "collectJob"}
    etags = frozenset({"POST"})

    def post(self, request: Request, job_id: UUID) -> HttpResponse:
        load = operations.Load(job_id=job_id, version=if_match(request), **self.body())
        return took(request, load)


class Consignments(HouseView):
    """The loads one is a party of, newest first; all of them for officers."""

    actions = {"GET": "consignment.read", "POST": "consignment.create"}
    queries = {"GET": serializers.ConsignmentQuery}
    bodies = {"POST": serializers.LoadForm}
    replies = {"GET": serializers.ConsignmentsReply, "POST": serializers.ConsignmentReply}
    statuses = {"POST": 201}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        page = Page.of(request, asked)
        found = queries.consignments(
            request.actor, programme=asked.get("programme"), state=asked.get("state"), category=asked.get("category"),
            after=page.after, limit=page.limit + 1)
        return reply(page.answer(found, position=lambda one: (one.recorded_at, one.id), render=rendered_for(request)))

    def post(self, request: Request) -> HttpResponse:
        """Take an own load, without a pickup. The same `id` with the same content answers 200; with other content 409."""
        asked = self.body()
        if point := asked.get("point"):
            asked["point"] = (point.longitude, point.latitude)
        load = operations.Load(**asked)
        return took(request, load)


class Consignment(HouseView):
    """One load: its masses side by side, its timeline, and for each stage what it pays or why it does not."""

    actions = {"GET": "consignment.read"}
    replies = {"GET": serializers.ConsignmentDetailReply}

    def get(self, request: Request, consignment_id: UUID) -> HttpResponse:
        found = queries.consignment(request.actor, consignment_id)
        words = {one.code: {"code": one.code, "title": one.words.in_language(request.language),
                            "cure": one.cure and one.cure.in_language(request.language)} for one in rules()}
        money = [
            {name: value for name, value in asdict(one).items() if name not in ("consignment_id", "rules")}
            | {"currency": CURRENCY, "held_by": [words[code] for code in one.rules]}
            for one in money_of(request.actor, [consignment_id])
        ]
        timeline = [asdict(step) for step in queries.timeline(consignment_id)]
        response = reply(rendered_for(request)(found) | {"timeline": timeline, "money": money})
        # The tag is for If-Match only: money changes without a new version, so nothing here is "not modified".
        response["ETag"] = etag(found.version, request.actor.role)
        return response


class Lineage(HouseView):
    """Where every gram of a load came from and where it went, up to its pickups and down to what was made of it."""

    actions = {"GET": "consignment.read"}
    replies = {"GET": serializers.LineageReply}
    operation_ids = {"GET": "readLineage"}

    def get(self, request: Request, consignment_id: UUID) -> HttpResponse:
        return reply(asdict(queries.lineage(request.actor, consignment_id)))


class Store(HouseView):
    """The load comes into a temporary store of its collector."""

    actions = {"POST": "consignment.update"}
    bodies = {"POST": serializers.StayForm}
    replies = {"POST": serializers.ConsignmentReply}
    operation_ids = {"POST": "storeConsignment"}
    etags = frozenset({"POST"})

    def post(self, request: Request, consignment_id: UUID) -> HttpResponse:
        stay = operations.NewStay(consignment_id=consignment_id, version=if_match(request), **self.body())
        return acted(request, consignment_id, 200, lambda actor, at: operations.store(actor=actor, at=at, stays=[stay]))


class Split(HouseView):
    """Divide a load: its parts and what was lost are its mass, to the gram. The answer is its lineage, with the parts."""

    actions = {"POST": "consignment.create"}
    bodies = {"POST": serializers.DivisionForm}
    replies = {"POST": serializers.LineageReply}
    statuses = {"POST": 201}
    operation_ids = {"POST": "splitConsignment"}
    etags = frozenset({"POST"})

    def post(self, request: Request, consignment_id: UUID) -> HttpResponse:
        asked = self.body()
        new = operations.NewDivision(
            consignment_id=consignment_id, version=if_match(request),
            **asked | {"parts": tuple(operations.NewPart(**one) for one in asked["parts"])})

        def split(actor: Actor, at: datetime) -> queries.Lineage:
            operations.split(actor=actor, at=at, divisions=[new])
            return queries.lineage(actor, consignment_id)

        return write(request, split, render=asdict, status=201)


class Weighing(HouseView):
    """Seal the scale's ticket: what was really loaded."""

    actions = {"POST": "weighing.create"}
    bodies = {"POST": serializers.WeighingForm}
    replies = {"POST": serializers.ConsignmentReply}
    statuses = {"POST": 201}
    etags = frozenset({"POST"})

    def post(self, request: Request, consignment_id: UUID) -> HttpResponse:
        ticket = operations.Ticket(consignment_id=consignment_id, version=if_match(request), **self.body())
        return acted(request, consignment_id, 201, lambda actor, at: operations.weigh(
            actor=actor, at=at, tickets=[ticket]))


class Deliver(HouseView):
    """The lorry stands at the recycler's gate."""

    actions = {"POST": "consignment.update"}
    replies = {"POST": serializers.ConsignmentReply}
    operation_ids = {"POST": "deliverConsignment"}
    etags = frozenset({"POST"})

    def post(self, request: Request, consignment_id: UUID) -> HttpResponse:
        version = if_match(request)
        return acted(request, consignment_id, 200, lambda actor, at: operations.deliver(
            actor=actor, at=at, consignment_ids=[consignment_id], version=version))


class Receipt(HouseView):
    """Accept, refuse, or a bit of both; only the accepted mass can ever be paid."""

    actions = {"POST": "receipt.create"}
    bodies = {"POST": serializers.ReceiptForm}
    replies = {"POST": serializers.ConsignmentReply}
    statuses = {"POST": 201}
    etags = frozenset({"POST"})

    def post(self, request: Request, consignment_id: UUID) -> HttpResponse:
        receipt = operations.NewReceipt(consignment_id=consignment_id, version=if_match(request), **self.body())
        return acted(request, consignment_id, 201, lambda actor, at: operations.receive(
            actor=actor, at=at, receipts=[receipt]))


def took(request: Request, load: operations.Load) -> HttpResponse:
    """Seal the load; 200 instead of 201 when the phone's own id had come before with the same content."""
    def take(actor: Actor, at: datetime) -> tuple[bool, ConsignmentView]:
        made = operations.load(actor=actor, at=at, loads=[load])[0]
        return made.replayed, queries.consignment(actor, made.id)

    render = rendered_for(request)
    return write(request, take, render=lambda made: render(made[1]), status=lambda made: 200 if made[0] else 201)


def acted(request: Request, consignment_id: UUID, status: int, verb: Callable[[Actor, datetime], Any]) -> HttpResponse:
    """Do `verb`, and answer with the load as it is then."""
    def act(actor: Actor, at: datetime) -> ConsignmentView:
        verb(actor, at)
        return queries.consignment(actor, consignment_id)

    return write(request, act, render=rendered_for(request), status=status)


def rendered_for(request: Request) -> Callable[[ConsignmentView], dict[str, Any]]:
    """Loads as this caller sees them: masses side by side, and the steps their role may take now."""
    role = request.actor.role

    def render(one: ConsignmentView) -> dict[str, Any]:
        plain = asdict(one)
        return plain | plain.pop("masses") | {
            "allowed_actions": [action for action in one.allowed_actions if may(role, RIGHTS[action])]}

    return render
