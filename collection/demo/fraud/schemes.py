"""What dishonest people do, each scheme as its authors would: they do not know the rules' thresholds."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from collection.contracts.states import EXCLUDED_ORIGINS

from .. import cast
from ..events import clock
from .plan import CENTRE, COLLECTORS, ENDS_ON, STARTS_ON, STEP_G, Plan, Trip, trip_of

Scheme = Callable[[Plan, random.Random], Trip]


def phantom(plan: Plan, chance: random.Random) -> Trip:
    """Nothing was brought. Somebody at one plant types a ticket with a weight out of their head, for a lorry that exists."""
    trip = _any(plan, chance, collector=chance.choice((1, 3)))
    how = chance.random()
    step = 500_000 if how < 0.5 else 100_000 if how < 0.75 else STEP_G  # people like halves, and know that they do
    return replace(trip, net_g=chance.randrange(2_000_000, 9_000_000) // step * step, manual=True)


def twin_ticket(plan: Plan, chance: random.Random) -> Trip:
    """The lorry is weighed, drives round the yard and is weighed again: the same weights under a new number."""
    true = _honest(plan, chance)
    later = timedelta(minutes=chance.uniform(10, 180))
    return replace(true, kind="", weighed_at=true.weighed_at + later, loaded_at=true.loaded_at + later / 2, declared_g=None,
                   photo=None)


def double_ticket(plan: Plan, chance: random.Random) -> Trip:
    """One ticket for two loads: as it is, or with another time and weight written over it."""
    true = _honest(plan, chance)
    if chance.random() < 0.3:
        return replace(true, twin_of=true, declared_g=None, photo=None, loads_alone=True)
    other = _any(plan, chance, collector=true.collector, after=true)
    return replace(other, plant=true.plant, twin_of=true)


def foreign_origin(plan: Plan, chance: random.Random) -> Trip:
    """From across the border, and said to be: or said to be ours, but the point lies abroad."""
    trip = replace(_any(plan, chance), loads_alone=True)
    if chance.random() < 0.5:
        return replace(trip, origin="foreign")
    return replace(trip, point=chance.choice(((73.4, 54.9), (61.4, 55.1), (69.3, 41.3), (74.6, 42.8))))


def excluded_origin(plan: Plan, chance: random.Random) -> Trip:
    return replace(_any(plan, chance), origin=chance.choice(EXCLUDED_ORIGINS))


def over_capacity(plan: Plan, chance: random.Random) -> Trip:
    """More than the plant may do in a month, at the month's end."""
    day = ENDS_ON - timedelta(days=chance.choice((4, 5)))
    return trip_of(plan, chance, COLLECTORS - 1, _hired(plan, chance), clock(day, chance.randrange(8, 13)))


def impossible_tour(plan: Plan, chance: random.Random) -> Trip:
    """A load from far away for a lorry that was in town, or that left there two hours ago."""
    far = (CENTRE[0] + chance.choice((-1, 1)) * chance.uniform(4.5, 6), CENTRE[1] + chance.uniform(-1, 1))
    if chance.random() < 0.5:
        trip = _any(plan, chance)
        return replace(trip, point=far, loaded_at=trip.weighed_at - timedelta(minutes=chance.uniform(60, 150)))
    true = _honest(plan, chance)
    gap = timedelta(minutes=chance.uniform(20, 90))
    return replace(_weights(true, chance), kind="", point=far, loaded_at=true.loaded_at - gap, declared_g=None, photo=None,
                   weighed_at=true.weighed_at + timedelta(hours=5))


def copied_photo(plan: Plan, chance: random.Random) -> Trip:
    """The picture of another hand-over, from the phone's gallery."""
    shown = chance.choice([one for one in plan.trips if one.photo is not None and not one.kind])
    trip = _any(plan, chance, after=shown)
    return replace(trip, photo=shown.photo, declared_g=trip.net_g)


def altered_photo(plan: Plan, chance: random.Random) -> Trip:
    """The picture of another hand-over as a messenger passed it on: no byte is the same."""
    return replace(copied_photo(plan, chance), anew=True)


SCHEMES: dict[str, Scheme] = {one.__name__: one for one in (
    phantom, twin_ticket, double_ticket, foreign_origin, excluded_origin, over_capacity, impossible_tour, copied_photo,
    altered_photo)}


def plant(plan: Plan, per_kind: int) -> None:
    """Add `per_kind` trips of each scheme to the plan."""
    for name, scheme in SCHEMES.items():
        chance = random.Random(f"{name} {plan.seed}")
        made = [scheme(plan, chance) for _ in range(per_kind)]
        for one in made:
            one.kind = name
            one.recorded_on = max(one.recorded_on, one.weighed_at.date())
        plan.trips += made


def _honest(plan: Plan, chance: random.Random) -> Trip:
    return chance.choice([one for one in plan.trips if not one.kind and one.collector < COLLECTORS - 1
                          and one.declared_g is None])  # of those it is known which plant they go to


def _any(plan: Plan, chance: random.Random, *, collector: int | None = None, after: Trip | None = None) -> Trip:
    """A plausible trip of its own, with a lorry that is hired for it."""
    first: datetime = clock(STARTS_ON, 8) if after is None else clock(after.recorded_on, 8) + timedelta(days=1)
    days = max((clock(ENDS_ON, 8) - first).days - 6, 1)
    leaves = first + timedelta(days=chance.randrange(days), minutes=chance.randrange(300))
    who = chance.randrange(COLLECTORS - 1) if collector is None else collector
    return trip_of(plan, chance, who, _hired(plan, chance), leaves)


def _hired(plan: Plan, chance: random.Random) -> str:
    return cast.plate(14_000_000 + plan.seed % 1_000 * 1_000 + chance.randrange(1_000))


def _weights(trip: Trip, chance: random.Random) -> Trip:
    return replace(trip, net_g=trip.net_g + chance.randrange(5, 50) * STEP_G)
