"""The plan of the replay: who exists, what moves on which day. Pure and seeded: same seed, same plan."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from collection.kernel.calendar import next_month

from . import assumptions as assume


@dataclass(frozen=True, slots=True)
class Town:
    """A real settlement of the gazetteer, with the region its point lies in."""

    name: str
    longitude: float
    latitude: float
    region: str
    population: int


@dataclass(frozen=True, slots=True)
class PlannedContract:
    number: str
    kind: str
    town: Town
    categories: tuple[str, ...]
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedGenerator:
    index: int
    town: Town
    enrolled_on: date


@dataclass(frozen=True, slots=True)
class PlannedApplication:
    index: int
    generator: int
    category: str
    declared_g: int
    weighed_g: int
    accepted_g: int
    on: date
    fate: str  # fulfilled | cancelled | failed
    first_declines: bool
    origin: str


@dataclass(frozen=True, slots=True)
class PlannedLoad:
    """A consignment without a pickup: collector and recycler are indexes into the contracts."""

    on: date
    category: str
    collector: int
    recycler: int
    generator: int
    net_g: int
    accepted_g: int
    origin: str
    over_payload: bool


@dataclass(frozen=True, slots=True)
class Plan:
    seed: int
    contracts: list[PlannedContract]
    generators: list[PlannedGenerator]
    applications: list[PlannedApplication]
    loads: list[PlannedLoad]
    lapsed_scales: frozenset[int] = field(default_factory=frozenset)  # contract indexes


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Divide `total` into whole parts as the weights say, by largest remainder: the parts add up to `total`."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [int(share) for share in exact]
    by_remainder = sorted(range(len(weights)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def months() -> list[date]:
    """January 2024 to August 2025."""
    found = [assume.STARTS_ON]
    while found[-1] < assume.LAST_MONTH:
        found.append(next_month(found[-1]))
    return found


def monthly_recycled_g() -> dict[date, int]:
    """The published tonnes of each year over its months."""
    table = {}
    for year, weights in assume.MONTH_WEIGHTS.items():
        for month, grams in enumerate(apportion(assume.RECYCLED_G[year], weights), start=1):
            table[date(year, month, 1)] = grams
    return table


def make_plan(*, seed: int, towns: Sequence[Town], population: Mapping[str, int]) -> Plan:
    """`towns`: the gazetteer's settlements; `population`: region code -> people. Masses in grams."""
    chance = random.Random(seed)
    contracts = _contracts(chance, towns, population)
    generators = _generators(chance, towns, population)
    applications = _applications(chance, contracts, generators)
    plants = [i for i, contract in enumerate(contracts) if contract.kind != "collection"]
    return Plan(
        seed, contracts, generators, applications, _loads(chance, contracts, generators, applications),
        frozenset(chance.sample(plants, assume.SCALES_LAPSED)),
    )


def _contracts(chance: random.Random, towns: Sequence[Town], population: Mapping[str, int]) -> list[PlannedContract]:
    """Spread over the regions by population; each collector serves its own region and the two most peopled others."""
    regions = sorted(population)
    largest = sorted(regions, key=lambda region: -population[region])
    planned = []
    for kind, count in assume.CONTRACTS.items():
        homes = [region for region, n in zip(
            regions, apportion(count, [population[region] for region in regions]), strict=True) for _ in range(n)]
        for number, region in enumerate(homes, start=1):
            bundle = assume.BUNDLES[(number - 1) % len(assume.BUNDLES)]
            if kind == "recycling" and number <= 4:  # somebody takes every category
                bundle = assume.BUNDLES[0] if number % 2 else assume.BUNDLES[3]
            served = [region, *[other for other in largest if other != region][:2]]
            planned.append(PlannedContract(
                number=f"{kind[:1].upper()}-{number:03d}/2024", kind=kind,
                town=_town(chance, towns, region), categories=bundle,
                regions=tuple(regions) if kind == "recycling" else tuple(sorted(served)),
            ))
    return planned


def _town(chance: random.Random, towns: Sequence[Town], region: str) -> Town:
    there = [town for town in towns if town.region == region]
    return chance.choices(there, [max(town.population, 500) for town in there])[0]


def _generators(chance: random.Random, towns: Sequence[Town], population: Mapping[str, int]) -> list[PlannedGenerator]:
    regions = sorted(population)
    planned = []
    for region, count in zip(
        regions, apportion(assume.GENERATORS, [population[region] for region in regions]), strict=True,
    ):
        for _ in range(count):
            planned.append((_town(chance, towns, region), assume.STARTS_ON + timedelta(days=chance.randrange(0, 560))))
    chance.shuffle(planned)
    planned.sort(key=lambda pair: pair[1])
    return [PlannedGenerator(index, town, on) for index, (town, on) in enumerate(planned)]


def _covered(contracts: Sequence[PlannedContract]) -> dict[str, list[str]]:
    """region -> categories that some collector takes there."""
    found: dict[str, set[str]] = {}
    for contract in contracts:
        if contract.kind != "recycling":
            for region in contract.regions:
                found.setdefault(region, set()).update(contract.categories)
    return {region: sorted(categories) for region, categories in found.items()}


def _applications(chance: random.Random, contracts: Sequence[PlannedContract],
                  generators: Sequence[PlannedGenerator]) -> list[PlannedApplication]:
    covered = _covered(contracts)
    able = [one for one in generators if covered.get(one.town.region)]
    days = [day for month in months() for day in _days(month)]
    dates = sorted(chance.choices(days, [1 + i / 60 for i in range(len(days))], k=assume.APPLICATIONS))
    weights = [min(chance.lognormvariate(0, 0.8), 5.0) for _ in dates]
    masses = [parts * 10_000 for parts in apportion(assume.DECLARED_G // 10_000, weights)]  # in whole 10 kg
    planned = []
    for index, (on, declared_g) in enumerate(zip(dates, masses, strict=True)):
        enrolled = [one for one in able if one.enrolled_on < on] or able[:1]
        generator = chance.choice(enrolled)
        category = _choose_category(chance, covered[generator.town.region])
        fate = chance.choices(
            ("cancelled", "failed", "fulfilled"),
            (assume.SHARE_CANCELLED, assume.SHARE_FAILED, 1 - assume.SHARE_CANCELLED - assume.SHARE_FAILED))[0]
        weighed = max(int(declared_g * chance.uniform(*assume.WEIGHED_TO_DECLARED)) // 1000 * 1000, 1000)
        planned.append(PlannedApplication(
            index, generator.index, category, declared_g, weighed, weighed - _refused(chance, weighed), on, fate,
            chance.random() < assume.SHARE_FIRST_DECLINES, _origin(chance)))
    return planned


def _loads(chance: random.Random, contracts: Sequence[PlannedContract], generators: Sequence[PlannedGenerator],
           applications: Sequence[PlannedApplication]) -> list[PlannedLoad]:
    """What each month's table still asks for after its applications, cut into loads of each category's usual size."""
    by_region: dict[str, list[PlannedGenerator]] = {}
    for generator in generators:
        by_region.setdefault(generator.town.region, []).append(generator)
    planned = []
    shares = {category: row[0] for category, row in assume.CATEGORIES.items()}
    for month, total_g in monthly_recycled_g().items():
        from_applications = sum(one.accepted_g for one in applications if one.fate == "fulfilled"
                                and one.on.replace(day=1) == month)
        for category, category_g in zip(
            shares, apportion(total_g - from_applications, list(shares.values())), strict=True,
        ):
            mean_t = assume.CATEGORIES[category][1]
            count = max(round(category_g / (mean_t * assume.T)), 1)
            accepted = apportion(category_g // 1000, [chance.uniform(0.6, 1.4) for _ in range(count)])
            grams = [kilograms * 1000 for kilograms in accepted]
            grams[-1] += category_g - sum(grams)  # the grams below a kilogram, kept by one of the loads
            for mass_g in grams:
                planned.append(_load(chance, contracts, by_region, month, category, mass_g))
    planned.sort(key=lambda load: load.on)
    return planned


def _load(chance: random.Random, contracts: Sequence[PlannedContract],
          by_region: Mapping[str, list[PlannedGenerator]], month: date, category: str, mass_g: int) -> PlannedLoad:
    collectors = [i for i, one in enumerate(contracts) if one.kind != "recycling" and category in one.categories]
    collector = chance.choice(collectors)
    own_plant = contracts[collector].kind == "full_cycle"
    recycler = collector if own_plant else _nearest_plant(contracts, contracts[collector].town, category)
    home = [generator for region in contracts[collector].regions for generator in by_region.get(region, [])]
    return PlannedLoad(
        on=chance.choice(_days(month)[:-3]), category=category, collector=collector, recycler=recycler,
        generator=chance.choice(home).index, net_g=mass_g + _refused(chance, mass_g), accepted_g=mass_g,
        origin=_origin(chance), over_payload=chance.random() < assume.SHARE_OVER_PAYLOAD,
    )


def _nearest_plant(contracts: Sequence[PlannedContract], town: Town, category: str) -> int:
    plants = [i for i, one in enumerate(contracts) if one.kind == "recycling" and category in one.categories]
    return min(plants, key=lambda i: (
        (contracts[i].town.longitude - town.longitude) ** 2 * 0.5 + (contracts[i].town.latitude - town.latitude) ** 2, i))


def _choose_category(chance: random.Random, covered: Sequence[str]) -> str:
    return chance.choices(covered, [assume.CATEGORIES[category][0] for category in covered])[0]


def _refused(chance: random.Random, mass_g: int) -> int:
    """Grams refused at the gate, in whole kilograms; mostly none."""
    if chance.random() >= assume.SHARE_REFUSED_LOADS:
        return 0
    return int(mass_g * chance.uniform(*assume.REFUSED_SHARE)) // 1000 * 1000


def _origin(chance: random.Random) -> str:
    if chance.random() < assume.SHARE_EXCLUDED_ORIGIN:
        return chance.choice(("central_municipal", "sorting_plant"))
    return chance.choice(("own_premises", "own_premises", "separate_collection"))


def _days(month: date) -> list[date]:
    """The working days of a month (Monday to Saturday)."""
    day, found = month, []
    while day.month == month.month:
        if day.weekday() < 6:
            found.append(day)
        day += timedelta(days=1)
    return found
