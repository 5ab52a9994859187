"""What every test stands on: real PostgreSQL and Redis, reference data, a quiet network, and the owner's role.

The test process connects as the owner of the tables, so that it can flush; `as_house_app` puts on the role that web,
workers and commands have. The services are started when they are down, and left running.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api.local import binaries, home, services

ROOT = Path(__file__).resolve().parent.parent

# Before Django reads its settings: who the test process is, and that no real service is configured.
os.environ["DJANGO_SETTINGS_MODULE"] = "api.settings"
os.environ["HOUSE_DB_ROLE"] = "owner"
os.environ["MESSAGE_LOG"] = ""
for name in ("FCM_SERVICE_ACCOUNT", "FCM_ENDPOINT", "SMS_GATEWAY_URL", "SMS_GATEWAY_TOKEN", "GEOCODER_URL", "PRODUCTION"):
    os.environ.pop(name, None)

if not (os.environ.get("DATABASE_URL_OWNER") or os.environ.get("DATABASE_URL")):
    private = services.Services(ROOT)
    try:
        if not private.is_up():
            private.up()
    except (binaries.Missing, home.Trouble) as trouble:
        pytest.exit(f"The private services are down and do not start; try `make up`.\n{trouble}", returncode=2)

import django  # noqa: E402  (the settings are read here, not earlier)

django.setup()

from django.db import connection  # noqa: E402
from django.test import TransactionTestCase  # noqa: E402

from collection.kernel.actor import Actor  # noqa: E402
from collection.kernel.ids import uuid7  # noqa: E402
from tests import clerk, database, disorder, network  # noqa: E402

clerk.install()  # before a test binds a verb to a name of its own
disorder.install()


@pytest.fixture(scope="session", autouse=True)
def quiet_network() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        network.keep_home(patch)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """A database of this session's own; tests that commit are cleaned up without losing the reference data."""
    with django_db_blocker.unblock():
        copy = database.create()
        with database.connected_to(copy), pytest.MonkeyPatch.context() as patch:
            kept = frozenset(database.tables_with_rows())
            patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: database.flush(kept))
            yield
        database.drop(copy)


@pytest.fixture(scope="session")
def reference(django_db_setup: None) -> None:
    """Regions, districts, places, KATO and waste codes are in every test database. The name says a test needs them."""


@pytest.fixture
def as_house_app(db: None) -> Iterator[None]:
    """The rest of the test runs as the role of the running house: no DDL, no TRUNCATE, no rewriting of history."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE house_app")
    yield
    if not connection.needs_rollback and connection.is_usable():
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


@pytest.fixture
def at() -> datetime:
    """A moment to do things at: 20 November 2026, 11:00 in Almaty."""
    return datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


@pytest.fixture
def actor(at: datetime) -> Callable[..., Actor]:
    """`actor("manager")` is somebody with that role, unknown to the database unless ids are given."""
    def actor(role: str, *, user_id: UUID | None = None, organisation_id: UUID | None = None) -> Actor:
        return Actor(user_id or uuid7(at), organisation_id or uuid7(at), role, request_id="test")

    return actor
