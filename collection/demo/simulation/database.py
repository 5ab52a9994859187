"""A database for one simulation: made beside the real one, gone afterwards, so that nothing real is touched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql


@contextmanager
def throw_away() -> Iterator[str]:
    """Point Django at a new database with all migrations and reference data; dropped at the end, come what may."""
    name = f"house_simulation_{os.getpid()}"
    settings = connections["default"].settings_dict
    before, options = settings["NAME"], settings["OPTIONS"]
    with _server() as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        connections.close_all()
        # a crash may lose it: it is not to be kept
        settings["NAME"], settings["OPTIONS"] = name, options | {"options": f"{options['options']} -c synchronous_commit=off"}
        try:
            call_command("migrate", verbosity=0)
            call_command("load_reference", verbosity=0)
            yield name
        finally:
            connections.close_all()
            settings["NAME"], settings["OPTIONS"] = before, options
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def _server() -> Iterator[psycopg.Connection]:
    wanted = {"dbname", "user", "password", "host", "port"}
    place = {key: value for key, value in connection.get_connection_params().items() if key in wanted}
    with psycopg.connect(**place, autocommit=True) as server:
        yield server
