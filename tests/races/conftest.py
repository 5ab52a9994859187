from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from tests import cast
from tests.races.crowd import Crowd, Session

SESSIONS, SOME = 200, 60
#: `make nightly` multiplies what is repeated.
NIGHTLY = int(os.environ.get("NIGHTLY", "1"))


@pytest.fixture(scope="module")
def crowd(django_db_setup: None, django_db_blocker) -> Iterator[Crowd]:  # type: ignore[no-untyped-def]
    """200 connections, opened once for the module."""
    with django_db_blocker.unblock():
        crowd = Crowd(SESSIONS)
    yield crowd
    crowd.close()


@pytest.fixture(scope="module")
def some(django_db_setup: None, django_db_blocker) -> Iterator[Crowd]:  # type: ignore[no-untyped-def]
    """60 connections: they fit under `max_connections` beside the crowd of another file's tests."""
    with django_db_blocker.unblock():
        some = Crowd(SOME)
    yield some
    some.close()


@pytest.fixture
def session(transactional_db: None) -> Iterator[Callable[[], Session]]:
    """`session()` is one more connection that can be stopped in the middle."""
    opened: list[Session] = []

    def session() -> Session:
        opened.append(Session())
        return opened[-1]

    yield session
    for one in opened:
        one.close()


@pytest.fixture
def scene(reference: None, transactional_db: None) -> cast.Scene:
    """A programme in real time: these races are decided by the running clock."""
    return cast.Scene(at=datetime.now(UTC))
