from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.pagination import Page
from api.http.rendering import reply
from api.http.views import HouseView
from api.http.writes import write
from api.v1.consignments.serializers import ReceiptForm
from collection.custody import operations, queries
from collection.custody.queries import GroupingView
from collection.kernel.actor import Actor

from . import serializers


class Groupings(HouseView):
    """The groupings one is a party of, newest first; all of them for officers."""

    actions = {"GET": "consignment.read", "POST": "consignment.create"}
    queries = {"GET": serializers.GroupingQuery}
    bodies = {"POST": serializers.GroupingForm}
    replies = {"GET": serializers.GroupingsReply, "POST": serializers.GroupingReply}
    statuses = {"POST": 201}
    operation_ids = {"GET": "listGroupings", "POST": "createGrouping"}

    def get(self, request: Request) -> HttpResponse:
        page = Page.of(request, self.query())
        found = queries.groupings(request.actor, after=page.after and page.after[0], limit=page.limit + 1)
        return reply(page.answer(found, position=lambda one: (one.number,), render=asdict))

    def post(self, request: Request) -> HttpResponse:
        """Put loads together: each keeps its source, so every gram can still be told where it came from."""
        asked = self.body()
        new = operations.NewGrouping(**asked | {"consignment_ids": tuple(asked["consignment_ids"])})

        def group(actor: Actor, at: datetime) -> GroupingView:
            return queries.grouping(actor, operations.group(actor=actor, at=at, new=new))

        return write(request, group, render=asdict, status=201)


class Grouping(HouseView):
    """One grouping and its members."""

    actions = {"GET": "consignment.read"}
    replies = {"GET": serializers.GroupingReply}
    operation_ids = {"GET": "readGrouping"}

    def get(self, request: Request, grouping_id: UUID) -> HttpResponse:
        return reply(asdict(queries.grouping(request.actor, grouping_id)))


class Deliver(HouseView):
    """The vehicle stands at the recycler's gate with all its members."""

    actions = {"POST": "consignment.update"}
    replies = {"POST": serializers.GroupingReply}
    operation_ids = {"POST": "deliverGrouping"}

    def post(self, request: Request, grouping_id: UUID) -> HttpResponse:
        def deliver(actor: Actor, at: datetime) -> None:
            members = queries.grouping(actor, grouping_id).members
            operations.deliver(actor=actor, at=at, consignment_ids=[one.consignment_id for one in members])

        return acted(request, grouping_id, 200, deliver)


class Receipt(HouseView):
    """One decision over all members: accepted and refused are shared out by mass, to the gram."""

    actions = {"POST": "receipt.create"}
    bodies = {"POST": ReceiptForm}
    replies = {"POST": serializers.GroupingReply}
    statuses = {"POST": 201}
    operation_ids = {"POST": "receiveGrouping"}

    def post(self, request: Request, grouping_id: UUID) -> HttpResponse:
        receipt = operations.GroupReceipt(grouping_id=grouping_id, **self.body())
        return acted(request, grouping_id, 201, lambda actor, at: operations.receive_group(
            actor=actor, at=at, receipt=receipt))


def acted(request: Request, grouping_id: UUID, status: int, verb: Callable[[Actor, datetime], Any]) -> HttpResponse:
    """Do `verb`, and answer with the grouping as it is then."""
    def act(actor: Actor, at: datetime) -> GroupingView:
        verb(actor, at)
        return queries.grouping(actor, grouping_id)

    return write(request, act, render=asdict, status=status)
