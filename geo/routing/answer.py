"""PyVRP's solution as our plan."""

from __future__ import annotations

from fractions import Fraction

import pyvrp

from .base import Act, Problem, Route, Stop, Visit
from .model import Model

#: What a visit adds to each dimension of the load, times the stop's own load.
SIGN = {Act.STOP: 1, Act.PICKUP: 1, Act.DELIVERY: -1}


def routes(model: Model, solution: pyvrp.Solution) -> tuple[Route, ...]:
    """Ours, in the order of the vehicles. A route that serves nothing is left out."""
    free = [iter(members) for members in model.kinds.values()]
    found = [route(model, one, next(free[one.vehicle_type()])) for one in solution.routes() if serves(one)]
    return tuple(sorted(found, key=lambda one: one.vehicle))


def serves(one: pyvrp.Route) -> bool:
    return bool(one.num_clients() or one.num_shipments())


def route(model: Model, found: pyvrp.Route, vehicle: int) -> Route:
    """One route with its times, loads and metres, counted from the places and not taken from PyVRP."""
    schedule = found.schedule()
    leaves = clock = found.start_time()
    before, driven, empty = place_of(model, schedule[0]), 0, (0,) * model.dimensions
    aboard, visits = empty, []
    for one in schedule[1:]:
        place = place_of(model, one)
        driven += int(model.metres[before, place])
        arrival = clock = clock + int(model.seconds[before, place])
        before = place
        if one is schedule[-1]:
            break
        if one.is_depot():
            clock += model.depots[one.idx][1]
            aboard = empty  # a shipment is never aboard here: PyVRP keeps it within one trip
            visits.append(Visit(Act.RELOAD, place, arrival, arrival, clock, aboard, driven))
        else:
            act, index, stop, key = meaning(model, one)
            begin = max(arrival, stop.window[0])
            clock = begin + stop.service_s
            load = stop.load or empty
            if act is Act.DELIVERY:
                load = model.problem.shipments[index].pickup.load or empty
            aboard = tuple(a + SIGN[act] * b for a, b in zip(aboard, load, strict=True))
            visits.append(Visit(act, place, arrival, begin, clock, aboard, driven, index, key))
    key = model.problem.vehicles[vehicle].key
    return Route(vehicle, tuple(visits), leaves, clock, driven, clock - leaves, key)


def place_of(model: Model, one: pyvrp.Activity) -> int:
    return model.depots[one.idx][0] if one.is_depot() else meaning(model, one)[2].place


def meaning(model: Model, one: pyvrp.Activity) -> tuple[Act, int, Stop, str]:
    """What PyVRP's activity is to us: the act, our index, the stop, and the key of the stop or shipment."""
    if one.is_client():
        index = model.stops[one.idx]
        stop = model.problem.stops[index]
        return Act.STOP, index, stop, stop.key
    index = model.shipments[one.idx]
    shipment = model.problem.shipments[index]
    if one.is_pickup():
        return Act.PICKUP, index, shipment.pickup, shipment.pickup.key
    return Act.DELIVERY, index, shipment.delivery, shipment.pickup.key


def cost(problem: Problem, found: tuple[Route, ...]) -> int:
    """The money of these routes, rounded once and half up."""
    total = Fraction(1, 2)
    for one in found:
        vehicle = problem.vehicles[one.vehicle]
        total += vehicle.fixed_cost + Fraction(vehicle.per_km * one.metres, 1_000)
        total += Fraction(vehicle.per_hour * one.seconds, 3_600)
    return total.__floor__()
