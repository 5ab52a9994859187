"""A tap on the relay's shoulder: `pg_notify` in the same transaction, heard only if it commits."""

from __future__ import annotations

from django.db import connection

CHANNEL = "house"


def nudge(topic: str) -> None:
    """Wake whoever LISTENs on the house channel; `topic` is a short word such as "outbox"."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, topic])
