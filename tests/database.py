"""The test database: a copy of a template that holds every migration and all reference data.

The template is made once (ten seconds), kept while what it is made of is unchanged, and copied in a fifth of a second; so each
session, and each xdist worker, begins with real regions and waste codes, and a flush need not bring them back.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
#: What migrations and the loading of reference data read: a change in any of it makes a new template.
INGREDIENTS = ("*/migrations/*.py", "*/*/migrations/*.py", "*/*/states.py", "collection/audit/*.py", "collection/kernel/*.py",
               "collection/waste/**/*.*", "geo/*.py", "geo/data/*", "api/management/commands/load_reference.py")


def name() -> str:
    """`test_house`, the suffix a developer gives to stand beside others, and the xdist worker."""
    parts = ("test_house", os.environ.get("PYTEST_DB_SUFFIX"), os.environ.get("PYTEST_XDIST_WORKER"))
    return "_".join(part for part in parts if part)


def digest() -> str:
    hashed = hashlib.sha256()
    for path in sorted({path for pattern in INGREDIENTS for path in ROOT.glob(pattern)}):
        if path.is_file() and path.suffix != ".pyc":
            hashed.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return hashed.hexdigest()[:12]


@contextmanager
def admin() -> Iterator[psycopg.Connection]:
    """The maintenance database, as the owner: the only place from which databases are made and dropped."""
    place = connection.get_connection_params() | {"dbname": "postgres", "autocommit": True}
    wanted = {"dbname", "user", "password", "host", "port", "autocommit"}
    with psycopg.connect(**{key: value for key, value in place.items() if key in wanted}) as server:
        yield server


def create() -> str:
    """A fresh test database; returns the name it got. A second session under the same name gets a number."""
    template = f"house_template_{digest()}"
    with admin() as server:
        server.execute("SELECT pg_advisory_lock(hashtext('house_template'))")
        try:
            if not exists(server, template):
                make_template(server, template)
            return copy_of(server, template)
        finally:
            server.execute("SELECT pg_advisory_unlock(hashtext('house_template'))")


def make_template(server: psycopg.Connection, template: str) -> None:
    drop_all(server, "house_template_%")
    making = f"{template}_making"
    run(server, "CREATE DATABASE {}", making)
    with connected_to(making):
        call_command("migrate", verbosity=0)
        call_command("load_reference", verbosity=0)
    run(server, "ALTER DATABASE {} RENAME TO {}", making, template)


def copy_of(server: psycopg.Connection, template: str) -> str:
    wanted = name()
    for number in range(1, 100):
        copy = wanted if number == 1 else f"{wanted}_{number}"
        used = server.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [copy]).fetchone()
        if used and used[0]:
            continue  # another session's
        run(server, "DROP DATABASE IF EXISTS {}", copy)
        run(server, "CREATE DATABASE {} TEMPLATE {}", copy, template)
        return copy
    raise RuntimeError(f"Every database from {wanted} to {copy} is in use.")


def drop(database: str) -> None:
    with admin() as server:
        run(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", database)


@contextmanager
def connected_to(database: str) -> Iterator[None]:
    """Point Django's connection at `database`, whatever it pointed at before."""
    settings = connections["default"].settings_dict
    before = settings["NAME"]
    connections.close_all()
    settings["NAME"] = database
    try:
        yield
    finally:
        connections.close_all()
        settings["NAME"] = before


def tables_with_rows() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [row[0] for row in cursor.fetchall()]
        cursor.execute(" UNION ALL ".join(f"(SELECT '{table}' FROM \"{table}\" LIMIT 1)" for table in tables))
        return [row[0] for row in cursor.fetchall()]


def flush(kept: frozenset[str]) -> None:
    """Empty every table but those that came with the template. The tests run as the owner, who may."""
    if written := [f'"{table}"' for table in tables_with_rows() if table not in kept]:
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(written)} CASCADE")


def exists(server: psycopg.Connection, database: str) -> bool:
    return server.execute("SELECT FROM pg_database WHERE datname = %s", [database]).fetchone() is not None


def drop_all(server: psycopg.Connection, like: str) -> None:
    for (database,) in server.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [like]).fetchall():
        run(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", database)


def run(server: psycopg.Connection, statement: str, *names: str) -> None:
    server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
