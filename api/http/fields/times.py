"""Instants with their offset, dates and months."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from .base import Strict, Wrong

RFC_3339 = re.compile(
    r"([0-9]{4})-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
    r"(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])"
)
YEARS = range(2000, 2101)


class Instant(Strict, serializers.DateTimeField):
    """RFC 3339 with its offset (mandatory), years 2000-2100, at most microseconds; an aware datetime in UTC."""

    def to_internal_value(self, value: Any) -> datetime:
        match = RFC_3339.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise Wrong("not_an_instant")
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            raise Wrong("not_an_instant") from None
        if int(match[1]) not in YEARS:
            raise Wrong("out_of_range", min=YEARS[0], max=YEARS[-1])
        return found.astimezone(UTC)


class Day(Strict, serializers.DateField):
    """A date, "2025-08-31", years 2000-2100."""

    def to_internal_value(self, value: Any) -> date:
        if not (isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value, re.ASCII)):
            raise Wrong("not_a_date")
        try:
            found = date.fromisoformat(value)
        except ValueError:
            raise Wrong("not_a_date") from None
        if found.year not in YEARS:
            raise Wrong("out_of_range", min=YEARS[0], max=YEARS[-1])
        return found


@extend_schema_field({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$", "example": "08:00"})
class Clock(Strict, serializers.Field):
    """A time of day in Almaty, "08:00"."""

    def to_internal_value(self, value: Any) -> time:
        if not (isinstance(value, str) and re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value, re.ASCII)):
            raise Wrong("not_a_clock_time")
        return time.fromisoformat(value)

    def to_representation(self, value: time) -> str:
        return value.isoformat("minutes")


@extend_schema_field({"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$", "example": "2025-08"})
class Month(Strict, serializers.Field):
    """A month, "2025-08", as its first day."""

    def to_internal_value(self, value: Any) -> date:
        if not (isinstance(value, str) and re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", value, re.ASCII)):
            raise Wrong("not_a_month")
        return date.fromisoformat(value + "-01")

    def to_representation(self, value: date) -> str:
        return value.isoformat()[:7]
