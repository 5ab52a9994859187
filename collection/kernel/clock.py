"""The house clock can be stopped: replays, simulations and tests run old time through the SQL that decides live races.

`house_clock()` in SQL is the real time unless the transaction has set `house.clock`; only `frozen` sets it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db import connection


class ClockMayNotStop(RuntimeError):
    """Production settings refuse a frozen clock."""


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Inside one transaction, make the house clock show `at` (aware). Nested calls restore the outer time."""
    if not settings.HOUSE_CLOCK_MAY_STOP:
        raise ClockMayNotStop("HOUSE_CLOCK_MAY_STOP is off: the clock of a production house is never set.")
    if not connection.in_atomic_block:
        raise ClockMayNotStop("Open a transaction first: the frozen time must end with it.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('house.clock', true)")
        before = cursor.fetchone()[0] or ""
        cursor.execute("SELECT set_config('house.clock', %s, true)", [at.isoformat()])
    try:
        yield
    finally:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('house.clock', %s, true)", [before])
