"""Is the process alive, and may it be given requests."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

from .rendering import JSON, dumps


def livez(request: HttpRequest) -> HttpResponse:
    """The process answers. It asks nobody."""
    return HttpResponse(b'{"alive":true}', content_type=JSON)


def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers, and the house stands in it. Redis is not asked: nothing here waits for it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regproc('house_clock') IS NOT NULL")
            ready = cursor.fetchone()[0]
    except DatabaseError:
        connection.close()
        ready = False
    response = HttpResponse(dumps({"ready": ready}), content_type=JSON, status=200 if ready else 503)
    if not ready:
        response["Retry-After"] = "2"
    return response
