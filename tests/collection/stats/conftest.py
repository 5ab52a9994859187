from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connections

from collection.kernel.db import rows, transaction
from collection.pickups.models import Declared
from collection.stats import operations
from tests import cast

PATIENCE_S = 60


@pytest.fixture
def scene(db: None, reference: None) -> cast.Scene:
    return cast.Scene()


@pytest.fixture
def declare(scene: cast.Scene) -> Callable[..., None]:
    """`declare(grams, on=...)` writes one row of declared tonnes of one request."""
    from collection.dispatch import operations as dispatch

    with transaction():
        dispatch.submit_pickup(actor=scene.generator.actor, at=scene.at, new=scene.request())
    first = Declared.objects.get(programme=scene.programme.id)

    def declare(grams: int, *, on: date = date(2026, 3, 2), category: str = "polymer", **more: Any) -> None:
        Declared.objects.create(pickup_id=first.pickup_id, programme_id=first.programme_id, category_id=category,
                                region_id=first.region_id, occurred_on=on, grams=grams, n=1, recorded_at=scene.at, **more)

    return declare


@pytest.fixture
def roll_all(at: datetime) -> Callable[[], None]:
    """Roll until nothing committed is left of the tail.

    The horizon is the whole server's: a transaction of another test, in another database, may hold it for a while.
    """
    def roll_all() -> None:
        for _ in range(PATIENCE_S * 20):
            with transaction():
                operations.roll(at=at)
            tail = rows("""
                SELECT count(*) AS n FROM stats_watermark mark WHERE EXISTS (
                    SELECT xid, 'declared' AS source FROM pickups_declared WHERE source = mark.source AND xid >= mark.xid
                    UNION ALL SELECT xid, 'facts' FROM custody_fact WHERE 'facts' = mark.source AND xid >= mark.xid
                    UNION ALL SELECT xid, 'paid' FROM payouts_paid WHERE 'paid' = mark.source AND xid >= mark.xid)""")
            if not tail[0]["n"]:
                return
            time.sleep(0.05)
        raise AssertionError("the tail does not end: a transaction stays open somewhere")

    return roll_all


@pytest.fixture
def another_connection() -> Iterator[Callable[[], Any]]:
    """Connections beside the test's own, closed at the end."""
    opened: list[Any] = []

    def another() -> Any:
        opened.append(connections["default"].copy())
        opened[-1].inc_thread_sharing()  # made in its thread, closed in ours
        return opened[-1]

    yield another
    for one in opened:
        one.close()
