"""The published programme, replayed day by day through the operations, on the house clock of those days."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Protocol
from uuid import UUID

from collection.kernel.actor import Actor
from collection.kernel.calendar import ALMATY, next_month
from collection.kernel.clock import frozen
from collection.kernel.db import transaction
from geo.models import Place, Region

from . import assumptions as assume, people
from .loads import Loads
from .money import Money
from .plan import Plan, Town, make_plan, months
from .requests import Requests


class Progress(Protocol):
    """What the replay tells whoever waits for it."""

    def __call__(self, what: str, done: int, of: int) -> None: ...


@contextmanager
def day_of(at: datetime) -> Iterator[datetime]:
    """One transaction on the house clock of `at`."""
    with transaction(), frozen(at):
        yield at


def read_plan(seed: int) -> Plan:
    """The plan over the real settlements and populations that are loaded."""
    towns = [
        Town(name, point.x, point.y, region, population)
        for name, point, region, population in Place.objects.filter(kind="town", suspect=False, population__gt=0)
        .order_by("id").values_list("name_ru", "point", "region_id", "population")
    ]
    population = dict(Region.objects.filter(population__gt=0).values_list("kato", "population"))
    return make_plan(seed=seed, towns=towns, population=population)


def replay(*, seed: int, tell: Progress) -> dict[str, int]:
    """Build both programmes in an empty database. Returns what was built, for the log.

    The replayed one is finished to the last payment; the live one has its contractors and waits for people.
    """
    plan = read_plan(seed)
    opening = datetime.combine(assume.STARTS_ON, time(8), ALMATY)
    with day_of(opening) as at:
        officers = people.officers(at)
        programmes = people.programmes(at, officers["manager"])
        quotas, capacities = _needs(plan)
        parties = people.parties(
            at, plan.contracts, programme=people.REPLAYED, series=0, quotas=quotas, capacities=capacities,
            lapsed=plan.lapsed_scales, valid=(assume.STARTS_ON, assume.ENDS_ON),
            manager=officers["manager"], finance=officers["finance"])
        holders = people.holders(plan, programme=people.REPLAYED, progress=lambda: None)
    programme_id = programmes[people.REPLAYED]
    requests = Requests(plan, holders, parties, random.Random(seed + 1))
    loads = Loads(plan, programme_id, holders, parties)
    money = Money(plan, programme_id, parties, officers, random.Random(seed + 2))
    by_day: dict[date, list[Callable[[], None]]] = defaultdict(list)
    for month in months():
        _month(month, plan, requests, loads)
        money.month(next_month(month))
        tell(f"{month:%B %Y}", months().index(month) + 1, len(months()))
    with day_of(datetime.combine(date(2026, 1, 5), time(9), ALMATY)) as at:
        people.live(at, manager=officers["manager"], finance=officers["finance"])
    return {"contracts": len(parties), "generators": len(holders), "applications": len(plan.applications),
            "loads": len(plan.loads), **money.done}
