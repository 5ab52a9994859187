"""A trial: the load, one fault after another, and after each the question whether everything promised still holds."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field

from django.db import connection

from collection.kernel.db import rows
from collection.watch.queries import check_invariants
from tests.faults.estate import Estate, wait
from tests.faults.faults import Fault
from tests.faults.history import History
from tests.faults.kept import against_the_rows
from tests.faults.town import Town

LOAD_S = 2.0
OPEN = "state IN ('waiting', 'leased', 'claimed')"


@dataclass
class Outcome:
    """What became of one fault. `recovered_s`: from the heal until a whole new life had ended and nothing was overdue."""

    fault: Fault
    saw: str = ""
    recovered_s: float = 0.0
    seconds: float = 0.0
    ops: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def survived(self) -> bool:
        return not self.wrong


def survive(fault: Fault, estate: Estate, town: Town, history: History) -> Outcome:
    """Load, inject, heal, wait, rest, check. Whatever goes wrong is in the outcome, nothing is raised."""
    outcome, began, since, errors = Outcome(fault), time.monotonic(), len(history.ops), len(history.errors)
    town.begin()
    time.sleep(LOAD_S)
    try:
        outcome.saw = fault.inject(estate, town)
    except (AssertionError, TimeoutError, LookupError, OSError) as error:
        outcome.wrong.append(f"{type(error).__name__}: {error}")
    connection.close()  # ours may have been to a server that is gone
    try:
        outcome.recovered_s = recovered(estate, town)
        town.rest()
        drained()
    except TimeoutError as error:
        outcome.wrong.append(str(error))
    if outcome.recovered_s > 120:
        outcome.wrong.append(f"it took {outcome.recovered_s:.0f} s to recover")
    outcome.ops = history.counts(since)
    outcome.wrong += history.errors[errors:] + against_the_rows(history) + invariants()
    outcome.seconds = time.monotonic() - began
    return outcome


def recovered(estate: Estate, town: Town) -> float:
    """Seconds from now until a life that begins now has been lived, and the house tells what it has to."""
    lives = town.lives
    return wait("a whole life after the heal", lambda: town.lives >= lives + len(town.generators) // 2)


def drained() -> None:
    """Nothing is due any more, so nothing may be half-done."""
    wait("an empty outbox", lambda: not rows(
        f"SELECT FROM notifications_outboxrow WHERE {OPEN} AND greatest(not_before, leased_until) < house_clock() LIMIT 1"))


def invariants() -> list[str]:
    return [f"{verdict.id}: {one.n} break it: {one.says}: {', '.join(one.named[:5])}"
            for verdict in check_invariants() for one in verdict.broken]


def order(faults: list[Fault], seed: int) -> list[Fault]:
    """The nemesis: which fault comes when, from the seed; the one that loses the primary for good comes last."""
    mixed = sorted(faults, key=lambda one: one.id)
    random.Random(seed).shuffle(mixed)
    return sorted(mixed, key=lambda one: one.id == "F14")
