"""Random small days: the checker finds no fault with any plan, and the tiniest are planned at the least cost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geo.routing import plan
from geo.routing.base import Act, Plan
from geo.routing.checker import faults
from tests.geo.routing.problems import best_cost, random_problem, tiny_problem


@pytest.mark.parametrize("block", range(10))
def test_every_plan_keeps_every_rule(block: int) -> None:
    reloads = served = shipped = left = 0
    for seed in range(block * 30, block * 30 + 30):
        problem = random_problem(seed)
        found = plan(problem, seconds=5, seed=seed, iterations=60)
        assert faults(problem, found) == [], f"seed {seed}"
        visits = [visit for route in found.routes for visit in route.visits]
        reloads += sum(visit.act is Act.RELOAD for visit in visits)
        shipped += sum(visit.act is Act.DELIVERY for visit in visits)
        served += sum(visit.act is Act.STOP for visit in visits)
        left += len(found.unserved)
    assert served > 20 and left > 5 and shipped > 0 and reloads > 0, "the dice are too kind to test anything"


@pytest.mark.parametrize("block", range(5))
def test_tiny_days_cost_the_least_possible(block: int) -> None:
    possible = 0
    for seed in range(block * 20, block * 20 + 20):
        problem = tiny_problem(seed)
        found = plan(problem, seconds=5, seed=seed, iterations=400)
        least = best_cost(problem)
        assert faults(problem, found) == []
        assert found.feasible == (least is not None), f"seed {seed}"
        if least is not None:
            possible += 1
            assert found.cost == least, f"seed {seed}"
    assert possible >= 10


def test_the_same_seed_gives_the_same_plan() -> None:
    for seed in (3, 17, 40):
        problem = random_problem(seed)
        one, other = (plan(problem, seconds=60, seed=5, iterations=80) for _ in range(2))
        assert replace(one, cpu_seconds=0) == replace(other, cpu_seconds=0)


@pytest.mark.parametrize("block", range(4))
def test_a_warm_start_keeps_every_rule(block: int) -> None:
    """Yesterday's plan of another problem altogether: whatever it says, today's rules hold."""
    for seed in range(block * 20, block * 20 + 20):
        yesterday: Plan = plan(random_problem(seed), seconds=5, seed=seed, iterations=20)
        problem = random_problem(seed + 1)
        assert faults(problem, plan(problem, seconds=5, seed=seed, start=yesterday, iterations=40)) == []
