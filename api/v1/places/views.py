from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.rendering import reply
from api.http.views import HouseView
from collection.kernel.refusals import Defect
from collection.registry.operations import OutsideCountry
from geo.models import District, Region
from geo.regions import locate

from . import serializers


class Locate(HouseView):
    """The region and district of a point; `approximate` where it lies up to 3 km outside the border."""

    actions = {"GET": "place.locate"}
    queries = {"GET": serializers.PointQuery}
    replies = {"GET": serializers.LocatedReply}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        longitude, latitude = asked["longitude"], asked["latitude"]
        found = locate(longitude, latitude)
        if found is None:
            hint = {"hint": "swapped"} if locate(latitude, longitude) else {}
            raise OutsideCountry(defects=[Defect("", OutsideCountry.code, hint)])
        return reply({
            "region": area(Region, found.region_kato), "district": area(District, found.district_kato),
            "precision": found.precision,
        })


def area(model: type[Region] | type[District], kato: str | None) -> dict[str, Any] | None:
    row = model.objects.filter(pk=kato).values("name_kk", "name_ru", "name_en").first() if kato else None
    if row is None:
        return None
    return {"kato": kato, "name": {"kk": row["name_kk"], "ru": row["name_ru"], "en": row["name_en"] or row["name_ru"]}}
