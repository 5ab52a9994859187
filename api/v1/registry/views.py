from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.etags import if_match
from api.http.pagination import Page, PageQuery
from api.http.rendering import reply
from api.http.views import HouseView
from api.http.writes import write
from collection.kernel.actor import Actor
from collection.registry import operations, queries as reads
from collection.registry.operations import NewFacility, NewPlace, NewScale, NewVehicle
from collection.registry.queries import Placed, VehicleDetail

from . import serializers


class Listed:
    """GET gives one's own, POST adds one more: what the five nouns have in common."""

    listed: Callable[..., list[Any]]
    add: Callable[[Actor, datetime, dict[str, Any]], list[Any]]
    render: Callable[[Any], dict[str, Any]] = staticmethod(asdict)

    def get(self, request: Request) -> HttpResponse:
        page = Page.of(request, self.query())  # type: ignore[attr-defined]
        found = self.listed(request.actor, after=page.after and page.after[0], limit=page.limit + 1)
        return reply(page.answer(found, position=lambda one: (one.id,), render=self.render))

    def post(self, request: Request) -> HttpResponse:
        asked = {"organisation_id": request.actor.organisation_id} | self.body()  # type: ignore[attr-defined]
        return write(request, lambda actor, at: self.add(actor, at, asked)[0], render=self.render, status=201)


class Detailed:
    """GET gives one of one's own; a stranger's is not there."""

    one: Callable[[Actor, UUID], Any]
    render: Callable[[Any], dict[str, Any]] = staticmethod(asdict)

    def get(self, request: Request, pk: UUID) -> HttpResponse:
        found = self.one(request.actor, pk)
        return reply(self.render(found), request=request, version=getattr(found, "version", None))


def place_json(one: Placed) -> dict[str, Any]:
    """The place with its point as GeoJSON, and a facility's capacities as a list."""
    found = asdict(one)
    found["point"] = {"type": "Point", "coordinates": [found.pop("longitude"), found.pop("latitude")]}
    if "capacities" in found:
        found["capacities"] = [
            {"category": category, "monthly_g": monthly_g} for category, monthly_g in found["capacities"].items()
        ]
    return found | hours(found, "opens", "closes")


def vehicle_json(one: VehicleDetail) -> dict[str, Any]:
    found = asdict(one)
    return found | hours(found, "shift_from", "shift_to")


def hours(found: dict[str, Any], *names: str) -> dict[str, str | None]:
    """Times of day as they were given: to the minute."""
    return {name: found[name] and found[name].isoformat("minutes") for name in names if name in found}


def _place(asked: dict[str, Any]) -> NewPlace:
    point = asked["point"]
    return NewPlace(asked["organisation_id"], asked["name"], point.longitude, point.latitude, asked["address"])


def _facility(asked: dict[str, Any]) -> NewFacility:
    point = asked["point"]
    return NewFacility(
        asked["organisation_id"], asked["name"], point.longitude, point.latitude, asked["address"],
        capacities=[(one["category"], one["monthly_g"]) for one in asked["capacities"]],
        opens=asked.get("opens"), closes=asked.get("closes"),
    )


class Sites(Listed, HouseView):
    """Where one hands over waste: the point alone yields region, district and KATO code."""

    actions = {"GET": "site.read", "POST": "site.create"}
    queries = {"GET": PageQuery}
    bodies = {"POST": serializers.PlaceForm}
    replies = {"GET": serializers.PlacesReply, "POST": serializers.PlaceReply}
    statuses = {"POST": 201}
    listed, render = staticmethod(reads.sites), staticmethod(place_json)
    add = staticmethod(lambda actor, at, asked: operations.add_sites(actor=actor, at=at, sites=[_place(asked)]))


class Site(Detailed, HouseView):
    """One site."""

    actions = {"GET": "site.read"}
    replies = {"GET": serializers.PlaceReply}
    one, render = staticmethod(reads.site), staticmethod(place_json)


class Bases(Listed, HouseView):
    """Where one's vehicles start from: offers are ranked by the distance from here."""

    actions = {"GET": "base.read", "POST": "base.create"}
    queries = {"GET": PageQuery}
    bodies = {"POST": serializers.PlaceForm}
    replies = {"GET": serializers.BasesReply, "POST": serializers.BaseReply}
    statuses = {"POST": 201}
    listed, render = staticmethod(reads.bases), staticmethod(place_json)
    add = staticmethod(lambda actor, at, asked: operations.add_bases(actor=actor, at=at, bases=[_place(asked)]))


class WorkingDays:
    """PATCH says on which days of the week the place works; dispatch asks on the day of a request's window."""

    noun: ClassVar[str]

    def patch(self, request: Request, pk: UUID) -> HttpResponse:
        days, version = self.body()["working_days"], if_match(request)  # type: ignore[attr-defined]
        return write(
            request,
            lambda actor, at: operations.change_working_days(
                actor=actor, at=at, noun=self.noun, place_id=pk, days=days, version=version),
            render=place_json,
        )


class Base(WorkingDays, Detailed, HouseView):
    """One base."""

    noun = "base"
    actions = {"GET": "base.read", "PATCH": "base.update"}
    bodies = {"PATCH": serializers.WorkingDaysForm}
    replies = {"GET": serializers.BaseReply, "PATCH": serializers.BaseReply}
    etags = frozenset({"PATCH"})
    one, render = staticmethod(reads.base), staticmethod(place_json)


class Facilities(Listed, HouseView):
    """Plants and stores, with their licensed grams a month for each category."""

    actions = {"GET": "facility.read", "POST": "facility.create"}
    queries = {"GET": PageQuery}
    bodies = {"POST": serializers.FacilityForm}
    replies = {"GET": serializers.FacilitiesReply, "POST": serializers.FacilityReply}
    statuses = {"POST": 201}
    listed, render = staticmethod(reads.facilities), staticmethod(place_json)
    add = staticmethod(
        lambda actor, at, asked: operations.add_facilities(actor=actor, at=at, facilities=[_facility(asked)]))


class Facility(WorkingDays, Detailed, HouseView):
    """One facility."""

    noun = "facility"
    actions = {"GET": "facility.read", "PATCH": "facility.update"}
    bodies = {"PATCH": serializers.WorkingDaysForm}
    replies = {"GET": serializers.FacilityReply, "PATCH": serializers.FacilityReply}
    etags = frozenset({"PATCH"})
    one, render = staticmethod(reads.facility), staticmethod(place_json)


class Vehicles(Listed, HouseView):
    """Vehicles by their plates."""

    actions = {"GET": "vehicle.read", "POST": "vehicle.create"}
    queries = {"GET": PageQuery}
    bodies = {"POST": serializers.VehicleForm}
    replies = {"GET": serializers.VehiclesReply, "POST": serializers.VehicleReply}
    statuses = {"POST": 201}
    listed, render = staticmethod(reads.vehicles), staticmethod(vehicle_json)
    add = staticmethod(
        lambda actor, at, asked: operations.add_vehicles(actor=actor, at=at, vehicles=[NewVehicle(**asked)]))


class Vehicle(Detailed, HouseView):
    """One vehicle."""

    actions = {"GET": "vehicle.read"}
    replies = {"GET": serializers.VehicleReply}
    one, render = staticmethod(reads.vehicle), staticmethod(vehicle_json)


class Scales(Listed, HouseView):
    """Weighbridges with their calibration certificates."""

    actions = {"GET": "scale.read", "POST": "scale.create"}
    queries = {"GET": PageQuery}
    bodies = {"POST": serializers.ScaleForm}
    replies = {"GET": serializers.ScalesReply, "POST": serializers.ScaleReply}
    statuses = {"POST": 201}
    listed = staticmethod(reads.scales)
    add = staticmethod(lambda actor, at, asked: operations.add_scales(actor=actor, at=at, scales=[NewScale(**asked)]))


class Scale(Detailed, HouseView):
    """One weighbridge."""

    actions = {"GET": "scale.read"}
    replies = {"GET": serializers.ScaleReply}
    one = staticmethod(reads.scale)
