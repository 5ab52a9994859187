"""Routes against the best known of public sets, against PyVRP without our wrapper, and a day inside its 0.3 CPU seconds."""

from __future__ import annotations

import math
from pathlib import Path
from time import thread_time

import numpy as np
import pyvrp

from geo.routing import plan
from geo.routing.base import Problem, Shipment, Stop, Vehicle
from geo.routing.checker import faults
from geo.routing.published import Instance, convention, cost, problem, read
from geo.routing.published.reading import euclidean
from tests.benches.databases import Databases
from tests.benches.measure import figure, say

INSTANCES = Path(__file__).parent / "instances"
#: The best known (CVRPLIB; SINTEF's sets as the 12th DIMACS challenge rounds them): not published beside the files.
BEST = {"X-n101-k25.vrp": 27_591, "X-n115-k10.vrp": 12_747, "RC208.vrp": 776.1, "C1_2_1.txt": 2_698.6}
#: Li, Golden and Wasil (2005), nos. 21, 24 and 29: (rings, capacity, longest route, best known); 40 customers a ring.
RINGS = {"Li_21": (14, 1_200, 1_800, 16_212.83), "Li_24": (18, 1_500, 2_400, 21_389.43),
         "Li_29": (24, 2_000, 3_000, 29_154.34)}
SEED = 1
BARE = ("X-n101-k25.vrp", "X-n115-k10.vrp", "RC208.vrp")


def run(databases: Databases, *, seconds: float = 2.0) -> None:
    """`seconds`: CPU seconds for each instance; the target is set for 30."""
    gaps = []
    for name, (instance, rounding, best) in published().items():
        found = solve(instance, rounding, seconds)
        figure(f"routing: {name}, {len(instance.demands) - 1} stops, {seconds:g} CPU s", found, "length", best)
        gaps.append(found / best)
    figure("routing: geometric mean over the best known", geometric(gaps), "ratio", 1.0)
    against_pyvrp(seconds)
    short_day()


def published() -> dict[str, tuple[Instance, str, float]]:
    """Each instance with its rounding and the best known."""
    found = {}
    for name, best in BEST.items():
        instance = read((INSTANCES / name).read_text())
        found[name.partition(".")[0]] = (instance, convention(instance), best)
    for name, (rings, capacity, longest, best) in RINGS.items():
        found[name] = (li(name, rings, capacity, longest), "exact", best)
    return found


def li(name: str, rings: int, capacity: int, longest: float) -> Instance:
    """The instance by the rule its authors print: 40 customers on each ring, 30 apart, demands 10, 30, 30, 10."""
    turn = 2 * math.pi * np.arange(40) / 40
    points = np.concatenate([[(0.0, 0.0)], *(
        30 * ring * np.stack([np.cos(turn), np.sin(turn)], axis=1) for ring in range(1, rings + 1))])
    demands = (0, *(10, 30, 30, 10) * (10 * rings))
    return Instance(name, euclidean(points), demands, capacity, np.zeros(len(points)), longest=longest)


def solve(instance: Instance, rounding: str, seconds: float) -> float:
    """The length of a plan that the checker finds sound and whole."""
    asked = problem(instance, rounding)
    found = plan(asked, seconds=seconds, seed=SEED)
    assert found.feasible and not faults(asked, found)
    return cost(instance, found, rounding)


def against_pyvrp(seconds: float) -> None:
    """The same seed and as many CPU seconds, reading not counted on either side."""
    ratios = []
    for name in BARE:
        instance = read((INSTANCES / name).read_text())
        rounding = convention(instance)
        data = pyvrp.read(INSTANCES / name, {"nearest": "round"}.get(rounding, rounding))
        until = thread_time() + seconds
        bare = pyvrp.solve(data, lambda _: thread_time() > until, seed=SEED, collect_stats=False, display=False)  # noqa: B023
        assert bare.is_feasible()
        ours = solve(instance, rounding, seconds) * (10 if rounding == "dimacs" else 1)
        ratios.append(ours / bare.cost())
        say(f"  {name}: {ours:g}, bare {bare.cost()}")
    figure("routing: wrapper over bare PyVRP, same seed and CPU", geometric(ratios), "ratio", 1.0)


def short_day() -> None:
    """Sixty visits: forty stops and ten shipments, six vehicles with windows and reloads, in 0.3 CPU seconds and in 5."""
    asked = day_of_sixty()
    short, long = (plan(asked, seconds=seconds, seed=SEED) for seconds in (0.3, 5.0))
    assert short.feasible and long.feasible and not faults(asked, short) and not faults(asked, long)
    figure("routing: CPU of a day of sixty stops", short.cpu_seconds, "s", 0.3)
    figure("routing: cost of that day over 5 CPU s", float(short.cost), "cost", float(long.cost))


def day_of_sixty() -> Problem:
    dice = np.random.default_rng(7)
    metres = (euclidean(dice.uniform(0, 30_000, (61, 2))) * 1.3).astype(np.int64)
    opens = dice.integers(8, 14, 61) * 3_600
    stops = tuple(Stop(place, (int(dice.integers(1, 4)), 1), (int(opens[place]), int(opens[place]) + 14_400), 300)
                  for place in range(1, 41))
    shipments = tuple(Shipment(Stop(place, (3, 0), service_s=600), Stop(place + 10, service_s=600)) for place in range(41, 51))
    vehicle = Vehicle(0, (15, 12), (7 * 3_600, 19 * 3_600), reload_at=(0,), reload_s=900, fixed_cost=5_000, per_hour=2_000)
    return Problem(metres, metres // 10, stops, shipments, (vehicle,) * 6)


def geometric(ratios: list[float]) -> float:
    return math.exp(sum(map(math.log, ratios)) / len(ratios))
