"""Databases for one bench run: made from a migrated template on the private services, dropped at the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connections

from tests import database
from tests.benches.measure import say

PREFIX = "house_bench"
TEMPLATE = f"{PREFIX}_template"


class AnotherBenchRuns(RuntimeError):
    """Two benches at once would measure each other."""


class Databases:
    """`make("x")` gives a new database with migrations and reference data; `using(name)` points Django at it.

    Connections stay open between uses, so going from one database to another costs nothing that would be measured.
    """

    def __init__(self, server: psycopg.Connection) -> None:
        self.server = server
        self.open: dict[str, Any] = {}

    def make(self, suffix: str, *, template: str = TEMPLATE) -> str:
        name = f"{PREFIX}_{suffix}"
        self.drop(name)
        database.run(self.server, "CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def drop(self, name: str) -> None:
        if name in self.open:
            self.open.pop(name).close()
        database.run(self.server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    @contextmanager
    def using(self, name: str) -> Iterator[None]:
        before = connections["default"]
        if name not in self.open:
            self.open[name] = before.copy()
            self.open[name].settings_dict["NAME"] = name
        connections["default"] = self.open[name]
        try:
            yield
        finally:
            connections["default"] = before

    def within(self, name: str, work: Callable[[], object]) -> Callable[[], object]:
        """`work` done in that database."""
        def there() -> object:
            with self.using(name):
                return work()

        return there


@contextmanager
def databases() -> Iterator[Databases]:
    """All databases of a run, gone at its end; those left by a run that was killed go at the beginning."""
    with database.admin() as server:
        mine = server.execute("SELECT pg_try_advisory_lock(hashtext('house_bench'))").fetchone()
        if not (mine and mine[0]):
            raise AnotherBenchRuns("Another bench runs on these services.")
        database.drop_all(server, f"{PREFIX}%")
        made = Databases(server)
        try:
            started = time.monotonic()
            database.run(server, "CREATE DATABASE {}", f"{PREFIX}_empty")
            with made.using(f"{PREFIX}_empty"):
                call_command("migrate", verbosity=0)
            made.open.pop(f"{PREFIX}_empty").close()
            database.run(server, "CREATE DATABASE {} TEMPLATE {}", TEMPLATE, f"{PREFIX}_empty")
            with made.using(TEMPLATE):
                call_command("load_reference", verbosity=0)
            made.open.pop(TEMPLATE).close()
            say(f"template made in {time.monotonic() - started:.0f} s")
            yield made
        finally:
            for connection in made.open.values():
                connection.close()
            database.drop_all(server, f"{PREFIX}%")
