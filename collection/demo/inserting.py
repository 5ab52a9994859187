"""How bulk rows get in: one INSERT ... SELECT a table, triggers and foreign keys asleep, and never into a real database."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection, models

from collection.kernel.db import execute, rows, transaction

#: Only databases with such names are ever filled.
ALLOWED = ("house_bench", "test_house")


class NotABenchDatabase(RuntimeError):
    """Bulk rows were about to go where real ones live."""


def made_id(series: int, number: str) -> str:
    """SQL of the UUIDv7-shaped id number `number` (SQL of an integer) of a series."""
    return f"('{series:x}000000-0000-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"


@contextmanager
def bulk() -> Iterator[None]:
    """Inside the caller's transaction or one of its own: no triggers, no foreign keys asked. For the owner only."""
    name = rows("SELECT current_database() AS name")[0]["name"]
    if not name.startswith(ALLOWED):
        raise NotABenchDatabase(f"{name} is not a database for benches or tests ({', '.join(ALLOWED)}...).")
    with transaction():
        execute("SET LOCAL session_replication_role = replica")
        execute("SET LOCAL TimeZone = 'Asia/Almaty'")
        execute("SET LOCAL synchronous_commit = off")
        execute("SET LOCAL jit = off")
        yield
        execute("DROP TABLE IF EXISTS dealt, collector, recycler, loads")
        execute("SET LOCAL session_replication_role = origin")
        execute("SET LOCAL TimeZone = 'UTC'")


def insert(model: type[models.Model], values: Mapping[str, str], source: str, *, again: str = "") -> None:
    """INSERT ... SELECT of `values` (column -> SQL) from `source`; columns not named get the model's defaults.

    `again`: a column whose conflict means that the row is there already.
    """
    columns = dict(values)
    for field in model._meta.concrete_fields:
        name = str(field.column)
        if not (name in columns or field.null or field.generated or field.has_db_default() or field.primary_key):
            columns[name] = literal(field.get_default())
    names = ", ".join(f'"{name}"' for name in columns)
    conflict = f" ON CONFLICT ({again}) DO NOTHING" if again else ""
    run(f"INSERT INTO {model._meta.db_table} ({names}) SELECT {', '.join(columns.values())} FROM {source}{conflict}")


def literal(value: Any) -> str:
    """A model field's default as SQL."""
    if isinstance(value, dict | list):
        return f"'{json.dumps(value)}'"
    return f"'{value}'" if isinstance(value, str) else str(value).lower()


@contextmanager
def without_index(name: str, *, when: bool) -> Iterator[None]:
    definition = rows("SELECT pg_get_indexdef(%s::regclass) AS text", [name])[0]["text"]
    if when:
        execute(f"DROP INDEX {name}")
    yield
    if when:
        execute("SET LOCAL maintenance_work_mem = '512MB'")
        execute(definition)


def run(statement: str) -> None:
    """A statement without parameters, where % is an operator."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


def analyse() -> None:
    """What autovacuum would do within a minute."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
