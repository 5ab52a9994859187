"""Values out: orjson, UTC as "Z", nothing cached by strangers."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpResponse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from .etags import etag, unchanged
from .refusals import NotAcceptable

JSON = "application/json"


def dumps(value: Any) -> bytes:
    """JSON bytes of plain values, dataclasses, UUIDs, dates and aware datetimes; anything else is our own mistake."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def reply(value: Any, *, status: int = 200, request: Request | None = None, version: int | None = None) -> HttpResponse:
    """`value` (or ready JSON bytes) as a response.

    With `request` and `version` the reply carries the object's ETag, and is 304 when the caller has it already.
    """
    body = value if isinstance(value, bytes) else dumps(value)
    if request is None or version is None:
        return HttpResponse(body, status=status, content_type=JSON)
    return tagged(request, body, etag(version, request.actor.role))


def tagged(request: Request, body: bytes, tag: str) -> HttpResponse:
    """`body` under an entity tag, or 304 when the caller has it already."""
    if unchanged(request, tag):
        response = HttpResponse(status=304)
        del response["Content-Type"]
    else:
        response = HttpResponse(body, content_type=JSON)
    response["ETag"] = tag
    return response


class JSONRenderer(BaseRenderer):
    """For views that return DRF's Response, and for the schema."""

    media_type = JSON
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else dumps(data)


class OnlyJSON(BaseContentNegotiation):
    """There is one representation: a caller who accepts none of its names gets 406."""

    accepted = ("*/*", "application/*", JSON, "application/problem+json")

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        accept = request.META.get("HTTP_ACCEPT", "*/*")
        if accept not in self.accepted:
            names = [part.split(";")[0].strip().lower() for part in accept[:500].split(",")]
            if not any(name in self.accepted for name in names):
                raise NotAcceptable
        return renderers[0], JSON
