"""What no vehicle could serve even if it had nothing else to do.

Lower bounds only: the quickest and the shortest way over any places, so nothing servable is ever left out by this.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .base import Problem, Reason, Shipment, Stop, Vehicle
from .sound import Ints

#: Places in the order they are served.
Trip = tuple[Stop, ...]


class Reach:
    """The least seconds and metres from each vehicle's start, and to its end, over any places in between."""

    def __init__(self, metres: Ints, seconds: Ints) -> None:
        self.grids = (metres, seconds)
        self.known: dict[tuple[int, bool], tuple[Ints, Ints]] = {}

    def of(self, place: int, *, back: bool) -> tuple[Ints, Ints]:
        """(metres, seconds) from `place` to every place, or with `back` from every place to it."""
        if (place, back) not in self.known:
            metres, seconds = (shortest(grid.T if back else grid, place) for grid in self.grids)
            self.known[place, back] = metres, seconds
        return self.known[place, back]


def shortest(grid: Ints, place: int) -> Ints:
    """Bellman and Ford: the least sum from `place` to every place. Road matrices settle after one or two rounds."""
    best: Ints = grid[place].copy()
    best[place] = 0
    while True:
        better = np.minimum(best, (best[:, None] + grid).min(axis=0))
        if (better == best).all():
            return best
        best = better


def hopeless(problem: Problem, metres: Ints, seconds: Ints) -> tuple[dict[int, Reason], dict[int, Reason]]:
    """The stops and the shipments, by index, that no vehicle can serve, each with the reason."""
    reach = Reach(metres, seconds)
    kinds = tuple(dict.fromkeys(problem.vehicles))
    stops = verdicts(((stop,) for stop in problem.stops), kinds, reach)
    shipments = verdicts((both(shipment) for shipment in problem.shipments), kinds, reach)
    return stops, shipments


def both(shipment: Shipment) -> Trip:
    return shipment.pickup, shipment.delivery


def verdicts(trips: Iterable[Trip], kinds: tuple[Vehicle, ...], reach: Reach) -> dict[int, Reason]:
    found = {}
    for index, trip in enumerate(trips):
        if not kinds:
            found[index] = Reason.NO_VEHICLE
        elif not (large := [kind for kind in kinds if fits(trip[0], kind)]):
            found[index] = Reason.TOO_LARGE
        elif not any(in_time(trip, kind, reach) for kind in large):
            found[index] = Reason.OUT_OF_TIME
    return found


def fits(stop: Stop, vehicle: Vehicle) -> bool:
    return all(load <= capacity for load, capacity in zip(stop.load, vehicle.capacity, strict=False))


def in_time(trip: Trip, vehicle: Vehicle, reach: Reach) -> bool:
    """Could it be done inside window, shift, longest day and longest way?"""
    assert vehicle.start is not None
    out_m, out_s = reach.of(vehicle.start, back=False)
    home_m, home_s = reach.of(vehicle.start if vehicle.end is None else vehicle.end, back=True)
    first, last = trip[0], trip[-1]
    along = [reach.of(one.place, back=False) for one in trip[:-1]]
    on_m = sum(int(way[0][stop.place]) for way, stop in zip(along, trip[1:], strict=True))
    on_s = [int(way[1][stop.place]) for way, stop in zip(along, trip[1:], strict=True)]
    if vehicle.max_metres is not None and out_m[first.place] + on_m + home_m[last.place] > vehicle.max_metres:
        return False
    clock = vehicle.shift[0] + int(out_s[first.place])
    for stop, way in zip(trip, (*on_s, int(home_s[last.place])), strict=True):
        begins = max(clock, stop.window[0])
        if begins > stop.window[1]:
            return False
        clock = begins + stop.service_s + way
    # the day lasts at least the driving and serving; what waiting adds is left to the search
    busy = int(out_s[first.place]) + sum(on_s) + sum(stop.service_s for stop in trip) + int(home_s[last.place])
    return clock <= vehicle.shift[1] and (vehicle.max_seconds is None or busy <= vehicle.max_seconds)
