from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.rendering import reply
from api.http.views import HouseView
from collection.kernel.refusals import Defect
from collection.registry.operations import OutsideCountry
from geo.gazetteer import Unit, gazetteer, nearest, read
from geo.geocoding.lookups import Recalled, recall, recall_back
from geo.models import District, Region
from geo.regions import locate

from . import serializers

CHOICES = 50


class Locate(HouseView):
    """The region and district of a point; `approximate` where it lies up to 3 km outside the border."""

    actions = {"GET": "place.locate"}
    queries = {"GET": serializers.PointQuery}
    replies = {"GET": serializers.LocatedReply}

    def get(self, request: Request) -> HttpResponse:
        return reply(located(**self.query()))


class Geocode(HouseView):
    """What a text means: the finest unit it names. Namesakes are `ambiguous`, with the choices; nothing is guessed.

    The gazetteer answers at once. Where an outside geocoder is configured its answer is added when it is known; until
    then `pending` is true.
    """

    actions = {"GET": "place.locate"}
    queries = {"GET": serializers.TextQuery}
    replies = {"GET": serializers.GeocodedReply}
    operation_ids = {"GET": "geocodeText"}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        found, outside = read(asked["q"], region=asked.get("region")), recall(asked["q"])
        return reply({
            "place": found.unit and unit(found.unit), "ambiguous": found.ambiguous,
            "choices": [unit(one) for one in found.choices[:CHOICES]],
            "address": address(outside), "pending": outside.pending,
        })


class Reverse(HouseView):
    """What is at a point: region, district, the nearest known settlement, and an address where a geocoder knows one."""

    actions = {"GET": "place.locate"}
    queries = {"GET": serializers.PointQuery}
    replies = {"GET": serializers.ReversedReply}
    operation_ids = {"GET": "reversePoint"}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        outside = recall_back(**asked)
        near = nearest(**asked)
        return reply(located(**asked) | {
            "near": near and unit(near[0]) | {"distance_m": near[1]}, "address": address(outside), "pending": outside.pending})


def located(longitude: float, latitude: float) -> dict[str, Any]:
    found = locate(longitude, latitude)
    if found is None:
        hint = {"hint": "swapped"} if locate(latitude, longitude) else {}
        raise OutsideCountry(defects=[Defect("", OutsideCountry.code, hint)])
    return {
        "region": area(Region, found.region_kato), "district": area(District, found.district_kato),
        "precision": found.precision,
    }


def unit(one: Unit) -> dict[str, Any]:
    units = gazetteer().units
    return named(one) | {
        "precision": one.level, "point": one.point and {"type": "Point", "coordinates": list(one.point)},
        "within": [named(units[kato]) for kato in one.above]}


def named(one: Unit) -> dict[str, Any]:
    return {"kato": one.kato, "name": {"kk": one.name_kk, "ru": one.name_ru, "en": one.name_en or one.name_ru}}


def address(outside: Recalled) -> dict[str, Any] | None:
    if outside.found is None:
        return None
    return {"label": outside.found.label, "provider": outside.provider,
            "point": {"type": "Point", "coordinates": [outside.found.longitude, outside.found.latitude]}}


def area(model: type[Region] | type[District], kato: str | None) -> dict[str, Any] | None:
    row = model.objects.filter(pk=kato).values("name_kk", "name_ru", "name_en").first() if kato else None
    if row is None:
        return None
    return {"kato": kato, "name": {"kk": row["name_kk"], "ru": row["name_ru"], "en": row["name_en"] or row["name_ru"]}}
