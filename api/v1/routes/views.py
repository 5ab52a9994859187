from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import orjson
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request

from api.http.language import language_of
from api.http.pagination import Page
from api.http.rendering import OnlyJSON, reply
from api.http.schema import HouseSchema
from api.http.views import HouseView
from api.http.writes import replayed, write
from api.v1.pickups.views import seen_page
from collection.dispatch import operations, queries
from collection.dispatch.operations import PlanOutdated
from collection.dispatch.queries import Seen
from collection.kernel.calendar import almaty_date
from collection.kernel.db import now
from collection.kernel.words import Words

from . import files, serializers

#: A day that changes while it is planned is read once more before its reader is told.
READINGS = 2
REMARKS = {
    "nothing_to_do": Words("Бұл күні таситын жүк жоқ", "На этот день вывозить нечего", "There is nothing to fetch that day"),
    "estimated": Words("Жол қызметі жауап бермеді: қашықтық пен уақыт шамамен алынды",
                       "Дорожный сервис не ответил: расстояния и время оценены",
                       "The road engine did not answer: distances and times are estimates"),
    "unreachable": Words("Кейбір орындардың арасында жол табылмады: сол аралық түзу сызықпен бағаланды",
                         "Между некоторыми местами дорога не найдена: эти участки оценены по прямой",
                         "No road was found between some places: those legs are estimated as the crow flies"),
}


class PlanningSchema(HouseSchema):
    """A small day is answered at once, a big one with the plan to poll."""

    def get_response_serializers(self) -> Any:
        return super().get_response_serializers() | {"202": OpenApiResponse(
            serializers.PlanReply, description="Queued: poll `GET /routes/plans/{plan_id}`")}


class Planning(HouseView):
    """Plan the routes of a day."""

    actions = {"POST": "route.plan"}
    bodies = {"POST": serializers.PlanForm}
    replies = {"POST": serializers.PlanReply}
    statuses = {"POST": 201}
    operation_ids = {"POST": "planRoutes"}
    schema = PlanningSchema()

    def post(self, request: Request) -> HttpResponse:
        """Read, plan, and only then write: 201 with the plan in force, or 202 and a worker plans a big day.

        Vehicles and drivers are written onto the jobs; jobs a person gave to a vehicle stay with it.
        """
        asked = self.body()
        before = replayed(request)
        if before is not None:
            return before
        actor = request.actor
        organisation = None if "contract_id" in asked else asked.get("organisation_id", actor.organisation_id)
        base = queries.base_of(actor, contract_id=asked.get("contract_id"), organisation_id=organisation)
        named = [(one["vehicle_id"], one.get("driver_id")) for one in asked["vehicles"]]
        for reading in range(READINGS):
            given = queries.read_day(base, asked["day"], at=now(), named=named)
            if given.stops > queries.QUICK_STOPS:
                return write(request, lambda actor, at: operations.queue_plan(
                    actor=actor, at=at, contract_id=base.contract_id, day=asked["day"], named=named),
                    render=lambda seen: plan_json(request, seen), status=202)
            found = queries.draft(given)
            try:
                return write(request, lambda actor, at, found=found: operations.adopt_plan(actor=actor, at=at, draft=found),
                             render=lambda seen: plan_json(request, seen), status=201)
            except PlanOutdated:
                if reading == READINGS - 1:
                    raise
        raise AssertionError


class Plan(HouseView):
    """A plan: how far it has come, its routes in short, and what was left over with the reason."""

    actions = {"GET": "plan.read"}
    replies = {"GET": serializers.PlanReply}

    def get(self, request: Request, plan_id: UUID) -> HttpResponse:
        found = queries.day_plan(request.actor, plan_id)
        return reply(plan_json(request, found), request=request, version=found.version)


class Routes(HouseView):
    """The routes in force of one day."""

    actions = {"GET": "route.read"}
    queries = {"GET": serializers.RouteQuery}
    replies = {"GET": serializers.RoutesReply}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        page = Page.of(request, asked)
        found = queries.routes(request.actor, filters={"day": almaty_date(now())} | asked, after=page.after,
                               limit=page.limit + 1)
        return reply(seen_page(page, found))


class Today(HouseView):
    """Today's routes with their halts: a driver's own, the organisation's for its admin."""

    actions = {"GET": "route.read"}
    replies = {"GET": serializers.TodayReply}
    operation_ids = {"GET": "readRoutesOfToday"}

    def get(self, request: Request) -> HttpResponse:
        day = almaty_date(now())
        found = queries.routes(request.actor, filters={"day": day}, whole=True)
        return reply({"day": day, "items": [orjson.Fragment(one.json) for one in found]})


class Route(HouseView):
    """One route: every halt with its time, the way to it, the mass aboard, and its place as its viewer may know it."""

    actions = {"GET": "route.read"}
    replies = {"GET": serializers.RouteReply}

    def get(self, request: Request, route_id: UUID) -> HttpResponse:
        found = queries.route(request.actor, route_id)
        return reply(found.json.encode())


class FileSchema(HouseSchema):
    def get_response_serializers(self) -> Any:
        found = super().get_response_serializers()
        found["200", self.view.media_type] = found.pop("200")
        return found


class File:
    """A route to be kept or handed to another program, its halts named in the caller's language."""

    media_type: ClassVar[str]
    ending: ClassVar[str]
    make: ClassVar[Any]

    def get(self, request: Request, route_id: UUID) -> HttpResponse:
        route = queries.route(request.actor, route_id).plain()
        response = HttpResponse(self.make(route, language_of(request)), content_type=self.media_type)
        response["Content-Disposition"] = f'attachment; filename="{files.file_name(route, self.ending)}"'
        return response


class TakesGpx(OnlyJSON):
    accepted = (*OnlyJSON.accepted, files.GPX)


class Gpx(File, HouseView):
    """The route for a navigator: GPX 1.1, a point for every halt."""

    actions = {"GET": "route.read"}
    replies = {"GET": OpenApiTypes.BINARY}
    operation_ids = {"GET": "readRouteAsGpx"}
    schema = FileSchema()
    content_negotiation_class = TakesGpx
    media_type, ending, make = files.GPX, "gpx", staticmethod(files.gpx)


class TakesGeoJson(OnlyJSON):
    accepted = (*OnlyJSON.accepted, files.GEOJSON)


class GeoJson(File, HouseView):
    """The route for a map: a line and a point for every halt."""

    actions = {"GET": "route.read"}
    replies = {"GET": OpenApiTypes.BINARY}
    operation_ids = {"GET": "readRouteAsGeoJson"}
    schema = FileSchema()
    content_negotiation_class = TakesGeoJson
    media_type, ending, make = files.GEOJSON, "geojson", staticmethod(files.geojson)


def plan_json(request: Request, seen: Seen) -> dict[str, Any]:
    """A plan with what there is to say of it in the caller's language."""
    plan = seen.plain()
    said = [code for code, holds in (
        ("nothing_to_do", plan["state"] == "done" and not plan["routes"] and not plan["unserved"]),
        ("estimated", plan["fallback"]), ("unreachable", plan["unreachable"])) if holds]
    language = language_of(request)
    return plan | {"remarks": [{"code": code, "title": REMARKS[code].in_language(language)} for code in said]}
