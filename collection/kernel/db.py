"""Transaction words: the only spelling of "begin", "lock" and "now" in the house."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from django.db import OperationalError, connection, models, transaction as django_transaction

T = TypeVar("T")

#: Serialisation failure and deadlock: the statement order was unlucky, not wrong, so the whole write is run again.
RETRIED_SQLSTATES = ("40001", "40P01")
RETRIES = 5


class InsideTransaction(RuntimeError):
    """A network call or a sleep was about to happen while rows are locked (arrow A10)."""


def outside_transaction() -> None:
    """Every channel, geocoder and engine client calls this first; raises InsideTransaction inside a transaction."""
    # A test's own wrapper does not count.
    if any(not block._from_testcase for block in connection.atomic_blocks):  # type: ignore[attr-defined]
        raise InsideTransaction("Do network calls before or after the transaction, never inside it.")


@contextmanager
def transaction() -> Iterator[None]:
    """One write. Opened by the door, by tasks and by commands; nowhere else."""
    with django_transaction.atomic():
        yield


def in_transaction(write: Callable[[], T]) -> T:
    """Run `write` in one transaction; on deadlock or serialisation failure run all of it again, up to RETRIES times."""
    attempt = 0
    while True:
        try:
            with transaction():
                return write()
        except OperationalError as error:
            state = getattr(error.__cause__, "sqlstate", None)
            attempt += 1
            if state not in RETRIED_SQLSTATES or attempt > RETRIES or connection.in_atomic_block:
                raise
            time.sleep(0.01 * 2**attempt)


def now() -> datetime:
    """The house clock, read from the database: real time, or the frozen time of a replay."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT house_clock()")
        return cursor.fetchone()[0]


def rows(sql: str, params: Any = ()) -> list[dict[str, Any]]:
    """The rows of one SELECT as dictionaries, for reads the ORM would only obscure."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def execute(sql: str, params: Any = ()) -> int:
    """Run one statement; returns the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount


class HouseQuerySet(models.QuerySet[Any]):
    def locked(self, **conditions: Any) -> HouseQuerySet:
        """Rows locked FOR NO KEY UPDATE in primary-key order, so that two writers never deadlock on one table."""
        return self.filter(**conditions).order_by("pk").select_for_update(of=("self",), no_key=True)
