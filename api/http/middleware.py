"""Around every request: its id, headers that let a browser do nothing with the reply, a live database connection."""

from __future__ import annotations

import re
import secrets
import select
from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponse

from api import logs

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
API_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class RequestIdMiddleware:
    """Outermost, so that even a refused host is traced. A caller's own id is kept when it is short and plain."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(16)
        request.request_id = request_id  # type: ignore[attr-defined]
        logs.bind(request_id=request_id)
        response = self.get_response(request)
        response["X-Request-Id"] = request_id
        if request.path_info.startswith("/api/"):
            for name, value in API_HEADERS.items():
                response.headers.setdefault(name, value)
        return response


class HeldConnectionMiddleware:
    """A held database connection is looked at, not asked, before it is used again.

    A server that went away has closed the socket, which makes it readable: one system call instead of Django's round
    trip (`SELECT 1`) for every request. What neither would notice is a network that swallows packets; keepalives do.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        held = connection.connection
        if held is not None and not connection.in_atomic_block:
            if held.closed or readable(held.fileno()):
                connection.close()
            else:
                connection.health_check_done = True
        return self.get_response(request)


def readable(descriptor: int) -> bool:
    watch = select.poll()
    watch.register(descriptor, select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(watch.poll(0))
