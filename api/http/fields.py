"""Serializers that accept what was agreed and refuse the rest, all defects at once.

Unknown and read-only names are errors, integers are integers, text is NFC without tricks, times carry their offset.
A defect is found under its JSON pointer with a stable code and the numbers a client needs to explain it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple, Self
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import empty

INT64 = (1 << 63) - 1


class Fault(ErrorDetail):
    """One wrong thing, with a code and numbers; rooms' words for it come from the code in the client's catalogue."""

    params: dict[str, Any]

    def __new__(cls, code: str, params: dict[str, Any]) -> Self:
        self = super().__new__(cls, code, code)
        self.params = params
        return self


class Wrong(ValidationError):
    """Raise inside `validate` or a field: `Wrong("too_large", max=5)`; at another field with `at="window/end"`."""

    def __init__(self, code: str, *, at: str = "", **params: Any) -> None:
        detail: Any = [Fault(code, params)]
        for name in reversed(at.split("/") if at else []):
            detail = {name: detail}
        self.detail = detail


class Strict:
    """Mixed into fields: DRF's own two refusals in our words."""

    def fail(self, key: str, **params: Any) -> Any:
        raise Wrong(key, **params)

    def run_validators(self, value: Any) -> None:
        pass  # every rule is in to_internal_value, where it can name its numbers


class StrictSerializer(serializers.Serializer):
    """The base of every body. `Form.read(data)` gives checked values or raises ValidationError with all defects."""

    @classmethod
    @cache
    def _shared(cls) -> Self:
        return cls()  # reading keeps no state in the fields, so one instance serves every request of the process

    @classmethod
    def read(cls, data: Any) -> dict[str, Any]:
        return cls._shared().run_validation(data)

    def run_validation(self, data: Any = empty) -> Any:
        is_empty, data = self.validate_empty_values(data)
        if is_empty:
            return data
        return self.validate(self.to_internal_value(data))

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            raise Wrong("not_an_object")
        fields = self._readable_names
        errors: dict[str, Any] = {name: [Fault("unknown_field", {})] for name in data if name not in fields}
        values: dict[str, Any] = {}
        for name, field in fields.items():
            try:
                value = field.run_validation(data.get(name, empty))
            except ValidationError as error:
                errors[name] = error.detail
            except serializers.SkipField:
                pass
            else:
                values[field.source_attrs[-1]] = value
        if errors:
            error = Wrong("invalid")
            error.detail = errors
            raise error
        return values

    @property
    def _readable_names(self) -> dict[str, Any]:
        found = self.__dict__.get("_strict_fields")
        if found is None:
            found = self.__dict__["_strict_fields"] = {field.field_name: field for field in self._writable_fields}
        return found

    def fail(self, key: str, **params: Any) -> Any:
        raise Wrong(key, **params)


class StrictQuery(StrictSerializer):
    """The same for query parameters: every value arrives as text, and comes once."""

    from_text = True


class Nothing(StrictSerializer):
    """The body of an action that takes none: absent, or `{}`."""


class Reply(serializers.Serializer):
    """Describes a reply in the schema; replies are rendered by plain functions, never through serializers."""

def from_text(field: serializers.Field) -> bool:
    return getattr(field.root, "from_text", False)


class StrictInteger(Strict, serializers.IntegerField):
    """An integer and nothing that looks like one (no booleans, strings, fractions); 64 bits unless told otherwise."""

    def __init__(self, *, min_value: int = -INT64 - 1, max_value: int = INT64, **kwargs: Any) -> None:
        super().__init__(min_value=min_value, max_value=max_value, **kwargs)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, str) and from_text(self) and re.fullmatch(r"-?(0|[1-9][0-9]{0,19})", data, re.ASCII):
            data = int(data)
        if type(data) is not int:
            raise Wrong("not_an_integer")
        if data < self.min_value:
            raise Wrong("too_small", min=self.min_value)
        if data > self.max_value:
            raise Wrong("too_large", max=self.max_value)
        return data


class StrictBoolean(Strict, serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if from_text(self) and data in ("true", "false"):
            return data == "true"
        if type(data) is not bool:
            raise Wrong("not_a_boolean")
        return data


BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: Letters by category that no eye can see: the Hangul fillers and the empty Braille cell.
BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
COMBINING_IN_A_ROW = 8


class Text(Strict, serializers.CharField):
    """Text in NFC, trimmed; length in code points. Controls, bidi overrides and invisible-only text are refused."""

    def __init__(self, *, max_length: int, min_length: int = 1, lines: bool = False, pattern: str | None = None,
                 **kwargs: Any) -> None:
        self.shortest, self.lines = min_length, lines
        self.pattern = None if pattern is None else re.compile(pattern, re.ASCII)
        super().__init__(max_length=max_length, min_length=min_length, allow_blank=min_length == 0, **kwargs)

    def run_validation(self, data: Any = empty) -> Any:  # DRF would turn numbers into text and "" into blank first
        is_empty, data = self.validate_empty_values(data)
        return data if is_empty else self.to_internal_value(data)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise Wrong("not_text")
        if len(data) > 4 * self.max_length + 1000:  # normalising can shorten, but not that much
            raise Wrong("too_long", max=self.max_length)
        text = unicodedata.normalize("NFC", data).strip()
        if not (text.isascii() and text.isprintable()):
            refuse_tricks(text, lines=self.lines)
        if not text and self.shortest:
            raise Wrong("blank")
        if len(text) > self.max_length:
            raise Wrong("too_long", max=self.max_length)
        if len(text) < self.shortest:
            raise Wrong("too_short", min=self.shortest)
        if self.pattern is not None and text and self.pattern.fullmatch(text) is None:
            raise Wrong("wrong_format", pattern=self.pattern.pattern)
        return text


def refuse_tricks(text: str, *, lines: bool) -> None:
    """Raise Wrong for text that would deceive a reader: controls, overrides, invisible letters, towers of accents."""
    visible, marks = False, 0
    for character in text:
        category = unicodedata.category(character)
        if (category in ("Cc", "Cs", "Zl", "Zp") and not (lines and character in "\n\t")) or is_noncharacter(character):
            raise Wrong("control_character", code_point=f"U+{ord(character):04X}")
        if character in BIDI:
            raise Wrong("bidi_override", code_point=f"U+{ord(character):04X}")
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > COMBINING_IN_A_ROW:
            raise Wrong("too_many_marks", max=COMBINING_IN_A_ROW)
        visible = visible or not (category in ("Cf", "Zs", "Mn", "Me", "Cc") or character in BLANK_LETTERS)
    if text and not visible:
        raise Wrong("blank")


def is_noncharacter(character: str) -> bool:
    number = ord(character)
    return 0xFDD0 <= number <= 0xFDEF or number & 0xFFFE == 0xFFFE


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


@extend_schema_field({"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$", "example": "2025-08"})
class Month(Strict, serializers.Field):
    """A month, "2025-08", as its first day."""

    def to_internal_value(self, value: Any) -> date:
        if not (isinstance(value, str) and re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", value, re.ASCII)):
            raise Wrong("not_a_month")
        return date.fromisoformat(value + "-01")

    def to_representation(self, value: date) -> str:
        return value.isoformat()[:7]


class Id(Strict, serializers.UUIDField):
    """A UUID in its canonical 8-4-4-4-12 form, nothing else that Python would understand."""

    def to_internal_value(self, data: Any) -> UUID:
        if not (isinstance(data, str) and CANONICAL_UUID.fullmatch(data)):
            raise Wrong("not_a_uuid")
        return UUID(data)


CANONICAL_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class OneOf(Strict, serializers.ChoiceField):
    """One of the lower_snake words given: `OneOf(["person", "company"])`."""

    def to_internal_value(self, data: Any) -> str:
        if not (isinstance(data, str) and data in self.choices):
            raise Wrong("not_a_choice", choices=list(self.choices))
        return data


class ListOf(serializers.ListField):
    """At most `max_length` values read by `child`; each defect under its index."""

    def __init__(self, *, child: serializers.Field, max_length: int, min_length: int = 0, **kwargs: Any) -> None:
        super().__init__(child=child, max_length=max_length, min_length=min_length, **kwargs)

    def run_validation(self, data: Any = empty) -> Any:
        is_empty, data = self.validate_empty_values(data)
        return data if is_empty else self.to_internal_value(data)

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            raise Wrong("not_a_list")
        if len(data) > self.max_length:
            raise Wrong("too_many", max=self.max_length)
        if len(data) < self.min_length:
            raise Wrong("too_few", min=self.min_length)
        values, errors = [], {}
        for index, item in enumerate(data):
            try:
                values.append(self.child.run_validation(item))
            except ValidationError as error:
                errors[str(index)] = error.detail
        if errors:
            wrong = Wrong("invalid")
            wrong.detail = errors
            raise wrong
        return values


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
