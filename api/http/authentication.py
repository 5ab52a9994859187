"""Who calls: a signed access token that names a session, and one query that says what the session is worth now.

The token carries nothing else, so a removed member, a suspended person and a closed session are refused at the very
next request, and a changed role counts at once.
"""

from __future__ import annotations

import time
from datetime import timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken

from collection.accounts.operations import note_use
from collection.accounts.queries import key_seen, seen_in
from collection.kernel.actor import Actor
from collection.kernel.db import in_transaction, now

from .refusals import Unauthenticated

SESSION_CLAIM = "sid"
KEY_HEADER = "bearer rk_"
LONGEST_TOKEN = 2000


class SessionToken(AccessToken):
    """HS256 by SECRET_KEY; `aud`, `iss`, `exp`, `jti` and the token type are checked by simplejwt (SIMPLE_JWT)."""

    lifetime = timedelta(minutes=settings.ACCESS_TOKEN_MINUTES)


def access_token(session_id: UUID) -> tuple[str, int]:
    """A signed token for one session, and its life in seconds."""
    token = SessionToken()
    token[SESSION_CLAIM] = str(session_id)
    return str(token), int(token.lifetime.total_seconds())


class TokenAuthentication(BaseAuthentication):
    """`request.user` is the Actor and `request.auth` the id of the session or API key; no Authorization header is nobody.

    With a key `request.scopes` are what it was given: of its role's rights the rest is refused (`permissions`).
    """

    def authenticate(self, request: Request) -> tuple[Actor, UUID] | None:
        header = request.META.get("HTTP_AUTHORIZATION")
        if not header:
            return None
        if header[:len(KEY_HEADER)].lower() == KEY_HEADER:
            return by_key(request, header[len("bearer "):])
        session_id = session_in(header)
        found = seen_in(session_id, request_id=request.request_id)
        if found is None:
            raise Unauthenticated
        actor, request.proven = found
        return actor, session_id

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def by_key(request: Request, token: str) -> tuple[Actor, UUID | None]:
    """An organisation's own system; its use is noted every five minutes."""
    found = key_seen(token, request_id=request.request_id) if len(token) <= LONGEST_TOKEN else None
    if found is None:
        raise Unauthenticated
    if found.stale and found.actor.user_id:
        key_id = found.actor.user_id
        in_transaction(lambda: note_use(at=now(), key_id=key_id))
    request.scopes = found.scopes
    return found.actor, found.actor.user_id


def session_in(header: str) -> UUID:
    """The session named by an Authorization header; Unauthenticated for anything not signed by us and alive."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "bearer" or not 0 < len(encoded) <= LONGEST_TOKEN:
        raise Unauthenticated
    session_id, expires = verified(encoded)
    if time.time() >= expires:
        raise Unauthenticated
    return session_id


@lru_cache(maxsize=4096)
def verified(encoded: str) -> tuple[UUID, int]:
    """Session and expiry of a token whose signature and claims are right. A phone sends the same token for minutes, and
    what was signed stays signed; only its end must be looked at each time. Refusals are raised, so never remembered."""
    try:
        claims: Any = SessionToken(encoded.encode("latin-1", "replace"))
        return UUID(claims[SESSION_CLAIM]), int(claims["exp"])
    except (TokenError, KeyError, ValueError, AttributeError, TypeError, OverflowError):
        raise Unauthenticated from None
