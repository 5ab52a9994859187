"""A programme with 3,000 loads, committed for a module's tests: the first part is in the roll-up, the second is the tail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.test import TransactionTestCase

from collection.demo import filler
from collection.kernel.db import now, transaction
from collection.stats import operations

CODE = "filled"


def filled(django_db_blocker: Any) -> Iterator[str]:
    """The body of a module-scoped fixture: gives the programme's code, empties the tables afterwards."""
    with django_db_blocker.unblock():
        programme = filler.programme(CODE)
        filler.contracts(programme, collecting=46, recycling=18, full_cycle=10)
        filler.pickups(programme, 300)
        filler.weighings(programme, 2_000)
        with transaction():
            operations.roll(at=now())
        filler.weighings(programme, 1_000)
        filler.pickups(programme, 100)
        yield CODE
        TransactionTestCase()._fixture_teardown()
