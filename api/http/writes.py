"""One write, start to end: one transaction, one key, one effect, one stored reply."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.http import HttpResponse
from rest_framework.request import Request

from collection.kernel.actor import Actor
from collection.kernel.db import execute, in_transaction, now
from collection.kernel.refusals import Refusal

from . import problems
from .etags import etag
from .fields import CANONICAL_UUID
from .refusals import (
    IdempotencyInProgress,
    IdempotencyKeyInvalid,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    InstallationMissing,
)
from .rendering import JSON, dumps

Result = TypeVar("Result")


def write(request: Request, verb: Callable[[Actor, datetime], Result | Refusal], *,
          render: Callable[[Result], Any], status: int | Callable[[Result], int] = 200,
          secret: bool = False) -> HttpResponse:
    """Run `verb(actor, at)` in one transaction and reply with `render(result)`; None renders as 204.

    `status`: the number of a good reply, or how to tell it from the result (a phone's own id sent again is a 200).

    On POST the reply is stored with its Idempotency-Key in that transaction, and given again to whoever repeats the
    request (same caller, route and key); another body or path under the key is refused. A verb that raises leaves
    nothing behind, not even the key. A verb that *returns* a Refusal keeps what it wrote; the key is not stored.
    `secret`: the reply holds tokens and is not stored; the verb must then be safe to run again by itself.
    """
    if request.method != "POST":
        return in_transaction(lambda: _again(request, verb, render, status))
    key, scope = idempotency_key(request), scope_of(request)
    route = request.resolver_match.route
    digest = _digest(request)

    def once() -> HttpResponse:
        at, before = begin(scope, route, key)
        if before is not None:
            if bytes(before.request_hash) != digest:
                raise IdempotencyKeyReused
            if before.body is not None:
                return before.replay()
        response, kept = _answer(request, verb(request.actor, at), render, status)
        if kept:
            execute(
                "INSERT INTO api_idempotencykey (actor_id, route, key, request_hash, status, etag, body, created_at) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                [scope, route, key, digest, response.status_code, response.get("ETag", ""),
                 None if secret else response.content, at],
                keep_plan=True,
            )
            _note(request, at)
        return response

    return in_transaction(once)


def _again(request: Request, verb: Callable[[Actor, datetime], Any], render: Callable[[Any], Any],
           status: int | Callable[[Any], int]) -> HttpResponse:
    """A write that is the same however often it is sent: nothing to remember but when the phone says it was done."""
    at = now()
    response, kept = _answer(request, verb(request.actor, at), render, status)
    if kept:
        _note(request, at)
    return response


@dataclass(frozen=True, slots=True)
class Queued:
    """What a phone says of an operation that waited in its queue (`POST /ops`)."""

    key: UUID
    device: str
    occurred_at: datetime | None
    skew_s: int | None


def _note(request: Request, at: datetime) -> None:
    """Keep the device's time beside ours, in the transaction of the effect; the first time of a key stands."""
    queued: Queued | None = getattr(request._request, "queued", None)
    if queued is not None:
        execute(
            "INSERT INTO api_queuedoperation (actor_id, key, method, path, device, request_id, occurred_at, skew_s, recorded_at) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [scope_of(request), queued.key, request.method, request._request.path, queued.device, request.request_id,
             queued.occurred_at, queued.skew_s, at])


def replayed(request: Request) -> HttpResponse | None:
    """The stored reply of a POST whose work is done before its transaction: ask first, work, then `write`.

    None: it was not answered yet (whoever comes second while the first still works, is told so by `write` or redoes it).
    """
    scope, route, key = scope_of(request), request.resolver_match.route, idempotency_key(request)
    _, before = in_transaction(lambda: begin(scope, route, key))
    if before is None or before.body is None:
        return None
    if bytes(before.request_hash) != _digest(request):
        raise IdempotencyKeyReused
    return before.replay()


def _digest(request: Request) -> bytes:
    return hashlib.sha256(request._request.path.encode() + b"\0" + request._request.body).digest()


class Before:
    """The reply given before under the same key."""

    __slots__ = ("body", "etag", "request_hash", "status")

    def __init__(self, request_hash: bytes, status: int, etag: str, body: bytes | None) -> None:
        self.request_hash, self.status, self.etag, self.body = request_hash, status, etag, body

    def replay(self) -> HttpResponse:
        response = HttpResponse(bytes(self.body or b""), status=self.status, content_type=JSON)
        response["Idempotency-Replayed"] = "true"
        if self.etag:
            response["ETag"] = self.etag
        return response


def begin(scope: UUID, route: str, key: UUID) -> tuple[datetime, Before | None]:
    """One round trip: the house clock, the lock on this key until the end of the transaction, the reply before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM idempotency_begin(%s, %s, %s)", [scope, route, key])
        at, running, request_hash, status, tag, body = cursor.fetchone()
    if running:
        raise IdempotencyInProgress(retry_after_s=1)
    return at, None if request_hash is None else Before(request_hash, status, tag, body)


def idempotency_key(request: Request) -> UUID:
    given = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if not given:
        raise IdempotencyKeyMissing
    if CANONICAL_UUID.fullmatch(given) is None:
        raise IdempotencyKeyInvalid
    return UUID(given)


def installation_of(request: Request) -> UUID:
    """The phone's installation id: who an anonymous caller is, as far as keys and login codes are concerned."""
    given = request.META.get("HTTP_X_INSTALLATION_ID", "")
    if CANONICAL_UUID.fullmatch(given) is None:
        raise InstallationMissing
    return UUID(given)


def scope_of(request: Request) -> UUID:
    return request.actor.user_id or installation_of(request)


def _answer(request: Request, result: Any, render: Callable[[Any], Any],
            status: int | Callable[[Any], int]) -> tuple[HttpResponse, bool]:
    if isinstance(result, Refusal):
        return problems.refused(request, result), False
    value = render(result)
    if value is None:
        return HttpResponse(status=204), True
    number = status(result) if callable(status) else status
    response = HttpResponse(dumps(value), status=number, content_type=JSON)
    if isinstance(value, dict) and isinstance(value.get("version"), int):
        response["ETag"] = etag(value["version"], request.actor.role)
    return response, True
