"""One published instance as numbers, as a problem of ours, and a plan of it in CVRPLIB's words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..base import NEVER, Act, Plan, Problem, Stop, Vehicle

Numbers = npt.NDArray[np.float64]


class UnreadableInstance(ValueError):
    """The text is of neither format, is cut off, or asks for what is neither CVRP nor VRPTW. Says which."""


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """Node 0 is the depot; node i is customer i. `windows` is (nodes, 2), absent in a CVRP; `longest` a route's limit."""

    name: str
    distances: Numbers
    demands: tuple[int, ...]
    capacity: int
    services: Numbers
    windows: Numbers | None = None
    vehicles: int | None = None
    longest: float | None = None


def nearest(numbers: Numbers) -> Numbers:
    """TSPLIB's nint, which rounds a half up and not to even: the X, A, B, E, F, M and P sets."""
    return np.floor(numbers + 0.5)


#: How each convention makes whole numbers: the scale, and the rounding after it.
ROUNDINGS: dict[str, tuple[int, Callable[[Numbers], Numbers]]] = {
    "nearest": (1, nearest),
    "dimacs": (10, lambda numbers: np.floor(numbers + 1e-6)),  # one decimal, the rest cut off: the 12th DIMACS challenge
    "exact": (10_000, nearest),  # no rounding in the cost; inside, whole ten-thousandths
}


def convention(instance: Instance) -> str:
    """The rounding of the instance's own set: the time-windowed sets dimacs, the others nearest."""
    return "nearest" if instance.windows is None else "dimacs"


def problem(instance: Instance, rounding: str) -> Problem:
    """The instance as our planner's problem: a kilometre costs 1,000, so the cost is the scaled length."""
    scale, whole = ROUNDINGS[rounding]

    def scaled(numbers: Numbers) -> npt.NDArray[np.int64]:
        return whole(numbers * scale).astype(np.int64)

    lengths, services = scaled(instance.distances), scaled(instance.services)
    windows = [(0, NEVER)] * len(lengths) if instance.windows is None else [
        (int(opens), int(closes)) for opens, closes in scaled(instance.windows)]
    stops = tuple(Stop(node, (instance.demands[node],), windows[node], int(services[node]))
                  for node in range(1, len(lengths)))
    longest = None if instance.longest is None else int(instance.longest * scale)
    timed = bool(services.any())  # where there are service times the limit holds for them too
    vehicle = Vehicle(0, (instance.capacity,), windows[0], max_metres=None if timed else longest,
                      max_seconds=longest if timed else None)
    return Problem(lengths, lengths, stops, vehicles=(vehicle,) * (instance.vehicles or len(stops)))


def tours(plan: Plan) -> list[list[int]]:
    """The customers of each route; customer 1 is node 1."""
    return [[visit.place for visit in route.visits if visit.act is Act.STOP] for route in plan.routes]


def cost(instance: Instance, plan: Plan, rounding: str) -> int | float:
    """The plan's length in the instance's own unit."""
    if rounding == "exact":
        legs = (pair for tour in tours(plan) for pair in zip([0, *tour], [*tour, 0], strict=True))
        return round(float(sum(instance.distances[pair] for pair in legs)), 4)
    scale = ROUNDINGS[rounding][0]
    return plan.cost if scale == 1 else plan.cost / scale


def answer(instance: Instance, plan: Plan, rounding: str) -> str:
    """The plan as CVRPLIB writes solutions."""
    lines = [f"Route #{number}: {' '.join(map(str, tour))}" for number, tour in enumerate(tours(plan), start=1)]
    return "\n".join([*lines, f"Cost {cost(instance, plan, rounding)}", ""])
