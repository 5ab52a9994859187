"""Points of the Earth."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, NamedTuple

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from .base import Fault, Strict, Wrong


class Position(NamedTuple):
    longitude: float
    latitude: float


DECIMALS = 7  # about a centimetre; more digits are noise or a mistake

_COORDINATE = {"type": "number", "format": "double"}


@extend_schema_field({
    "type": "object", "required": ["type", "coordinates"], "additionalProperties": False,
    "properties": {
        "type": {"type": "string", "enum": ["Point"], "x-spec-enum-id": "geojson_point"},
        "coordinates": {"type": "array", "items": _COORDINATE, "minItems": 2, "maxItems": 2},
    },
    "example": {"type": "Point", "coordinates": [76.9286, 43.2567]},
})
class GeoPoint(Strict, serializers.Field):
    """A GeoJSON Point [longitude, latitude], WGS 84, two numbers of at most seven decimals; gives a Position.

    Only the form is judged here: whether the place is in the country is the programme's question (422).
    """

    def to_internal_value(self, data: Any) -> Position:
        if not isinstance(data, dict):
            raise Wrong("not_a_point")
        unknown = {name: [Fault("unknown_field", {})] for name in data if name not in ("type", "coordinates")}
        if unknown:
            wrong = Wrong("invalid")
            wrong.detail = unknown
            raise wrong
        if data.get("type") != "Point":
            raise Wrong("not_a_point", at="type")
        pair = data.get("coordinates")
        if not (isinstance(pair, list) and len(pair) == 2):
            raise Wrong("not_a_point", at="coordinates")
        return Position(coordinate(pair[0], 180, "coordinates/0"), coordinate(pair[1], 90, "coordinates/1"))

    def to_representation(self, value: Any) -> dict[str, Any]:
        return {"type": "Point", "coordinates": [value.longitude, value.latitude]}


def coordinate(value: Any, limit: int, at: str) -> float:
    """Degrees as a float, from a JSON number that is exact in seven decimals and within ±limit."""
    if type(value) is not int and not isinstance(value, Decimal):
        raise Wrong("not_a_number", at=at)
    if not -limit <= value <= limit:
        raise Wrong("out_of_range", at=at, min=-limit, max=limit)
    if isinstance(value, Decimal) and value != round(value, DECIMALS):
        raise Wrong("too_many_decimals", at=at, max=DECIMALS)
    return float(value)


@extend_schema_field(OpenApiTypes.DOUBLE)
class Degrees(Strict, serializers.Field):
    """One coordinate as a query parameter."""

    def __init__(self, *, limit: int, **kwargs: Any) -> None:
        self.limit = limit
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> float:
        if not (isinstance(data, str) and re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{1,20})?", data, re.ASCII)):
            raise Wrong("not_a_number")
        return coordinate(Decimal(data), self.limit, "")
