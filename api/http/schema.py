"""The schema, from the same attributes that the views act on."""

from __future__ import annotations

import re
from typing import Any

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import get_lib_doc_excludes
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from .fields import Reply, StrictQuery, StrictSerializer
from .pagination import PageQuery, PageReply


class Fault(Reply):
    pointer = serializers.CharField(help_text="JSON pointer into the request; empty for the whole of it")
    code = serializers.CharField()
    params = serializers.DictField()


class Problem(Reply):
    """RFC 9457; further members depend on `code`."""

    type = serializers.CharField(help_text="a stable URI, one for each code")
    title = serializers.CharField(help_text="in the language of Accept-Language")
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    code = serializers.CharField(help_text="stable, lower_snake; clients must tolerate codes they do not know")
    errors = Fault(many=True)
    trace_id = serializers.CharField()


def header(name: str, description: str, *, required: bool = True, kind: Any = OpenApiTypes.UUID) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.HEADER, required=required, description=description)


def not_descriptions() -> list[type]:
    """Base classes whose docstrings speak to us: a component without words of its own has no description."""
    return [*get_lib_doc_excludes(), StrictSerializer, StrictQuery, Reply, PageQuery, PageReply]


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "api.http.authentication.TokenAuthentication"
    name = "accessToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class StrictForm(OpenApiSerializerExtension):
    """Unknown fields are refused, so the schema says so."""

    target_class = "api.http.fields.StrictSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        found = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**found, "additionalProperties": False}


class PatternedText(OpenApiSerializerFieldExtension):
    target_class = "api.http.fields.Text"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        found = auto_schema._map_serializer_field(self.target, direction, bypass_extensions=True)
        pattern = self.target.pattern
        return found if pattern is None else {**found, "pattern": f"^(?:{pattern.pattern})$"}


class HouseSchema(AutoSchema):
    """Operation ids from the action's name, headers and problems from what the door does with every request."""

    def get_operation_id(self) -> str:
        if self.method in self.view.operation_ids:
            return self.view.operation_ids[self.method]
        noun, verb = self.view.actions[self.method].split(".")
        words = [word.capitalize() for word in noun.split("_")]
        name = "".join(words)
        if verb == "read" and self.is_paged():
            return f"list{re.sub(r'y$', 'ie', name)}s"
        return f"{verb}{name}"

    def is_paged(self) -> bool:
        return issubclass(self.view.queries.get(self.method, object), PageQuery)

    def get_tags(self) -> list[str]:
        return [self.view.actions[self.method].split(".")[0]]

    def get_summary(self) -> str | None:
        handler = getattr(self.view, self.method.lower())
        return (handler.__doc__ or type(self.view).__doc__ or "").strip().split("\n")[0] or None

    def get_description(self) -> str:
        handler = getattr(self.view, self.method.lower())
        text = " ".join((handler.__doc__ or "").split())
        return f"{text}\n\nAction `{self.view.actions[self.method]}`.".strip()

    def get_auth(self) -> list[dict[str, list[str]]]:
        from collection.accounts.rights import ACTIONS

        roles = ACTIONS[self.view.actions[self.method]]
        return [*([{}] if "anon" in roles else []), *([{"accessToken": []}] if self.view.authenticates else [])]

    def get_override_parameters(self) -> list[Any]:
        found: list[Any] = []
        if self.method in self.view.queries:
            found.append(self.view.queries[self.method])
        if self.method == "POST" and self.view.keyed:
            found.append(header("Idempotency-Key", "A new UUID for each new act; the same one for every retry of it."))
        if not self.view.authenticates:
            found.append(header("X-Installation-Id", "The app's own id of this installation, made once by the phone."))
        if self.method in self.view.etags:
            found.append(header("If-Match", "The ETag of the version you saw.", kind=OpenApiTypes.STR))
        return found

    def get_request_serializer(self) -> Any:
        return self.view.bodies.get(self.method)

    def get_response_serializers(self) -> Any:
        status = self.view.statuses.get(self.method, 200)
        given = self.view.replies.get(self.method)
        good = given if given is not None else OpenApiResponse(description="Done; no content")
        found: dict[Any, Any] = {str(status if given is not None else 204): good}
        problem = ("default", "application/problem+json")
        found[problem] = OpenApiResponse(Problem, description="Refused, or failed")
        return found
