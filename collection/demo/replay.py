"""The published programme, replayed moment by moment through the operations, on the house clock of those days."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from uuid import UUID

from collection.kernel.clock import frozen
from collection.kernel.db import transaction
from collection.pickups.models import Pickup
from geo.models import Place, Region
from notifications import outbox

from . import assumptions as assume, people
from .events import clock, run
from .live import live
from .loads import Loads
from .money import Money
from .plan import Plan, Town, make_plan
from .requests import Requests

#: (events done, events in all, the month being replayed)
Progress = Callable[[int, int, str], None]


def read_plan(seed: int) -> Plan:
    """The plan over the real settlements and populations that are loaded."""
    towns = [
        Town(name, point.x, point.y, region, population or 0)
        for name, point, region, population in Place.objects.filter(kind="town", suspect=False, population__gt=0)
        .order_by("id").values_list("name_ru", "point", "region_id", "population")
    ]
    population = {kato: people or 0 for kato, people in Region.objects.values_list("kato", "population")}
    return make_plan(seed=seed, towns=towns, population=population)


def _settle(programme_id: UUID) -> None:
    """The replay did by itself what it left word for: a worker started later has nothing to catch up on."""
    with transaction():
        outbox.settle(task="facts.sealed", object_id=programme_id)
        for pickup_id in Pickup.objects.filter(programme_id=programme_id).values_list("id", flat=True):
            outbox.settle(task="dispatch.advance", object_id=pickup_id)


def open_live() -> None:
    """Only the live programme with its officers and contractors, in an empty database: where journeys begin."""
    at = clock(date(2026, 1, 5), 9)
    with transaction(), frozen(at):
        officers = people.officers(at)
        people.programmes(at, officers["manager"])
        live(at, manager=officers["manager"], finance=officers["finance"])


def replay(*, seed: int, tell: Progress) -> dict[str, int]:
    """Build both programmes in an empty database; returns how much of what was built.

    The replayed one is finished to the last payment; the live one has its contractors and waits for people.
    """
    plan = read_plan(seed)
    with transaction(), frozen(clock(assume.STARTS_ON, 8)):
        at = clock(assume.STARTS_ON, 8)
        officers = people.officers(at)
        programmes = people.programmes(at, officers["manager"])
        quotas, capacities = people.needs(plan)
        parties = people.parties(
            at, plan.contracts, programme=people.REPLAYED, series=7, quotas=quotas, capacities=capacities,
            lapsed=plan.lapsed_scales, valid=(assume.STARTS_ON, assume.ENDS_ON),
            manager=officers["manager"], finance=officers["finance"])
        holders = people.holders(plan, programme=people.REPLAYED)
    programme_id = programmes[people.REPLAYED]
    requests = Requests(plan, people.REPLAYED, holders, parties)
    loads = Loads(plan, programme_id, holders, parties, requests)
    money = Money(programme_id, parties, officers, random.Random(seed + 2))
    run([*requests.events(), *loads.events(), *money.events()], tell=tell)
    _settle(programme_id)
    with transaction(), frozen(clock(date(2026, 1, 5), 9)):
        live(clock(date(2026, 1, 5), 9), manager=officers["manager"], finance=officers["finance"])
    return {"contracts": len(parties), "generators": len(holders), "applications": len(plan.applications),
            "own loads": len(plan.loads)}
