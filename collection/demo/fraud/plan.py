"""Every trip of the programme, honest or not, on paper: pure and seeded. Masses in grams, places as (longitude, latitude)."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from math import cos, hypot, radians

from .. import cast
from ..events import clock

STARTS_ON, ENDS_ON = date(2026, 2, 2), date(2026, 3, 31)
CENTRE = (73.09, 49.80)  # Karaganda: far from any border
COLLECTORS, PLANTS, LORRIES, SITES = 8, 3, 4, 60
STEP_G = 20_000  # what a weighbridge shows
FULL = PLANTS - 1  # the plant whose licence is used up; its collector is the last one

Point = tuple[float, float]


@dataclass(slots=True)
class Trip:
    """One load from its place to its ticket. `kind` is empty for an honest one; nothing else says what it is."""

    kind: str
    collector: int
    plant: int
    site: int
    plate: str
    loaded_at: datetime
    weighed_at: datetime
    recorded_on: date
    tare_g: int
    net_g: int
    manual: bool = False
    origin: str = "own_premises"
    point: Point | None = None  # not at its site
    declared_g: int | None = None  # of a trip that somebody asked for
    photo: int | None = None  # which picture was shown
    anew: bool = False  # not the picture's own bytes: made smaller and encoded anew
    twin_of: Trip | None = None  # its ticket's number is printed again
    loads_alone: bool = False  # is expected to be stopped at the door, which must not stop the others


@dataclass(slots=True)
class Plan:
    seed: int
    sites: list[Point]
    plants: list[Point]
    bases: list[Point]
    plates: list[list[str]]
    capacity_g: int = 10**12  # of the plant whose licence is used up
    trips: list[Trip] = field(default_factory=list)


def category_of(plant: int) -> str:
    """The plant whose licence is used up takes paper, so that dispatch brings it nothing else."""
    return "paper" if plant == FULL else "polymer"


def km(one: Point, other: Point) -> float:
    """Straight, on a sphere flat enough for a province."""
    return 111.2 * hypot((one[0] - other[0]) * cos(radians((one[1] + other[1]) / 2)), one[1] - other[1])


def around(chance: random.Random, degrees: float) -> Point:
    return (CENTRE[0] + chance.uniform(-degrees, degrees) * 1.5, CENTRE[1] + chance.uniform(-degrees, degrees))


def make_plan(*, seed: int, per_kind: int) -> Plan:
    chance = random.Random(f"honest {seed}")
    plates = count(11_000_000 + seed % 1_000 * 1_000)
    plan = Plan(
        seed, sites=[around(chance, 0.6) for _ in range(SITES)], plants=[around(chance, 0.1) for _ in range(PLANTS)],
        bases=[around(chance, 0.2) for _ in range(COLLECTORS + per_kind)],
        plates=[[cast.plate(next(plates)) for _ in range(LORRIES)] for _ in range(COLLECTORS)])
    photos = count()
    day = STARTS_ON
    while day < ENDS_ON - timedelta(days=6):
        if day.weekday() < 6:
            for collector in range(COLLECTORS if day.month > 2 else COLLECTORS - 1):  # the last one begins in March
                _day(plan, chance, day, collector, photos)
        day += timedelta(days=1)
    for racer in range(per_kind):  # small companies with a cap, and two claims that do not both fit under it
        for month in (2, 3):
            trip = trip_of(plan, chance, COLLECTORS + racer, cast.plate(next(plates)), clock(date(2026, month, 10), 9))
            trip.net_g = chance.randrange(200, 300) * STEP_G
            plan.trips.append(trip)
    plan.capacity_g = 500_000 + sum(one.net_g for one in plan.trips if one.plant == FULL)
    return plan


def _day(plan: Plan, chance: random.Random, day: date, collector: int, photos: count[int]) -> None:
    """One lorry or two go out, some of them twice."""
    for lorry in chance.sample(range(LORRIES), chance.choice((1, 1, 2))):
        free = clock(day, 8) + timedelta(minutes=chance.randrange(90))
        while free.hour < 14:
            trip = trip_of(plan, chance, collector, plan.plates[collector][lorry], free)
            if chance.random() < 0.15:  # somebody asked for it, with a picture
                trip.declared_g, trip.photo = int(trip.net_g * chance.uniform(0.75, 1.3)) // 10_000 * 10_000, next(photos)
            plan.trips.append(trip)
            free = trip.weighed_at + timedelta(minutes=60 + 2 * km(plan.sites[trip.site], plan.plants[trip.plant]))
            if chance.random() < 0.7:
                break


def trip_of(plan: Plan, chance: random.Random, collector: int, plate: str, leaves: datetime) -> Trip:
    """To a site, and to the collector's plant; with what phones, fingers and offices do to papers."""
    plant = FULL if collector == COLLECTORS - 1 else collector % 2
    site = chance.randrange(SITES)
    there = timedelta(minutes=20 + 1.3 * km(plan.bases[collector], plan.sites[site]))
    drive = timedelta(minutes=15 + chance.uniform(1.1, 1.6) * km(plan.sites[site], plan.plants[plant]))
    loaded = leaves + there
    weighed = loaded + drive + timedelta(minutes=chance.randrange(60))
    if chance.random() < 0.02:  # a phone whose clock is wrong
        loaded += timedelta(minutes=chance.uniform(-20, 20))
    manual = chance.random() < 0.06
    if manual and chance.random() < 0.5:  # the slip was written by hand and has its minutes rounded
        weighed = weighed.replace(minute=weighed.minute // 5 * 5, second=0, microsecond=0)
    if chance.random() < 0.01:  # a slip of the finger in the plate
        plate = ("1" if plate[0] != "1" else "2") + plate[1:]
    late = 0 if chance.random() > 0.08 else chance.randrange(1, 6)
    return Trip(
        "", collector, plant, site, plate, loaded, weighed, weighed.date() + timedelta(days=late),
        tare_g=(450 + sum(plate.encode()) % 150 + chance.randrange(-5, 6)) * STEP_G,
        net_g=min(max(int(chance.gammavariate(6, 800_000)), 800_000), 9_500_000) // STEP_G * STEP_G, manual=manual,
        origin=chance.choice(("own_premises", "own_premises", "separate_collection")))
