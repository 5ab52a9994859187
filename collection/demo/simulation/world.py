"""Who asks for what and who answers: pure and seeded, the same for every policy (common random numbers)."""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from statistics import NormalDist

from collection.kernel.calendar import ALMATY

from .. import assumptions as assume
from ..plan import PlannedContract, Town, apportion

STARTS_ON = date(2026, 9, 1)  # a Tuesday; a simulation stays inside September
#: Categories with their share of the programme's tonnes, the commonest first. Quotas are of one category, so each is a market
#: of its own: a simulation takes one for every so many contracts, and a contract covers one.
CATEGORIES = dict(sorted(((name, row[0]) for name, row in assume.CATEGORIES.items()), key=lambda one: -one[1]))
CONTRACTS_A_CATEGORY = 40
REQUESTS_A_DAY = 30
MEAN_G = assume.DECLARED_G // assume.APPLICATIONS
#: People: how likely a collector answers an offer at all, how likely that answer is no, and after how many minutes.
ANSWERS, SAYS_NO, MEDIAN_MIN, SPREAD = (0.45, 0.95), 0.12, 7.0, 0.9
SCATTER_DEG = 0.08  # sites, bases and plants lie around their settlement's middle, about 8 km


@dataclass(frozen=True, slots=True)
class Request:
    index: int
    place: Town
    category: str
    mass_g: int
    at: datetime
    window_from: datetime
    window_to: datetime


@dataclass(frozen=True, slots=True)
class World:
    seed: int
    regions: tuple[str, ...]
    contracts: list[PlannedContract]
    quotas: dict[int, dict[str, int]]
    requests: list[Request]

    @property
    def ends_at(self) -> datetime:
        return max(one.window_to for one in self.requests) + timedelta(hours=1)


def make_world(*, seed: int, requests: int, contracts: int, load: float, towns: Sequence[Town],
               neighbours: Sequence[str]) -> World:
    """`neighbours`: regions by nearness to the most peopled one, itself first; one is taken for every 13 contracts.

    All contracts serve all of them. Quotas hold `load` of what is asked of each category, dealt out unevenly, and each holds
    the heaviest request at least.
    """
    chance = random.Random(seed)
    regions = tuple(neighbours[: max(1, contracts // 13)])
    there = [town for town in towns if town.region in regions]
    common = dict(list(CATEGORIES.items())[: max(1, contracts // CONTRACTS_A_CATEGORY)])
    planned = []
    counts = dict(zip(assume.CONTRACTS, apportion(contracts, list(assume.CONTRACTS.values())), strict=True))
    for kind, count in counts.items():
        dealt = [name for name, n in zip(common, apportion(count, list(common.values())), strict=True) for _ in range(n)]
        for number, category in enumerate(dealt, start=1):
            planned.append(PlannedContract(
                f"{kind[:1].upper()}-{number:03d}/S", kind, _near(chance, _town(chance, there)), (category,), regions))
    asked = [_request(chance, index, there, common) for index in range(requests)]
    asked.sort(key=lambda one: (one.at, one.index))
    return World(seed, regions, planned, _quotas(chance, planned, asked, load), asked)


def _request(chance: random.Random, index: int, towns: Sequence[Town], common: Mapping[str, int]) -> Request:
    town = _near(chance, _town(chance, towns))
    day = STARTS_ON + timedelta(days=index // REQUESTS_A_DAY)
    at = datetime.combine(day, time(8), ALMATY) + timedelta(seconds=chance.randrange(10 * 3600))
    on = at.date() + timedelta(days=chance.choice((1, 1, 2, 3)))
    fetched = datetime.combine(on + timedelta(days=on.weekday() == 6), time(13), ALMATY)  # nobody works on Sundays
    mass = min(chance.lognormvariate(0, 0.8), 5.0) / 1.34 * MEAN_G  # 1.34: the mean of that distribution
    return Request(
        index, town, chance.choices(list(common), list(common.values()))[0],
        max(int(mass) // 10_000, 10) * 10_000, at, fetched, fetched + timedelta(hours=5))


def _quotas(chance: random.Random, planned: Sequence[PlannedContract], asked: Sequence[Request],
            load: float) -> dict[int, dict[str, int]]:
    """A contract is signed for what is expected around it: half by whom the tonnes are nearest to, half alike, and all of it
    uncertain by half."""
    quotas: dict[int, dict[str, int]] = {n: {} for n in range(len(planned))}
    for category in CATEGORIES:
        wanted = [one for one in asked if one.category == category]
        whole = sum(one.mass_g for one in wanted)
        for leg in (("collection", "full_cycle"), ("recycling",)):
            whose = [n for n, one in enumerate(planned) if one.kind in leg and category in one.categories]
            if not whose:
                continue
            near = dict.fromkeys(whose, whole / len(whose))
            for one in wanted:
                near[min(whose, key=lambda n: _apart(planned[n].town, one.place))] += one.mass_g
            parts = apportion(int(whole / load) or 1, [near[n] * chance.uniform(0.5, 1.5) or 1.0 for n in whose])
            heaviest = max((one.mass_g for one in wanted), default=1)
            quotas |= {n: quotas[n] | {category: max(part, heaviest)} for n, part in zip(whose, parts, strict=True)}
    return quotas


def _apart(one: Town, other: Town) -> float:
    return (one.longitude - other.longitude) ** 2 * 0.5 + (one.latitude - other.latitude) ** 2


def _town(chance: random.Random, towns: Sequence[Town]) -> Town:
    return chance.choices(towns, [max(town.population, 500) for town in towns])[0]


def _near(chance: random.Random, town: Town) -> Town:
    return replace(town, longitude=town.longitude + chance.gauss(0, SCATTER_DEG),
                   latitude=town.latitude + chance.gauss(0, SCATTER_DEG * 0.7))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a collector makes of an offer: after so long yes or no, or nothing at all (`after` None)."""

    after: timedelta | None
    yes: bool


def answer(seed: int, contract: int, request: int) -> Answer:
    """The same for this collector and this request whenever it is asked, whatever else happens."""
    habit = _uniform(seed, contract, -1)
    first, second, third = (_uniform(seed, contract, request, part) for part in range(3))
    if first > ANSWERS[0] + (ANSWERS[1] - ANSWERS[0]) * habit:
        return Answer(None, False)
    minutes = MEDIAN_MIN * math.exp(SPREAD * _normal(second))
    return Answer(timedelta(minutes=minutes), third >= SAYS_NO)


def _uniform(*words: int) -> float:
    return int.from_bytes(hashlib.sha256(repr(words).encode()).digest()[:7]) / 2**56


def _normal(uniform: float) -> float:
    return NormalDist().inv_cdf(min(max(uniform, 1e-9), 1 - 1e-9))


def gini(shares: Sequence[float]) -> float:
    """0: everybody has the same share; towards 1: one has everything."""
    ordered, whole = sorted(shares), sum(shares)
    if not whole:
        return 0.0
    return sum((2 * rank - len(ordered) - 1) * share for rank, share in enumerate(ordered, 1)) / (len(ordered) * whole)


def share(part: float, whole: float) -> float:
    return round(part / whole, 4) if whole else 0.0
