"""What happens when: the replay is a list of moments, run in order on the house clock of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from collection.kernel.calendar import ALMATY
from collection.kernel.clock import frozen
from collection.kernel.db import transaction


@dataclass(frozen=True, slots=True)
class Event:
    """One transaction at one moment."""

    at: datetime
    do: Callable[[datetime], object]


def clock(day: date, hour: int, minute: int = 0) -> datetime:
    """That time of that day in Almaty."""
    return datetime.combine(day, time(hour, minute), ALMATY)


def run(events: Iterable[Event], *, tell: Callable[[int, int, str], None] = lambda done, of, what: None) -> None:
    """Do them in the order of their moments, each in a transaction on the frozen clock; `tell` hears how far it is."""
    ordered = sorted(events, key=lambda one: one.at)
    for done, event in enumerate(ordered, start=1):
        with transaction(), frozen(event.at):
            event.do(event.at)
        tell(done, len(ordered), f"{event.at:%B %Y}")
