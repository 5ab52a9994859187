"""Replies and bodies that are files, not JSON: papers, sheets, and what a bank sends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from .refusals import LengthRequired, TooLarge, UnsupportedMedia
from .rendering import OnlyJSON
from .schema import HouseSchema


class FileSchema(HouseSchema):
    """The reply is a file of one of the view's `media_types`."""

    def get_response_serializers(self) -> Any:
        found = super().get_response_serializers()
        binary = found.pop("200")
        return found | {("200", media_type): binary for media_type in self.view.media_types}


def taking(*media_types: str) -> type[OnlyJSON]:
    """Content negotiation for a view whose reply is one of these: a caller may ask for them by name, or for anything."""
    return type("Taking", (OnlyJSON,), {"accepted": (*OnlyJSON.accepted, *media_types)})


def attachment(data: bytes, media_type: str, name: str) -> HttpResponse:
    """`data` as a file to be saved under an ASCII `name`."""
    response = HttpResponse(data, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def file_of(request: Request, media_types: Iterable[str], *, max_bytes: int) -> tuple[str, bytes]:
    """The media type and the bytes of the body, judged by its headers before a byte is read; kept for the request's digest."""
    named = request.META.get("CONTENT_TYPE", "").split(";")[0].strip().lower()
    if named not in media_types:
        raise UnsupportedMedia(expected=list(media_types))
    if request.META.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise UnsupportedMedia(expected="identity")
    try:
        length = int(request.META["CONTENT_LENGTH"])
    except (KeyError, ValueError):
        raise LengthRequired from None
    if length > max_bytes:
        raise TooLarge(max_bytes=max_bytes)
    if not hasattr(request._request, "_body"):
        request._request._body = request._request.read(length)
    return named, request._request._body
