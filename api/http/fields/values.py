"""Integers, booleans, ids, codes and lists of them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.fields import empty

from .base import Strict, Wrong, from_text

INT64 = (1 << 63) - 1


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


class StrictNumber(Strict, serializers.FloatField):
    """A JSON number, as a float."""

    def to_internal_value(self, data: Any) -> float:
        if type(data) is not int and not isinstance(data, Decimal):
            raise Wrong("not_a_number")
        if abs(data) > INT64:
            raise Wrong("too_large", max=INT64)
        return float(data)


class StrictBoolean(Strict, serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if from_text(self) and data in ("true", "false"):
            return data == "true"
        if type(data) is not bool:
            raise Wrong("not_a_boolean")
        return data


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
