from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.rendering import reply
from api.http.views import HouseView
from api.http.writes import write
from collection.contracts.queries import programme_by_code
from collection.kernel.money import CURRENCY
from collection.payouts import operations, queries

from . import serializers


class Caps(HouseView):
    """What may be approved at most, by contract, category, region and month, and how far each limit is used."""

    actions = {"GET": "cap.read", "POST": "cap.set"}
    bodies = {"POST": serializers.CapForm}
    replies = {"GET": serializers.CapsReply, "POST": serializers.CapReply}
    operation_ids = {"GET": "listCaps", "POST": "setCap"}

    def get(self, request: Request, code: str) -> HttpResponse:
        programme_by_code(code)
        return reply({"items": [cap_json(one) for one in queries.caps(code)]})

    def post(self, request: Request, code: str) -> HttpResponse:
        """Set a cap, or change the one of the same scope."""
        asked = self.body()
        return write(request, lambda actor, at: operations.set_cap(actor=actor, at=at, programme=code, **asked),
                     render=cap_json)


class Queue(HouseView):
    """Let through, in the order of approval, every queued claim there is room for now; it happens every minute by itself."""

    actions = {"POST": "claim.approve"}
    replies = {"POST": serializers.QueueReply}
    operation_ids = {"POST": "walkQueue"}

    def post(self, request: Request, code: str) -> HttpResponse:
        programme_id = programme_by_code(code).id
        return write(request, lambda actor, at: operations.approve_queued(actor=actor, at=at, programme_id=programme_id),
                     render=lambda approved: {"approved": approved})


class Periods(HouseView):
    """The months that are closed for the whole programme."""

    actions = {"GET": "cap.read", "POST": "period.close"}
    bodies = {"POST": serializers.PeriodForm}
    replies = {"GET": serializers.PeriodsReply, "POST": serializers.PeriodReply}
    statuses = {"POST": 201}
    operation_ids = {"GET": "listPeriods", "POST": "closePeriod"}

    def get(self, request: Request, code: str) -> HttpResponse:
        programme_by_code(code)
        return reply({"items": [period_json(one) for one in queries.periods(code)]})

    def post(self, request: Request, code: str) -> HttpResponse:
        """Close a month that is over in Almaty: a draft claim for whoever earned something, a statement for everybody."""
        month = self.body()["month"]
        return write(request, lambda actor, at: operations.close_month(actor=actor, at=at, programme=code, month=month),
                     render=lambda closed: period_json(queries.periods(code)[0]), status=201)


class Payer(HouseView):
    """The account the programme pays from, as the bank's file names it."""

    actions = {"GET": "register.read", "PUT": "payer.set"}
    bodies = {"PUT": serializers.PayerForm}
    replies = {"GET": serializers.PayerReply, "PUT": serializers.PayerReply}
    operation_ids = {"GET": "readPayer", "PUT": "setPayer"}

    def get(self, request: Request, code: str) -> HttpResponse:
        return reply(asdict(queries.payer(code)))

    def put(self, request: Request, code: str) -> HttpResponse:
        asked = self.body()
        return write(request, lambda actor, at: operations.set_payer(actor=actor, at=at, programme=code, **asked),
                     render=asdict)


def cap_json(one: queries.CapView) -> dict[str, Any]:
    return asdict(one) | {"month": one.month and one.month.isoformat()[:7], "currency": CURRENCY}


def period_json(one: queries.Period) -> dict[str, Any]:
    return asdict(one) | {"month": one.month.isoformat()[:7], "currency": CURRENCY}
