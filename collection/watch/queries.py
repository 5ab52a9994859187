"""All invariants in one call; and the pulse (`pulse`), which is cheap and asked every few seconds."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from .invariants import INVARIANTS
from .pulse import STUCK_DAYS, Money, Pulse, Queue, pulse

__all__ = ["STUCK_DAYS", "Broken", "Money", "Pulse", "Queue", "Verdict", "check_invariants", "pulse"]


@dataclass(frozen=True, slots=True)
class Broken:
    """A sentence that is not true: `n` things break it, the first of them by name."""

    says: str
    n: int
    named: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One invariant: how many things were looked at, what breaks it (nothing: it holds), and the seconds it took."""

    id: str
    title: str
    checked: int
    broken: tuple[Broken, ...]
    seconds: float

    @property
    def holds(self) -> bool:
        return not self.broken


def check_invariants(only: Collection[str] = ()) -> Iterator[Verdict]:
    """Look at every invariant (or those of `only`, as `I5`), one after another; each verdict is given when it is known.

    Changes nothing. Reads whole tables: minutes on a big programme, so run it on a replica or at night.
    """
    for invariant in INVARIANTS:
        if only and invariant.id not in only:
            continue
        started, checked, broken = time.monotonic(), 0, []
        for check in invariant.checks:
            seen = check.look()
            checked += seen.checked
            if seen.n:
                broken.append(Broken(check.says, seen.n, seen.broken))
        yield Verdict(invariant.id, invariant.title, checked, tuple(broken), time.monotonic() - started)
