"""Serializers and the two ways they say no."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Self

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import empty


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
