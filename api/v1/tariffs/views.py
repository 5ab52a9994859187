from __future__ import annotations

from dataclasses import asdict

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.rendering import reply
from api.http.views import HouseView
from collection.kernel.db import now
from collection.kernel.money import CURRENCY
from collection.payouts import queries
from collection.payouts.queries import Supposed

from . import serializers


class Simulate(HouseView):
    """What would a month have cost with other coefficients? A question: nothing is changed, no key is needed."""

    actions = {"POST": "tariff.simulate"}
    bodies = {"POST": serializers.SimulationForm}
    replies = {"POST": serializers.SimulationReply}
    operation_ids = {"POST": "simulateTariffs"}
    keyed = False

    def post(self, request: Request) -> HttpResponse:
        asked = self.body()
        found = queries.simulate_tariffs(
            at=now(), programme=asked["programme"], month=asked.get("month"),
            coefficients=[Supposed(**one) for one in asked["coefficients"]])
        return reply(asdict(found) | {"month": f"{found.month:%Y-%m}", "currency": CURRENCY})
