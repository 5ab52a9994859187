"""Is a problem worth planning? Wrong numbers are refused by name before any search begins."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np
import numpy.typing as npt

from .base import MOST_STOPS, NEVER, Grid, Problem, Stop
from .refusals import (
    ContradictoryWindow,
    TooManyStops,
    UnknownPlace,
    VehicleWithoutBase,
    WrongLoad,
    WrongMatrix,
    WrongNumber,
    ZeroCapacity,
)

Ints = npt.NDArray[np.int64]
#: Above this a metre or a second is no distance of this planet, and sums over a route could overflow.
LONGEST = 1 << 31


def grids(problem: Problem) -> tuple[Ints, Ints]:
    """Both matrices as int64 arrays of one square shape. Raises WrongMatrix."""
    metres, seconds = array("metres", problem.metres), array("seconds", problem.seconds)
    if metres.shape != seconds.shape:
        raise WrongMatrix(matrix="seconds", why="another size than metres")
    return metres, seconds


def array(name: str, grid: Grid) -> Ints:
    """One matrix, read without rounding anything. Raises WrongMatrix."""
    try:
        found = np.asarray(grid)
    except (ValueError, TypeError):
        raise WrongMatrix(matrix=name, why="rows of different lengths") from None
    why = ("empty" if found.size == 0
           else "not square" if found.ndim != 2 or found.shape[0] != found.shape[1]
           else "not integers" if found.dtype.kind not in "iu"
           else "negative" if found.min() < 0
           else "too large" if found.max() > LONGEST
           else "")
    if why:
        raise WrongMatrix(matrix=name, why=why)
    return np.ascontiguousarray(found, dtype=np.int64)


def refuse_wrong(problem: Problem, places: int) -> int:
    """Raise the first WrongProblem of a problem over `places` places; the number of load dimensions otherwise."""
    dimensions = max((len(loads) for loads in chain(
        (stop.load for _, _, stop in halves(problem)), (vehicle.capacity for vehicle in problem.vehicles))), default=0)
    for what, index, stop in halves(problem):
        refuse_wrong_stop(what, index, stop, places, dimensions)
    for index, shipment in enumerate(problem.shipments):
        if shipment.delivery.load not in ((), shipment.pickup.load):
            raise WrongLoad(what="shipment", index=index)
    for index in range(len(problem.vehicles)):
        refuse_wrong_vehicle(problem, index, places, dimensions)
    return dimensions


def refuse_too_many(problem: Problem) -> None:
    """Raise TooManyStops above MOST_STOPS; a shipment counts as two."""
    stops = len(problem.stops) + 2 * len(problem.shipments)
    if stops > MOST_STOPS:
        raise TooManyStops(stops=stops, most=MOST_STOPS)


def halves(problem: Problem) -> Iterator[tuple[str, int, Stop]]:
    """Every stop of the problem with what it is and where it is found."""
    for index, stop in enumerate(problem.stops):
        yield "stop", index, stop
    for index, shipment in enumerate(problem.shipments):
        yield "pickup", index, shipment.pickup
        yield "delivery", index, shipment.delivery


def refuse_wrong_stop(what: str, index: int, stop: Stop, places: int, dimensions: int) -> None:
    if not 0 <= stop.place < places:
        raise UnknownPlace(what=what, index=index, place=stop.place, places=places)
    opens, closes = stop.window
    if opens > closes:
        raise ContradictoryWindow(what=what, index=index, opens=opens, closes=closes)
    if len(stop.load) not in (0, dimensions) or any(not 0 <= load <= NEVER for load in stop.load):
        raise WrongLoad(what=what, index=index)
    refuse_wrong_numbers(what, index, opens=opens, closes=closes, service_s=stop.service_s, prize=stop.prize)


def refuse_wrong_vehicle(problem: Problem, index: int, places: int, dimensions: int) -> None:
    vehicle = problem.vehicles[index]
    if vehicle.start is None:
        raise VehicleWithoutBase(vehicle=index)
    for place in (vehicle.start, vehicle.start if vehicle.end is None else vehicle.end, *vehicle.reload_at):
        if not 0 <= place < places:
            raise UnknownPlace(what="vehicle", index=index, place=place, places=places)
    opens, closes = vehicle.shift
    if opens > closes:
        raise ContradictoryWindow(what="vehicle", index=index, opens=opens, closes=closes)
    if len(vehicle.capacity) != dimensions:
        raise WrongLoad(what="vehicle", index=index)
    if dimensions and not any(vehicle.capacity):
        raise ZeroCapacity(vehicle=index)
    for capacity in vehicle.capacity:
        refuse_wrong_numbers("vehicle", index, capacity=capacity)
    refuse_wrong_numbers(
        "vehicle", index, opens=opens, closes=closes, max_metres=vehicle.max_metres, max_seconds=vehicle.max_seconds,
        reload_s=vehicle.reload_s, fixed_cost=vehicle.fixed_cost, per_km=vehicle.per_km, per_hour=vehicle.per_hour)


def refuse_wrong_numbers(what: str, index: int, **numbers: int | None) -> None:
    for name, value in numbers.items():
        if value is not None and not 0 <= value <= NEVER:
            raise WrongNumber(what=what, index=index, name=name, value=value)
