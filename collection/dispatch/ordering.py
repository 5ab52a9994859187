"""Asks the planner who fetches what in which order.

Loads are shipments from gate to plant. What may go only with one lorry has a capacity of its own there, of which the
others have none; what is aboard already is picked up where the lorry stands at the moment it sets out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import monotonic, thread_time
from typing import Any
from uuid import UUID

from .dayplan import Call, Day, Load, Truck

#: Iterations without a better plan, for each halt: a small day is settled long before its time is up.
PATIENCE = 300
#: Wall time over CPU time: on a busy machine the answer comes late, not never.
LATEST = 5


def ordered(day: Day, *, seconds: float, seed: int = 0, hints: Mapping[UUID, Sequence[UUID]] | None = None,
            progress: Callable[[int], None] | None = None) -> tuple[dict[UUID, list[Call]], int]:
    """Vehicle -> its halts in order, and the cost: metres driven plus those that loads left behind are worth.

    Every load must have a lorry that could take it (`why_not` is None). `seconds` of this thread's CPU at most; with one
    `seed` the answer is the same wherever it is settled within them. `hints`: vehicle -> loads in yesterday's order.
    """
    if not day.loads or not day.trucks:
        return {}, 0
    from pyvrp import solve

    data = _data(day)
    stop: Any = _Enough(seconds, PATIENCE * 2 * len(day.loads), progress)
    found = solve(data, stop, seed=seed, collect_stats=False, initial_solution=_start(data, day, hints or {}))
    if not found.is_feasible():
        return {}, sum(_prize(day, load) for load in day.loads)
    orders = {}
    for route in found.best.routes():
        truck = day.trucks[route.vehicle_type()]
        orders[truck.vehicle_id] = [
            Call("pickup" if step.is_pickup() else "delivery", day.loads[step.idx]) for step in route.schedule()
            if not step.is_depot() and step.idx < len(day.loads) and not (step.is_pickup() and day.loads[step.idx].aboard)]
    return orders, int(found.cost())


class _Enough:
    """A stopping criterion of the engine: CPU time, patience, and in any case the wall."""

    def __init__(self, seconds: float, patience: int, progress: Callable[[int], None] | None) -> None:
        self.seconds, self.patience, self.progress = seconds, patience, progress
        self.begun, self.wall = thread_time(), monotonic()
        self.best, self.idle, self.told = -1, 0, self.wall

    def __call__(self, cost: int) -> bool:
        self.idle = 0 if cost != self.best else self.idle + 1
        self.best = cost
        spent, now = thread_time() - self.begun, monotonic()
        if self.progress and now - self.told >= 1:
            self.told = now
            self.progress(min(99, int(100 * spent / self.seconds)))
        return spent >= self.seconds or self.idle >= self.patience or now - self.wall >= LATEST * self.seconds


def _data(day: Day) -> Any:
    from pyvrp import Depot, Location, ProblemData, Shipment, VehicleType

    away = [one for one in day.trucks if one.start != one.end]
    bound = sorted({load.truck for load in day.loads if load.truck} | {one.vehicle_id for one in away}, key=str)
    trucks = {one.vehicle_id: one for one in day.trucks}
    depots: dict[int, int] = {}
    for truck in day.trucks:
        for place in (truck.start, truck.end):
            depots.setdefault(place, len(depots))
    shipments = []
    for load in day.loads:
        own = [int(load.truck == one) for one in bound]
        service = day.service
        gate: dict[str, Any]
        if load.aboard:
            truck = trucks[load.truck]  # type: ignore[index]
            gate = {"pickup_location": truck.start, "pickup_tw_early": truck.from_s, "pickup_tw_late": truck.from_s}
        else:
            gate = {"pickup_location": load.gate, "pickup_tw_early": max(0, load.from_s), "pickup_tw_late": load.to_s,
                    "pickup_service_duration": service.load_s}
        shipments.append(Shipment(
            **gate, delivery_location=load.drop, delivery_tw_early=load.drop_from_s, delivery_tw_late=load.drop_to_s,
            delivery_service_duration=service.unload_s, amount=[-(-load.mass_g // 1000), *own], prize=_prize(day, load), required=False))
    # Whoever is out has to come home, with or without more work: an empty load where it stands has that counted always.
    shipments += [
        Shipment(truck.start, truck.start, truck.from_s, truck.from_s, prize=10 * int(day.metres.max()) + 1,
                 amount=[0, *(int(truck.vehicle_id == one) for one in bound)], required=False) for truck in away]
    vehicles = [
        VehicleType(1, [truck.payload_g // 1000, *(len(day.loads) + 1 if truck.vehicle_id == one else 0 for one in bound)],
                    depots[truck.start], depots[truck.end], tw_early=truck.from_s, tw_late=max(truck.from_s, truck.to_s))
        for truck in day.trucks]
    places: list[Any] = [day.metres, day.seconds]
    return ProblemData([Location(0, 0) for _ in range(len(day.metres))], [], [Depot(place) for place in depots], vehicles,
                       places[:1], places[1:], [], shipments)


def _prize(day: Day, load: Load) -> int:
    """What leaving the load behind costs, in metres: more than any way there, or a part of its own way if it can wait."""
    if not load.optional:
        return 10 * int(day.metres.max()) + 1
    ways = [int(day.metres[one.end, load.gate] + day.metres[load.gate, load.drop] + day.metres[load.drop, one.end])
            for one in day.trucks]
    return min(ways) * day.service.later_percent // 100


def _start(data: Any, day: Day, hints: Mapping[UUID, Sequence[UUID]]) -> Any:
    """Yesterday's order as today's first guess, one load at a time; None without any."""
    from pyvrp import Activity, ActivityType, Route, Solution

    number = {load.job_id: n for n, load in enumerate(day.loads)}
    used: set[int] = set()
    routes = []
    for kind, truck in enumerate(day.trucks):
        aboard = [n for n, load in enumerate(day.loads) if load.aboard and load.truck == truck.vehicle_id]
        hinted = [number[one] for one in hints.get(truck.vehicle_id, ()) if one in number]
        mine = [n for n in dict.fromkeys([*aboard, *hinted]) if n not in used and _may(day.loads[n], truck)]
        used |= set(mine)
        if mine:
            steps = [Activity(ActivityType.PICKUP, n) for n in mine if day.loads[n].aboard]
            for n in mine:
                steps += [] if day.loads[n].aboard else [Activity(ActivityType.PICKUP, n)]
                steps.append(Activity(ActivityType.DELIVERY, n))
            routes.append(Route(data, steps, kind))
    return Solution(data, routes) if routes else None


def _may(load: Load, truck: Truck) -> bool:
    return load.truck in (None, truck.vehicle_id) and load.mass_g <= truck.payload_g
