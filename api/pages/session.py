"""Who looks at a page: a signed cookie names a session, and one query says what that session is worth now.

The cookie is good for a working day, is never readable by a script and never sent from another site; the session behind
it is the same as a phone's, listed and revoked with the others.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from collection.accounts.queries import Proven, seen_in
from collection.kernel.actor import ANONYMOUS, Actor

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

SESSION, DEVICE = "session", "device"
DAY_S, YEAR_S = 12 * 3600, 365 * 86400
SALT = "pages"


def session_in(request: HttpRequest) -> UUID | None:
    """The session the cookie names, alive or not."""
    try:
        return UUID(signing.loads(request.COOKIES.get(SESSION, ""), salt=SALT, max_age=DAY_S))
    except (signing.BadSignature, ValueError):
        return None


def caller_in(request: HttpRequest) -> tuple[Actor, Proven]:
    """Who the cookie names now, and what the session has proven; ANONYMOUS without one, or when the session is over."""
    session_id, request_id = session_in(request), getattr(request, "request_id", "")
    found = seen_in(session_id, request_id=request_id) if session_id else None
    return found or (replace(ANONYMOUS, request_id=request_id), Proven())


def device_in(request: HttpRequest) -> UUID:
    """This browser's installation id: a login code is good in the browser that asked for it."""
    try:
        return UUID(request.COOKIES.get(DEVICE, ""))
    except ValueError:
        return uuid4()


def remember(response: HttpResponseBase, name: str, value: str, max_age_s: int) -> None:
    """Set a cookie of the pages; no script reads it and no other site sends it."""
    response.set_cookie(name, value, max_age=max_age_s, httponly=True, samesite="Lax", secure=settings.PRODUCTION)


def enter(response: HttpResponse, session_id: UUID) -> None:
    remember(response, SESSION, signing.dumps(str(session_id), salt=SALT), DAY_S)


def leave(response: HttpResponse) -> None:
    response.delete_cookie(SESSION, samesite="Lax")
