"""What the planner answers: reasons, reloads, warm starts, bad input by name."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from geo.routing import plan, refusals as no
from geo.routing.base import MOST_STOPS, Act, Plan, Problem, Reason, Shipment, Stop, Vehicle
from geo.routing.checker import faults

LINE = [[abs(a - b) * 1_000 for b in range(12)] for a in range(12)]
TIME = [[one // 10 for one in row] for row in LINE]
VAN = Vehicle(0, (10,), (0, 36_000))


def solved(problem: Problem, **options: Any) -> Plan:
    found = plan(problem, **{"seconds": 5.0, "seed": 1, "iterations": 150} | options)
    assert faults(problem, found) == []
    return found


def order(found: Plan) -> list[list[tuple[Act, int | None]]]:
    return [[(visit.act, visit.index) for visit in route.visits] for route in found.routes]


def test_no_stops_is_an_empty_plan() -> None:
    found = solved(Problem([], [], vehicles=(VAN,)))
    assert (found.routes, found.unserved, found.cost, found.feasible) == ((), (), 0, True)


def test_the_numbers_of_one_route() -> None:
    stop = Stop(3, (4,), (1_000, 2_000), 60, key="a")
    found = solved(Problem(LINE, TIME, (stop,), vehicles=(replace(VAN, fixed_cost=5, per_hour=3_600, key="van"),)))
    (route,) = found.routes
    (visit,) = route.visits
    assert (visit.arrival, visit.begin, visit.departure, visit.load, visit.metres, visit.key) == (
        1_000, 1_000, 1_060, (4,), 3_000, "a"), "it leaves late enough not to wait"
    assert (route.leaves, route.returns, route.seconds, route.metres, route.key) == (700, 1_360, 660, 6_000, "van")
    assert found.cost == 5 + 6_000 + 660


def test_a_shipment_is_brought_from_its_pickup_to_its_delivery() -> None:
    found = solved(Problem(LINE, TIME, (Stop(2, (9,)),), (Shipment(Stop(5, (8,)), Stop(3)),), (VAN,)))
    assert order(found) == [[(Act.PICKUP, 0), (Act.DELIVERY, 0), (Act.STOP, 0)]]
    assert [visit.load for visit in found.routes[0].visits] == [(8,), (0,), (9,)]


def test_a_full_vehicle_reloads_and_goes_on() -> None:
    stops = (Stop(4, (7,)), Stop(5, (7,)), Stop(6, (7,)))
    found = solved(Problem(LINE, TIME, stops, vehicles=(replace(VAN, reload_at=(5,), reload_s=600),)))
    assert [act for act, _ in order(found)[0]].count(Act.RELOAD) == 2
    assert found.cost == 12_000
    assert found.routes[0].seconds == 1_200 + 2 * 600


def test_each_dimension_counts() -> None:
    stops = tuple(Stop(place, (1, 6)) for place in (1, 2, 3))
    found = solved(Problem(LINE, TIME, stops, vehicles=(replace(VAN, capacity=(10, 12)),) * 3))
    assert sorted(len(route.visits) for route in found.routes) == [1, 2]


def test_what_cannot_be_served_is_named_with_its_reason() -> None:
    stops = (Stop(1, (11,), key="large"), Stop(2, (1,), (0, 100), key="too early"), Stop(3, (1,), key="good"),
             Stop(4, (1,), service_s=36_000, key="too long"), Stop(11, (1,), prize=5, key="cheap"))
    found = solved(Problem(LINE, TIME, stops, vehicles=(VAN,)))
    assert {one.key: one.reason for one in found.unserved} == {
        "large": Reason.TOO_LARGE, "too early": Reason.OUT_OF_TIME, "too long": Reason.OUT_OF_TIME,
        "cheap": Reason.NOT_WORTH_IT}
    assert order(found) == [[(Act.STOP, 2)]]
    assert (found.feasible, found.forgone) == (False, 5)


def test_without_a_vehicle_nothing_is_served() -> None:
    found = solved(Problem(LINE, TIME, (Stop(1),), (Shipment(Stop(2), Stop(3)),)))
    assert [one.reason for one in found.unserved] == [Reason.NO_VEHICLE] * 2


def test_too_much_for_the_fleet_leaves_as_little_as_possible() -> None:
    stops = tuple(Stop(place, (5,)) for place in range(1, 9))
    found = solved(Problem(LINE, TIME, stops, vehicles=(VAN, VAN)))
    assert [one.reason for one in found.unserved] == [Reason.NO_ROOM] * 4
    assert sum(len(route.visits) for route in found.routes) == 4


def test_a_limit_on_metres_and_on_the_day() -> None:
    stops = (Stop(4), Stop(9))
    assert [one.index for one in solved(
        Problem(LINE, TIME, stops, vehicles=(Vehicle(0, max_metres=8_000),))).unserved] == [1]
    assert [one.index for one in solved(
        Problem(LINE, TIME, stops, vehicles=(Vehicle(0, max_seconds=800),))).unserved] == [1]


def test_an_open_route_ends_elsewhere() -> None:
    found = solved(Problem(LINE, TIME, (Stop(3), Stop(7)), vehicles=(Vehicle(0, end=9),)))
    assert (order(found), found.cost) == ([[(Act.STOP, 0), (Act.STOP, 1)]], 9_000)


def test_a_warm_start_drops_what_vanished_and_takes_in_what_is_new() -> None:
    dice = np.random.default_rng(4)
    spots = dice.integers(0, 20_000, (61, 2))
    metres = np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1)).astype(np.int64)
    stops = tuple(Stop(place, (1,), key=f"stop {place}") for place in range(1, 61))
    yesterday = Problem(metres, metres // 10, stops[:57], vehicles=tuple(replace(VAN, key=f"van {n}") for n in range(8)))
    today = replace(yesterday, stops=stops[3:])
    before = solved(yesterday, iterations=2_000)
    cold, warm = (solved(today, iterations=3, start=start) for start in (None, before))
    assert warm.feasible
    assert warm.cost < cold.cost

    def legs(found: Plan) -> set[tuple[str, str]]:
        return {(a.key, b.key) for route in found.routes for a, b in pairwise(route.visits)}

    old = legs(before)
    assert len(old & legs(warm)) > len(old & legs(cold))


def test_sixty_stops_keep_to_the_budget() -> None:
    dice = np.random.default_rng(7)
    spots = dice.integers(0, 30_000, (61, 2))
    metres = np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1)).astype(np.int64)
    stops = tuple(Stop(place, (1,), service_s=120) for place in range(1, 41))
    shipments = tuple(Shipment(Stop(place, (2,)), Stop(place + 10)) for place in range(41, 51))
    found = plan(Problem(metres, metres // 10, stops, shipments, (replace(VAN, capacity=(12,)),) * 6), seconds=0.3, seed=1)
    assert found.feasible
    assert found.cpu_seconds < 0.35  # the last step and reading back; the budget is for the search


GOOD: dict[str, Any] = {"metres": LINE, "seconds": TIME, "stops": (Stop(1, (1,)),), "vehicles": (VAN,)}
BAD: list[tuple[type[no.WrongProblem], str, dict[str, Any]]] = [
    (no.TooManyStops, "too_many_stops", {"stops": (Stop(1, (1,)),) * 10_000}),
    (no.TooManyStops, "too_many_stops", {"shipments": (Shipment(Stop(1), Stop(2)),) * (MOST_STOPS // 2)}),
    (no.WrongMatrix, "wrong_matrix", {"metres": []}),
    (no.WrongMatrix, "wrong_matrix", {"seconds": [[]]}),
    (no.WrongMatrix, "wrong_matrix", {"metres": [[0, 1], [1]]}),
    (no.WrongMatrix, "wrong_matrix", {"metres": [[0, 1, 2], [1, 0, 2]]}),
    (no.WrongMatrix, "wrong_matrix", {"metres": [[0, -1], [1, 0]]}),
    (no.WrongMatrix, "wrong_matrix", {"metres": [[0, 1.5], [1, 0]]}),
    (no.WrongMatrix, "wrong_matrix", {"metres": [[0, 1 << 40], [1, 0]]}),
    (no.WrongMatrix, "wrong_matrix", {"seconds": [[0, 1], [1, 0]]}),
    (no.ContradictoryWindow, "contradictory_window", {"stops": (Stop(1, (1,), (10, 9)),)}),
    (no.ContradictoryWindow, "contradictory_window", {"vehicles": (replace(VAN, shift=(10, 9)),)}),
    (no.ZeroCapacity, "zero_capacity", {"vehicles": (replace(VAN, capacity=(0,)),)}),
    (no.VehicleWithoutBase, "vehicle_without_base", {"vehicles": (replace(VAN, start=None),)}),
    (no.UnknownPlace, "unknown_place", {"stops": (Stop(12, (1,)),)}),
    (no.UnknownPlace, "unknown_place", {"vehicles": (replace(VAN, reload_at=(-1,)),)}),
    (no.WrongLoad, "wrong_load", {"stops": (Stop(1, (1, 1)),)}),
    (no.WrongLoad, "wrong_load", {"stops": (Stop(1, (-1,)),)}),
    (no.WrongLoad, "wrong_load", {"shipments": (Shipment(Stop(1, (1,)), Stop(2, (2,))),)}),
    (no.WrongNumber, "wrong_number", {"stops": (Stop(1, (1,), service_s=-1),)}),
    (no.WrongNumber, "wrong_number", {"stops": (Stop(1, (1,), (-5, 5)),)}),
    (no.WrongNumber, "wrong_number", {"vehicles": (replace(VAN, per_km=1 << 41),)}),
    (no.WrongNumber, "wrong_number", {"vehicles": (replace(VAN, per_hour=1 << 40),)}),
    (no.WrongNumber, "wrong_number", {"stops": (Stop(1, (1,), prize=1 << 40),) * 2_000, "vehicles": (replace(VAN, per_km=1),)}),
]


@pytest.mark.parametrize(("error", "code", "change"), BAD)
def test_bad_input_has_a_name(error: type[no.WrongProblem], code: str, change: dict[str, Any]) -> None:
    with pytest.raises(error) as caught:
        plan(Problem(**GOOD | change), seconds=1, seed=1)
    assert caught.value.code == code
