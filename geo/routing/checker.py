"""A judge of plans that trusts nobody: everything is counted anew from the problem's own numbers.

It shares the plain values of `base` with the planner, and no line of code. The rules: every stop that must be served
is, once, and no stop twice; both halves of a shipment in one route, the pickup first, no reload in between; in every
dimension the load is never above the capacity; every service begins inside its window; the vehicle moves inside its
shift, not longer and not farther than it may; it reloads only where it may; what the plan says of times, loads, metres,
cost and prizes is true.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from .base import Act, Plan, Problem, Route, Stop, Visit


def faults(problem: Problem, plan: Plan) -> list[str]:
    """Everything wrong with the plan, in words; empty when it is sound."""
    if strange := list(_unknown(problem, plan)):
        return strange  # the rest cannot be counted
    found = [fault for number, route in enumerate(plan.routes) for fault in _Drive(problem, number, route).faults()]
    found += _served(problem, plan)
    found += _money(problem, plan)
    return found


def _unknown(problem: Problem, plan: Plan) -> Iterator[str]:
    known = {(False, index) for index in range(len(problem.stops))}
    known |= {(True, index) for index in range(len(problem.shipments))}
    visits = [visit for route in plan.routes for visit in route.visits]
    named = [(visit.act is not Act.STOP, visit.index) for visit in visits if visit.act is not Act.RELOAD]
    named += [(one.shipment, one.index) for one in plan.unserved]
    yield from (f"{'shipment' if shipment else 'stop'} {index} is not in the problem"
                for shipment, index in named if (shipment, index) not in known)
    yield from (f"vehicle {route.vehicle} is not in the problem"
                for route in plan.routes if not 0 <= route.vehicle < len(problem.vehicles))
    yield from (f"place {visit.place} is not in the problem"
                for visit in visits if not 0 <= visit.place < len(problem.metres))


def _served(problem: Problem, plan: Plan) -> Iterator[str]:
    counted = Counter((visit.act, visit.index) for route in plan.routes for visit in route.visits)
    vehicles = Counter(route.vehicle for route in plan.routes)
    yield from (f"vehicle {vehicle} drives {times} routes" for vehicle, times in vehicles.items() if times > 1)
    left = {(one.shipment, one.index) for one in plan.unserved}
    if len(left) != len(plan.unserved):
        yield "something is listed as unserved twice"
    whole = True
    expected: dict[tuple[bool, int], tuple[tuple[Act, ...], int | None]] = {
        (False, index): ((Act.STOP,), stop.prize) for index, stop in enumerate(problem.stops)}
    expected |= {(True, index): ((Act.PICKUP, Act.DELIVERY), one.pickup.prize)
                 for index, one in enumerate(problem.shipments)}
    for (shipment, index), (acts, prize) in expected.items():
        times = [counted[act, index] for act in acts]
        absent = (shipment, index) in left
        if any(time != (0 if absent else 1) for time in times):
            yield f"{'/'.join(acts)} {index} is visited {times} times{', listed as unserved' if absent else ''}"
        whole = whole and not (absent and prize is None)
    if plan.feasible != whole:
        yield f"the plan calls itself {'feasible' if plan.feasible else 'infeasible'}"


def _money(problem: Problem, plan: Plan) -> Iterator[str]:
    cost = Fraction(0)
    for route in plan.routes:
        vehicle = problem.vehicles[route.vehicle]
        cost += vehicle.fixed_cost
        cost += Fraction(vehicle.per_km * route.metres, 1_000) + Fraction(vehicle.per_hour * route.seconds, 3_600)
    if abs(cost - plan.cost) > Fraction(1, 2):
        yield f"the cost is {float(cost)}, not {plan.cost}"
    forgone = sum((problem.shipments[one.index].pickup if one.shipment else problem.stops[one.index]).prize or 0
                  for one in plan.unserved)
    if forgone != plan.forgone:
        yield f"the prizes forgone are {forgone}, not {plan.forgone}"


class _Drive:
    """One route driven again."""

    def __init__(self, problem: Problem, number: int, route: Route) -> None:
        self.problem, self.number, self.route = problem, number, route
        self.vehicle = problem.vehicles[route.vehicle]
        self.size = len(self.vehicle.capacity)
        self.aboard = [0] * self.size
        self.open: set[int] = set()

    def faults(self) -> Iterator[str]:
        for fault in self.drive():
            yield f"route {self.number}: {fault}"

    def drive(self) -> Iterator[str]:
        vehicle, route = self.vehicle, self.route
        if vehicle.start is None:
            yield "its vehicle has no base"
            return
        here, clock, driven = vehicle.start, route.leaves, 0
        if clock < vehicle.shift[0]:
            yield f"it leaves at {clock}, before the shift"
        for visit in route.visits:
            clock += int(self.problem.seconds[here][visit.place])
            driven += int(self.problem.metres[here][visit.place])
            here = visit.place
            yield from self.differ(visit, "arrival", visit.arrival, clock)
            opens, closes, service, place = self.terms(visit)
            clock = max(clock, opens)
            if clock > closes:
                yield f"{visit.act} {visit.index} begins at {clock}, after {closes}"
            yield from self.differ(visit, "place", visit.place, place)
            yield from self.differ(visit, "begin", visit.begin, clock)
            clock += service
            yield from self.handle(visit)
            yield from self.differ(visit, "departure", visit.departure, clock)
            yield from self.differ(visit, "metres", visit.metres, driven)
            yield from self.differ(visit, "load", tuple(visit.load), tuple(self.aboard))
        end = vehicle.start if vehicle.end is None else vehicle.end
        yield from self.home(clock + int(self.problem.seconds[here][end]), driven + int(self.problem.metres[here][end]))

    def home(self, clock: int, driven: int) -> Iterator[str]:
        vehicle, route = self.vehicle, self.route
        if self.open:
            yield f"shipments {sorted(self.open)} are never delivered"
        if clock > vehicle.shift[1]:
            yield f"it returns at {clock}, after the shift"
        if vehicle.max_metres is not None and driven > vehicle.max_metres:
            yield f"it drives {driven} m, more than it may"
        if vehicle.max_seconds is not None and clock - route.leaves > vehicle.max_seconds:
            yield f"it is out {clock - route.leaves} s, longer than it may"
        if (route.returns, route.metres, route.seconds) != (clock, driven, clock - route.leaves):
            yield f"it returns at {clock} after {driven} m, not as it says"

    def stop(self, visit: Visit) -> Stop:
        assert visit.index is not None
        if visit.act is Act.STOP:
            return self.problem.stops[visit.index]
        shipment = self.problem.shipments[visit.index]
        return shipment.pickup if visit.act is Act.PICKUP else shipment.delivery

    def terms(self, visit: Visit) -> tuple[int, int, int, int]:
        """(opens, closes, service, place) of a visit."""
        if visit.act is Act.RELOAD:
            return visit.arrival, visit.arrival, self.vehicle.reload_s, visit.place
        stop = self.stop(visit)
        return *stop.window, stop.service_s, stop.place

    def handle(self, visit: Visit) -> Iterator[str]:
        """What the visit does to the load."""
        if visit.act is Act.RELOAD:
            if visit.place not in self.vehicle.reload_at:
                yield f"it reloads at {visit.place}, where it may not"
            if self.open:
                yield f"it reloads with shipments {sorted(self.open)} aboard"
            self.aboard = [0] * self.size
            return
        assert visit.index is not None
        load = self.problem.shipments[visit.index].pickup.load if visit.act is Act.DELIVERY else self.stop(visit).load
        sign = -1 if visit.act is Act.DELIVERY else 1
        for dimension, amount in enumerate(load):
            self.aboard[dimension] += sign * amount
            if not 0 <= self.aboard[dimension] <= self.vehicle.capacity[dimension]:
                yield f"after {visit.act} {visit.index} it carries {self.aboard[dimension]} in dimension {dimension}"
        if visit.act is Act.PICKUP:
            self.open.add(visit.index)
        elif visit.act is Act.DELIVERY:
            if visit.index not in self.open:
                yield f"delivery {visit.index} comes before its pickup"
            self.open.discard(visit.index)

    @staticmethod
    def differ(visit: Visit, name: str, said: Any, true: Any) -> Iterator[str]:
        if said != true:
            yield f"{visit.act} {visit.index}: {name} is {true}, not {said}"
