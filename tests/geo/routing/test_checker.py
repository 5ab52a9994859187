"""The judge sees each kind of fault: a sound plan is falsified in one thing at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from geo.routing import plan
from geo.routing.base import Plan, Problem, Reason, Route, Shipment, Stop, Unserved, Vehicle, Visit
from geo.routing.checker import faults

SIDE = [[abs(a - b) * 1_000 for b in range(6)] for a in range(6)]
TIME = [[one // 10 for one in row] for row in SIDE]


def day(**changes: object) -> Problem:
    vehicle = Vehicle(0, (10,), (0, 4_000), max_metres=30_000, max_seconds=4_000, reload_at=(3,), reload_s=60,
                      fixed_cost=7, per_hour=3_600)
    return replace(Problem(
        SIDE, TIME, (Stop(1, (6,), (50, 900), 30), Stop(2, (6,), service_s=30), Stop(5, (1,), prize=1)),
        (Shipment(Stop(3, (4,)), Stop(4)),), (vehicle,)), **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def sound() -> Plan:
    found = plan(day(), seconds=5, seed=1, iterations=200)
    assert found.feasible
    assert faults(day(), found) == []
    assert [one.reason for one in found.unserved] == [Reason.NOT_WORTH_IT]
    return found


def falsify(found: Plan, change: Callable[[Route], Route]) -> Plan:
    return replace(found, routes=tuple(change(route) for route in found.routes))


def visits(change: Callable[[tuple[Visit, ...]], tuple[Visit, ...]]) -> Callable[[Plan], Plan]:
    return lambda found: falsify(found, lambda route: replace(route, visits=change(route.visits)))


LIES: dict[str, Callable[[Plan], Plan]] = {
    "the cost is": lambda found: replace(found, cost=found.cost + 1),
    "the prizes forgone": lambda found: replace(found, forgone=0),
    "calls itself infeasible": lambda found: replace(found, feasible=False),
    "drives 2 routes": lambda found: replace(found, routes=found.routes * 2),
    "is visited [0] times": lambda found: replace(found, unserved=()),
    "listed as unserved twice": lambda found: replace(found, unserved=found.unserved * 2),
    "is not in the problem": lambda found: replace(found, unserved=(*found.unserved, Unserved(9, Reason.NO_ROOM))),
    "not as it says": lambda found: falsify(found, lambda route: replace(route, metres=route.metres - 1)),
    "arrival is": lambda found: falsify(found, lambda route: replace(route, leaves=route.leaves + 1)),
    "is visited [2] times": visits(lambda seen: (*seen, seen[0])),
    "before its pickup": visits(lambda seen: tuple(reversed(seen))),
    "never delivered": visits(lambda seen: tuple(one for one in seen if one.act != "delivery")),
    "load is": visits(lambda seen: tuple(replace(one, load=(0,)) for one in seen)),
    "it carries 12": visits(lambda seen: tuple(one for one in seen if one.act != "reload")),
    "metres is": visits(lambda seen: tuple(replace(one, metres=0) for one in seen)),
    "begin is": visits(lambda seen: tuple(replace(one, begin=0) for one in seen)),
    "departure is": visits(lambda seen: tuple(replace(one, departure=0) for one in seen)),
    "place is": visits(lambda seen: tuple(replace(one, place=0) for one in seen)),
}


@pytest.mark.parametrize("words", LIES)
def test_a_lie_is_seen(words: str, sound: Plan) -> None:
    assert any(words in fault for fault in faults(day(), LIES[words](sound)))


NARROWER: dict[str, dict[str, object]] = {
    "after the shift": {"shift": (0, 900)},
    "before the shift": {"shift": (3_000, 4_000)},
    "it drives": {"max_metres": 7_000},
    "longer than it may": {"max_seconds": 900},
    "where it may not": {"reload_at": ()},
    "has no base": {"start": None},
}


@pytest.mark.parametrize("words", NARROWER)
def test_a_rule_that_was_not_planned_for_is_seen_broken(words: str, sound: Plan) -> None:
    narrower = day(vehicles=(replace(day().vehicles[0], **NARROWER[words]),))  # type: ignore[arg-type]
    assert any(words in fault for fault in faults(narrower, sound))


def test_a_closed_window_is_seen(sound: Plan) -> None:
    late = day(stops=(replace(day().stops[0], window=(0, 10)), *day().stops[1:]))
    assert any("begins at" in fault and "after 10" in fault for fault in faults(late, sound))


def test_a_reload_with_a_shipment_aboard_is_seen(sound: Plan) -> None:
    def swap(seen: tuple[Visit, ...]) -> tuple[Visit, ...]:
        reload = next(one for one in seen if one.act == "reload")
        rest = [one for one in seen if one is not reload]
        at = next(number for number, one in enumerate(rest) if one.act == "pickup")
        return (*rest[:at + 1], reload, *rest[at + 1:])

    assert any("aboard" in fault for fault in faults(day(), visits(swap)(sound)))
