"""Assignment at a hundred times the programme: 73,900 loads, how much of what nearest-first wastes is won back.

Points are real settlements by population, scattered; contracts are dealt over categories and sizes as the tonnes are. Each load
has up to 20 collectors and 20 plants: the ten nearest of its region's, and ten ever farther ones, so that a load always knows
somebody with room. A tonne left behind costs what it always does, 10,000 km: more than any way in these lists.
"""

from __future__ import annotations

import csv
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from collection.demo import assumptions as assume
from collection.demo.plan import apportion
from collection.dispatch.assignment import Problem, assign, lower_bound, nearest_first
from tests.benches.measure import figure, say

LOADS, LISTED, LOAD, SERVED = 73_900, 20, 0.85, 4
#: Contracts in all: as many for each load as the programme would have with ten times its contractors.
CONTRACTS = {"collection": 460, "full_cycle": 100, "recycling": 180}
DATA = Path(__file__).parents[2] / "geo/data"
EARTH_M = 6_371_008.8 * 1.3  # along roads, about a third longer


def run(databases: Any = None, *, contracts: int = 1) -> None:
    """In a process of its own, so that its memory is its own."""
    subprocess.run([sys.executable, "-m", "tests.benches.assignment", str(contracts)], check=True)


def main(times: int) -> None:
    chance = np.random.default_rng(1)
    at, region, weight = settlements()
    spent, cpu, costs = 0.0, 0.0, np.zeros(3)
    left = np.zeros(2)
    for category, n in zip(assume.CATEGORIES, apportion(LOADS, [row[0] for row in assume.CATEGORIES.values()]), strict=True):
        share = n / LOADS * 4  # a contract covers about four of the nine categories
        m, k = (max(20, round(times * share * sum(CONTRACTS[kind] for kind in kinds)))
                for kinds in (("collection", "full_cycle"), ("recycling", "full_cycle")))
        problem = country(chance, at, region, weight, n=n, m=m, k=k)
        started, used = time.perf_counter(), time.process_time()
        found = assign(problem)
        spent, cpu = spent + time.perf_counter() - started, cpu + time.process_time() - used
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        nearest, bound = nearest_first(problem), max(found.bound_tkm, lower_bound(problem, rounds=100))
        costs += nearest.cost_tkm, found.plan.cost_tkm, bound
        left += nearest.unserved_g, found.plan.unserved_g
        say(f"  {category}: {n} loads, {m} collectors, {k} plants: {nearest.cost_tkm / bound:.3f} -> "
            f"{found.plan.cost_tkm / bound:.3f} of the bound")
    what = f"{LOADS:,} loads, {times * sum(CONTRACTS.values()):,} contracts"
    figure(f"assignment, {what}: share of the gap between nearest-first and the bound that is closed",
           (costs[0] - costs[1]) / (costs[0] - costs[2]), "")
    figure(f"assignment, {what}: cost over the bound", costs[1], "t km", costs[2])
    figure(f"assignment, {what}: nearest-first over the bound", costs[0], "t km", costs[2])
    figure(f"assignment, {what}: tonnes left behind, against nearest-first", left[1] / 1e6, "t", left[0] / 1e6)
    figure(f"assignment, {what}: time", spent, "s")
    figure(f"assignment, {what}: CPU", cpu, "s")
    figure(f"assignment, {what}: peak memory", peak, "MB")


def settlements() -> tuple[Any, Any, Any]:
    """(n, 2) degrees, (n,) the number of the region, (n,) the share of the people."""
    with (DATA / "kz_settlements.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if int(row["population_2023"] or 0)]
    at = np.array([(float(row["lon"]), float(row["lat"])) for row in rows])
    people = np.array([int(row["population_2023"]) for row in rows], float)
    return at, np.unique([row["region_kato"] for row in rows], return_inverse=True)[1], people / people.sum()


def country(chance: Any, at: Any, region: Any, weight: Any, *, n: int, m: int, k: int) -> Problem:
    """One category over the whole country. Contracts serve their own region and the three nearest."""
    def places(count: int) -> tuple[Any, Any]:
        which = chance.choice(len(at), count, p=weight)
        return unit(at[which] + chance.normal(0, [0.15, 0.1], (count, 2))), region[which]

    (load, there), (base, home), (plant, _) = places(n), places(m), places(k)
    mass = (np.minimum(chance.lognormal(0, 0.8, n), 5.0) * 2.6e6 // 10_000 * 10_000).astype(np.int64) + 10_000
    middles = np.stack([at[region == one].mean(axis=0) for one in range(region.max() + 1)])
    apart = np.hypot(*((middles[:, None] - middles[None]) * [0.65, 1]).transpose(2, 0, 1))
    serves = (apart.argsort(axis=1).argsort(axis=1) < SERVED)[:, home].T
    collector, out = listed(load, there, base, serves)
    recycler, into = listed(load, there, plant, np.ones((k, serves.shape[1]), bool))
    quotas = shared(chance, collector[:, 0], mass, m)
    rooms = shared(chance, recycler[:, 0], mass, k)
    return Problem(mass, collector, out, recycler, into, metres(plant, base), np.concatenate([quotas, rooms]),
                   np.arange(m), np.stack([m + np.arange(k), np.full(k, -1)], axis=1))


def shared(chance: Any, nearest: Any, mass: Any, count: int) -> Any:
    """Room for what is asked, at LOAD: half by whom it is nearest to, half alike, uncertain by half; the heaviest load fits."""
    near = np.bincount(nearest, weights=mass, minlength=count) + mass.sum() / count
    part = near * chance.uniform(0.5, 1.5, count)
    return np.maximum(part / part.sum() * mass.sum() / LOAD, mass.max()).astype(np.int64)


def listed(load: Any, there: Any, place: Any, serves: Any) -> tuple[Any, Any]:
    """(n, 20) parties and metres, region by region: one table of distances at a time."""
    party, metre = np.full((len(load), LISTED), -1), np.zeros((len(load), LISTED), np.int64)
    for one in np.unique(there):
        loads, parties = np.flatnonzero(there == one), np.flatnonzero(serves[:, one])
        rank = np.arange(min(len(parties), LISTED)) if len(parties) <= LISTED else np.unique(np.concatenate(
            [np.arange(LISTED // 2), np.geomspace(LISTED // 2, len(parties) - 1, LISTED // 2).astype(int)]))
        far = metres(load[loads], place[parties])
        order = np.argsort(far, axis=1, kind="stable")[:, rank]
        party[loads[:, None], np.arange(len(rank))] = parties[order]
        metre[loads[:, None], np.arange(len(rank))] = np.take_along_axis(far, order, axis=1)
    return party, metre


def unit(degrees: Any) -> Any:
    longitude, latitude = np.radians(degrees).T
    return np.stack([np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)], axis=1)


def metres(one: Any, other: Any) -> Any:
    """Great circles between unit vectors, lengthened to roads."""
    half = np.sqrt(np.clip((1 - one @ other.T) / 2, 0, 1))
    return (2 * EARTH_M * np.arcsin(half)).astype(np.int64)


if __name__ == "__main__":
    main(int(sys.argv[1]))
