"""Reading a body: strict JSON or nothing.

JSON as RFC 8259 and I-JSON (RFC 7493) mean it, and no more: UTF-8 without a byte order mark, one object at the top,
no key twice, no NaN or Infinity, no number beyond a double, no NUL and no half of a surrogate pair, at most twenty
levels deep and one mebibyte long. Python's own parser lets all of these through or dies of them.
"""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from typing import Any

from django.core.exceptions import RequestDataTooBig
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from collection.kernel.refusals import Defect

from .refusals import LengthRequired, Malformed, TooLarge, UnsupportedMedia

MAX_BYTES = 1 << 20
MAX_DEPTH = 20
#: A 64-bit integer has at most 19 digits and a sign; longer numbers are never ours.
MAX_DIGITS = 40

CONTENT_TYPE = re.compile(r'application/json(?:\s*;\s*charset\s*=\s*"?utf-8"?)?\s*', re.IGNORECASE)


def document(request: Request, *, optional: bool = False) -> dict[str, Any]:
    """The JSON object in the body of `request`.

    Raises UnsupportedMedia, TooLarge, LengthRequired or Malformed. With `optional`, no body is an empty object.
    """
    body = raw(request)
    if not body and optional:
        return {}
    check_headers(request)
    return loads(body)


def raw(request: Request) -> bytes:
    """The bytes of the body; the length is judged by the header before anything is read."""
    meta = request.META
    if meta.get("HTTP_TRANSFER_ENCODING") and not meta.get("CONTENT_LENGTH"):
        raise LengthRequired
    try:
        if int(meta.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
            raise TooLarge(max_bytes=MAX_BYTES)
        return request._request.body
    except ValueError:
        raise LengthRequired from None
    except RequestDataTooBig:
        raise TooLarge(max_bytes=MAX_BYTES) from None


def check_headers(request: Request) -> None:
    if CONTENT_TYPE.fullmatch(request.META.get("CONTENT_TYPE", "")) is None:
        raise UnsupportedMedia(expected="application/json")
    if request.META.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise UnsupportedMedia(expected="identity")


def loads(body: bytes) -> dict[str, Any]:
    """Parse `body`, or raise Malformed with the one thing that is wrong with it. Fractions become Decimal, exactly."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise malformed("not_utf8", position=error.start) from None
    if text.startswith("\ufeff"):
        raise malformed("byte_order_mark")
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise malformed("not_json", line=error.lineno, column=error.colno) from None
    except RecursionError:
        raise malformed("too_deep", max_depth=MAX_DEPTH) from None
    if not isinstance(value, dict):
        raise malformed("not_an_object")
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _too_deep(value):
        raise malformed("too_deep", max_depth=MAX_DEPTH)
    if "\\u" in text:  # only an escape can spell a NUL or half of a surrogate pair
        _refuse_broken_text(value)
    return value


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        inner = (
            one for outer in level for one in (outer.values() if isinstance(outer, dict) else outer)
        )
        level = [one for one in inner if isinstance(one, (dict, list))]
        if not level:
            return False
    return True


def malformed(code: str, **params: Any) -> Malformed:
    return Malformed(defects=[Defect("", code, params)])


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1) if len(names) <= 100 else names[0]
        raise malformed("duplicate_key", key=twice[:100].encode("utf-8", "replace").decode())
    return found


def _fraction(text: str) -> Decimal:
    number = Decimal(text) if len(text) <= MAX_DIGITS else None
    # A tiny exponent would be zero as a double, and a gigabyte of noughts the moment someone prints the decimal.
    if number is None or not math.isfinite(float(number)) or (number and not float(number)):
        raise malformed("number_out_of_range")
    return number


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise malformed("number_out_of_range")
    return int(text)


def _constant(text: str) -> Any:
    raise malformed("not_a_number", value=text)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_fraction, parse_int=_integer, parse_constant=_constant
)


def _refuse_broken_text(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise malformed("nul")
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            raise malformed("lone_surrogate")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _refuse_broken_text(key)
            _refuse_broken_text(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_broken_text(inner)


class StrictJSONParser(BaseParser):
    """The same, for `request.data` and for the schema, which learns the media type from here."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> dict[str, Any]:
        return document(parser_context["request"])
