"""Transaction words: the only spelling of "begin", "lock" and "now" in the house."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from django.db import OperationalError, connection, models, transaction as django_transaction
from psycopg import Cursor

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


def rows(sql: str, params: Any = (), *, keep_plan: bool = False) -> list[dict[str, Any]]:
    """The rows of one statement as dictionaries, for reads the ORM would only obscure.

    With `keep_plan` PostgreSQL plans it once for each connection: planning a long statement costs more than running it.
    Such a statement names its columns (no `*` in its result) and casts what may be None and is compared with nothing.
    """
    with _planned() if keep_plan else connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def execute(sql: str, params: Any = (), *, keep_plan: bool = False) -> int:
    """Run one statement; returns the number of rows it touched. `keep_plan` as for `rows`."""
    with _planned() if keep_plan else connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount


class _Planned(Cursor[Any]):
    """Django's cursors write values into the text; this one sends them beside it, so that the plan can be kept."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        done = super().execute(query, params, prepare=True)
        if connection.queries_logged:
            self._query = self._convert_query(query, params)  # what Django's log of statements asks for
        return done


def _planned() -> Any:
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        raw = connection.connection
        raw.prepare_threshold = 0  # for this kind of cursor alone: Django's own never prepare
        return connection._prepare_cursor(_Planned(raw))  # type: ignore[attr-defined]


class HouseQuerySet(models.QuerySet[Any]):
    def locked(self, **conditions: Any) -> HouseQuerySet:
        """Rows locked FOR NO KEY UPDATE in primary-key order, so that two writers never deadlock on one table."""
        return self.filter(**conditions).order_by("pk").select_for_update(of=("self",), no_key=True)
