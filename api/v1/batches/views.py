from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.pagination import Page
from api.http.rendering import reply
from api.http.views import HouseView
from api.http.writes import write
from collection.custody import operations, queries
from collection.custody.queries import BatchView, SaleView
from collection.kernel.actor import Actor

from . import serializers


class Batches(HouseView):
    """One's own plants' batches, newest first; all of them for officers."""

    actions = {"GET": "batch.read", "POST": "batch.create"}
    queries = {"GET": serializers.BatchQuery}
    bodies = {"POST": serializers.BatchForm}
    replies = {"GET": serializers.BatchesReply, "POST": serializers.BatchReply}
    statuses = {"POST": 201}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        page = Page.of(request, asked)
        found = queries.batches(
            request.actor, contract_id=asked.get("contract_id"), category=asked.get("category"),
            after=page.after and page.after[0], limit=page.limit + 1)
        return reply(page.answer(found, position=lambda one: (one.number,), render=asdict))

    def post(self, request: Request) -> HttpResponse:
        """Confirm that loads were processed: their share of the input is what counts as recycled."""
        asked = self.body()
        new = operations.NewBatch(**asked | {"consignment_ids": tuple(asked["consignment_ids"])})

        def confirm(actor: Actor, at: datetime) -> BatchView:
            return queries.batch(actor, operations.process(actor=actor, at=at, batches=[new])[0])

        return write(request, confirm, render=asdict, status=201)


class Batch(HouseView):
    """One batch and the loads that went into it."""

    actions = {"GET": "batch.read"}
    replies = {"GET": serializers.BatchReply}

    def get(self, request: Request, batch_id: UUID) -> HttpResponse:
        return reply(asdict(queries.batch(request.actor, batch_id)))


class Sales(HouseView):
    """Product that left one's own plants; all of it for officers."""

    actions = {"GET": "stock.read", "POST": "stock.create"}
    queries = {"GET": serializers.SaleQuery}
    bodies = {"POST": serializers.SaleForm}
    replies = {"GET": serializers.SalesReply, "POST": serializers.SaleReply}
    statuses = {"POST": 201}
    operation_ids = {"GET": "listSales", "POST": "createSale"}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        page = Page.of(request, asked)
        found = queries.sales(request.actor, facility_id=asked.get("facility_id"),
                              after=page.after and page.after[0], limit=page.limit + 1)
        return reply(page.answer(found, position=lambda one: (one.id,), render=asdict))

    def post(self, request: Request) -> HttpResponse:
        """Write a sale down. Selling more than was made is recorded too, and blocks the plant's claim."""
        new = operations.NewSale(**self.body())

        def sell(actor: Actor, at: datetime) -> SaleView:
            return queries.sale(actor, operations.sell(actor=actor, at=at, sales=[new])[0])

        return write(request, sell, render=asdict, status=201)


class Balance(HouseView):
    """The mass balance of a plant or store, month by month: it always closes."""

    actions = {"GET": "balance.read"}
    queries = {"GET": serializers.BalanceQuery}
    replies = {"GET": serializers.BalanceReply}
    operation_ids = {"GET": "readBalance"}

    def get(self, request: Request, facility_id: UUID) -> HttpResponse:
        found = queries.balance(request.actor, facility_id, **self.query())
        return reply({"facility_id": facility_id, "rows": [asdict(row) for row in found]})
