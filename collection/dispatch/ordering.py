"""Asks the planner who fetches what in which order.

Loads are shipments from gate to plant, and a metre costs one unit. What may go only with one lorry takes room of a kind
that no other lorry has; what is aboard already is taken where the lorry stands, at the moment it sets out. A lorry that
is out has an empty load there too: it has to come home with or without more work, so every plan counts its way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from .dayplan import Call, Day, Load, Truck

#: Steps of the search for each halt: a small day is settled long before its time is up, and the same everywhere.
STEPS = 500
#: A long search is told of so many times.
SLICES = 5


def ordered(day: Day, *, seconds: float, seed: int = 0, hints: Mapping[UUID, Sequence[UUID]] | None = None,
            progress: Callable[[int], None] | None = None) -> tuple[dict[UUID, list[Call]], int]:
    """Vehicle -> its halts in order, and the cost: metres driven plus what the loads that may wait and do are worth.

    `seconds` of this thread's CPU at most. `hints`: vehicle -> loads in yesterday's order. With `progress`, which hears of
    percentages, the search has its time in slices, each going on from the one before.
    """
    trucks = [one for one in day.trucks if one.from_s <= one.to_s]
    if not day.loads or not trucks:
        return {}, 0
    from geo.routing import plan  # the engine is loaded where somebody plans, not in every process

    problem = _problem(day, trucks)
    found = _remembered(day, hints or {})
    slices = SLICES if progress else 1
    for number in range(slices):
        found = plan(problem, seconds=seconds / slices, seed=seed + number, start=found, iterations=STEPS * 2 * len(day.loads))
        if progress:
            progress(100 * (number + 1) // (slices + 1))
    orders = {
        trucks[route.vehicle].vehicle_id: [
            Call(visit.act.value, day.loads[visit.index]) for visit in route.visits
            if visit.index < len(day.loads) and not (visit.act.value == "pickup" and day.loads[visit.index].aboard)]
        for route in found.routes}
    return orders, found.cost + found.forgone


def _problem(day: Day, trucks: Sequence[Truck]) -> Any:
    from geo.routing.base import Problem, Shipment, Stop, Vehicle

    away = [one for one in trucks if one.start != one.end]
    bound = sorted({load.truck for load in day.loads if load.truck} | {one.vehicle_id for one in away}, key=str)
    start = {one.vehicle_id: (one.start, one.from_s) for one in trucks}

    def room(mass_g: int, truck: UUID | None) -> tuple[int, ...]:
        return (mass_g, *(int(truck == one) for one in bound))

    shipments = []
    for load in day.loads:
        amount, prize = room(load.mass_g, load.truck), _prize(day, load) if load.optional else None
        if load.aboard and load.truck in start:
            place, at = start[load.truck]
            gate = Stop(place, amount, (at, at), 0, prize, str(load.job_id))
        else:
            gate = Stop(load.gate, amount, (max(0, load.from_s), load.to_s), day.service.load_s, prize, str(load.job_id))
        shipments.append(Shipment(gate, Stop(load.drop, (), (load.drop_from_s, load.drop_to_s), day.service.unload_s)))
    for one in away:
        here = Stop(one.start, room(0, one.vehicle_id), (one.from_s, one.from_s), key=str(one.vehicle_id))
        shipments.append(Shipment(here, Stop(one.start)))
    return Problem(day.metres, day.seconds, shipments=tuple(shipments), vehicles=tuple(
        Vehicle(one.start, (one.payload_g, *(len(shipments) * (one.vehicle_id == other) for other in bound)),
                (one.from_s, one.to_s), one.end, key=str(one.vehicle_id)) for one in trucks))


def _prize(day: Day, load: Load) -> int:
    """What leaving a load for another day costs, in metres: a part of the way it would need of its own."""
    ways = [int(day.metres[one.end, load.gate] + day.metres[load.gate, load.drop] + day.metres[load.drop, one.end])
            for one in day.trucks]
    return min(ways) * day.service.later_percent // 100


def _remembered(day: Day, hints: Mapping[UUID, Sequence[UUID]]) -> Any:
    """Yesterday's order as today's first guess, one load at a time; None without any."""
    from geo.routing.base import Act, Plan, Route, Visit

    known = {load.job_id for load in day.loads}
    routes = tuple(
        Route(0, tuple(Visit(act, 0, 0, 0, 0, (), 0, key=str(job_id)) for job_id in dict.fromkeys(jobs) if job_id in known
                       for act in (Act.PICKUP, Act.DELIVERY)), 0, 0, 0, 0, key=str(vehicle))
        for vehicle, jobs in hints.items())
    return Plan(routes, (), 0, 0, False, 0.0) if routes else None
