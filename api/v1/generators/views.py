from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.views import HouseView
from api.http.writes import write
from api.v1.registry.views import place_json
from collection.contracts import operations
from collection.contracts.operations import NewGenerator, NewSite, RegisteredGenerator

from . import serializers


class Generators(HouseView):
    """Register a company or oneself as a generator of waste, enrol in a programme, and add the first site."""

    actions = {"POST": "generator.register"}
    bodies = {"POST": serializers.GeneratorForm}
    replies = {"POST": serializers.GeneratorReply}
    statuses = {"POST": 201}

    def post(self, request: Request) -> HttpResponse:
        asked = self.body()
        site = asked.pop("site", None)
        if site:
            point = site.pop("point")
            site = NewSite(**site, longitude=point.longitude, latitude=point.latitude)
        new = NewGenerator(**asked, user_id=request.actor.user_id, site=site)
        return write(
            request,
            lambda actor, at: operations.register_generators(
                actor=actor, at=at, generators=[new], session_id=request.auth)[0],
            render=generator_json, status=201,
        )


def generator_json(made: RegisteredGenerator) -> dict[str, Any]:
    return {
        "organisation_id": made.organisation_id, "programme": made.programme,
        "site": made.site and place_json(made.site),
    }
