"""Pages by position: a signed, opaque cursor over (sort key, id), good for one caller, one route and one filter."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from rest_framework.request import Request

from collection.kernel.refusals import Defect, Kind, Refusal
from collection.kernel.words import Words

from .fields import Reply, StrictInteger, StrictQuery, Text

DEFAULT_LIMIT, MAX_LIMIT = 50, 200
MAC_BYTES = 16


class InvalidCursor(Refusal):
    """Not made by us, or made for another caller, route or filter."""

    code = "invalid_cursor"
    kind = Kind.MALFORMED
    words = Words("Парақ белгісі жарамсыз", "Недействительный указатель страницы", "The page cursor is not valid")


class PageQuery(StrictQuery):
    """Query parameters of a list; subclass it and add the filters."""

    limit = StrictInteger(min_value=1, max_value=MAX_LIMIT, default=DEFAULT_LIMIT)
    cursor = Text(max_length=600, required=False)


class PageReply(Reply):
    """Subclass with `items = SomeReply(many=True)`; `next_cursor` is null on the last page."""

    next_cursor = Text(max_length=600, allow_null=True)


@dataclass(frozen=True, slots=True)
class Page:
    """What to fetch: rows after the position `after` (None: from the start), `limit` of them and one more."""

    after: tuple[Any, ...] | None
    limit: int
    scope: bytes

    @classmethod
    def of(cls, request: Request, asked: Mapping[str, Any]) -> Page:
        """The page asked for by checked query parameters; raises InvalidCursor."""
        filters = {name: value for name, value in asked.items() if name not in ("limit", "cursor")}
        actor = request.actor
        scope = orjson.dumps(
            [actor.user_id, actor.organisation_id, actor.role, request.resolver_match.route, request._request.path,
             filters],
            default=str, option=orjson.OPT_SORT_KEYS,
        )
        cursor = asked.get("cursor")
        return cls(after=None if cursor is None else unseal(cursor, scope), limit=asked["limit"], scope=scope)

    def answer(self, rows: Sequence[Any], *, position: Callable[[Any], tuple[Any, ...]],
               render: Callable[[Any], Any]) -> dict[str, Any]:
        """`rows` (up to limit + 1) as the reply's body; the extra row only says that there is a next page."""
        shown = rows[: self.limit]
        more = len(rows) > self.limit
        return {
            "items": [render(row) for row in shown],
            "next_cursor": seal(position(shown[-1]), self.scope) if more else None,
        }


def _mac(payload: bytes, scope: bytes) -> bytes:
    key = hashlib.sha256(b"page cursor" + settings.SECRET_KEY.encode()).digest()
    return hmac.digest(key, len(scope).to_bytes(4) + scope + payload, "sha256")[:MAC_BYTES]


def seal(position: tuple[Any, ...], scope: bytes) -> str:
    """An opaque text that only the same scope opens again."""
    payload = orjson.dumps([_tagged(value) for value in position])
    return base64.urlsafe_b64encode(_mac(payload, scope) + payload).rstrip(b"=").decode()


def unseal(cursor: str, scope: bytes) -> tuple[Any, ...]:
    """What was sealed; raises InvalidCursor."""
    try:
        sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        sealed = b""
    mac, payload = sealed[:MAC_BYTES], sealed[MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(payload, scope)):
        raise InvalidCursor(defects=[Defect("/cursor", "invalid_cursor")])
    return tuple(_untagged(tag, value) for tag, value in orjson.loads(payload))


def _tagged(value: Any) -> tuple[str, Any]:
    for tag, kind in (("t", datetime), ("d", date), ("u", UUID)):
        if isinstance(value, kind):
            return tag, str(value)
    return "", value


def _untagged(tag: str, value: Any) -> Any:
    kinds: dict[str, Callable[[Any], Any]] = {"t": datetime.fromisoformat, "d": date.fromisoformat, "u": UUID}
    return kinds[tag](value) if tag else value
