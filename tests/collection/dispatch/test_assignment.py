"""Whole plans: worked examples, the true optimum of tiny ones by trying everything, and bounds that nothing beats."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from collection.dispatch.assignment import (
    NO_WAY,
    Problem,
    assign,
    lower_bound,
    nearest_first,
    plan_of,
    split_bound,
    used_g,
)

T = 1_000_000


def on_a_line(loads, bases, plants, *, quotas, rooms, months=None, masses=None, penalty_km=1000):
    """Everything along one road, positions in kilometres; accounts: bases' quotas, plants' quotas, plants' months."""
    loads, bases, plants = (np.array(one, np.int64) * 1000 for one in (loads, bases, plants))
    n, m, k = len(loads), len(bases), len(plants)
    return Problem(
        mass_g=np.array(masses or [T] * n, np.int64),
        collector=np.broadcast_to(np.arange(m), (n, m)), out_m=np.abs(loads[:, None] - bases[None]),
        recycler=np.broadcast_to(np.arange(k), (n, k)), load_m=np.abs(loads[:, None] - plants[None]),
        home_m=np.abs(plants[:, None] - bases[None]),
        room_g=np.array([*quotas, *rooms, *(months or [])], np.int64), collector_account=np.arange(m),
        recycler_accounts=np.stack([m + np.arange(k), m + k + np.arange(k) if months else np.full(k, -1)], axis=1),
        penalty_m=penalty_km * 1000)


def the_best(problem):
    """By trying every way of giving each load to a pair or to nobody."""
    n, width, plants = len(problem.mass_g), problem.collector.shape[1], problem.recycler.shape[1]
    pairs = [(-1, -1), *itertools.product(range(width), range(plants))]
    best = np.inf
    for hands in itertools.product(pairs, repeat=n):
        collector = np.array([problem.collector[i, c] if c >= 0 else -1 for i, (c, _) in enumerate(hands)])
        recycler = np.array([problem.recycler[i, r] if r >= 0 else -1 for i, (_, r) in enumerate(hands)])
        plan = plan_of(problem, collector, recycler)
        if (used_g(problem, plan) <= problem.room_g).all():
            best = min(best, plan.cost_tkm)
    return best


def test_one_load_goes_the_shortest_way_round():
    # bases at 0 and 100, plants at 40 and 90, the load at 50: out, there and home
    problem = on_a_line([50], [0, 100], [40, 90], quotas=[T, T], rooms=[T, T])
    found = assign(problem).plan
    assert (found.collector.tolist(), found.recycler.tolist()) == ([0], [0])  # 50 + 10 + 40
    assert found.way_m.tolist() == [100_000] and found.cost_tkm == pytest.approx(100) and found.unserved_g == 0


def test_the_nearest_base_is_left_to_whoever_has_no_other():
    # nearest first gives the only place at base 10 to the first load, and the second has to go to base 500
    problem = on_a_line([12, 0], [10, 30, 500], [11], quotas=[T, T, T], rooms=[9 * T])
    nearest = nearest_first(problem)
    assert nearest.collector.tolist() == [0, 1]
    problem = on_a_line([22, 12], [20, 30, 500], [21], quotas=[T, T, T], rooms=[9 * T])
    assert nearest_first(problem).collector.tolist() == [0, 1]
    assert nearest_first(problem).cost_tkm == pytest.approx(4 + 36)
    assert assign(problem).plan.cost_tkm == pytest.approx(the_best(problem))


def test_served_tonnes_come_before_the_way():
    # the light load is at the door, the heavy one far away: only one of them fits, and the heavy one is fetched
    problem = on_a_line([1, 300], [0], [2], quotas=[3 * T], rooms=[9 * T], masses=[1 * T, 3 * T])
    found = assign(problem).plan
    assert found.collector.tolist() == [-1, 0] and found.unserved_g == T
    assert found.cost_tkm == pytest.approx(3 * 600 + 1000)


def test_a_plant_s_month_holds_as_its_quota_does():
    problem = on_a_line([0, 0], [0], [10, 20], quotas=[9 * T], rooms=[9 * T, 9 * T], months=[T, 9 * T])
    assert sorted(assign(problem).plan.recycler.tolist()) == [0, 1]


def test_a_contract_that_collects_and_recycles_pays_once():
    problem = on_a_line([5], [0], [10], quotas=[T], rooms=[0])
    both = np.array([[0, -1]])
    problem = replace(problem, recycler_accounts=both)
    found = assign(problem)
    assert found.plan.unserved_g == 0 and used_g(problem, found.plan).tolist() == [T, 0]
    assert lower_bound(problem) == pytest.approx(20, rel=1e-3)


def test_nobody_and_nothing():
    nothing = on_a_line([], [0], [10], quotas=[T], rooms=[T])
    assert assign(nothing).plan.cost_tkm == 0
    nobody = on_a_line([3], [], [10], quotas=[], rooms=[T])
    assert assign(nobody).plan.cost_tkm == assign(nobody).bound_tkm == lower_bound(nobody) == 1000
    assert split_bound(nobody, np.ones(1)) == 1000 and split_bound(nothing, np.ones(2)) == 0
    none_of_it = on_a_line([3], [0], [10], quotas=[0], rooms=[T])
    assert assign(none_of_it).plan.unserved_g == T


def test_what_is_as_good_as_it_gets_is_left_alone():
    problem = on_a_line([0, 0], [10, 10], [0], quotas=[T, T], rooms=[9 * T])  # two equal ways of doing it
    for now in ((np.array([0, 1]), np.array([0, 0])), (np.array([1, 0]), np.array([0, 0]))):
        assert assign(problem, now=now).plan.collector.tolist() == now[0].tolist()


@st.composite
def problems(draw):
    n, m, k = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(1, 2))
    place = st.integers(0, 200)
    tonnes = st.integers(0, 6).map(lambda t: t * T // 2)
    return on_a_line(
        draw(st.lists(place, min_size=n, max_size=n)), draw(st.lists(place, min_size=m, max_size=m)),
        draw(st.lists(place, min_size=k, max_size=k)), quotas=draw(st.lists(tonnes, min_size=m, max_size=m)),
        rooms=draw(st.lists(tonnes, min_size=k, max_size=k)), months=draw(st.lists(tonnes, min_size=k, max_size=k)),
        masses=draw(st.lists(st.integers(1, 8).map(lambda t: t * T // 4), min_size=n, max_size=n)))


@given(problems())
@settings(max_examples=60, deadline=None)
def test_against_every_possible_plan(problem):
    """Bound <= optimum <= plan; the plan keeps to every account, and is never worse than going to the nearest."""
    found, best = assign(problem, now=(nearest_first(problem).collector, nearest_first(problem).recycler)), the_best(problem)
    assert found.bound_tkm <= best * (1 + 1e-9) and lower_bound(problem) <= best * (1 + 1e-9)
    assert found.plan.cost_tkm >= best * (1 - 1e-9)
    assert found.plan.cost_tkm <= nearest_first(problem).cost_tkm * (1 + 1e-9)
    assert (used_g(problem, found.plan) <= problem.room_g).all()


def test_small_towns_are_planned_close_to_the_optimum():
    """Tightly packed ones, by trying everything: on average within a hundredth, at worst within five."""
    towns = [town(seed, n=5, m=3, k=2) for seed in range(12)]
    ratios = [assign(one).plan.cost_tkm / the_best(one) for one in towns]
    assert max(ratios) <= 1.05 and np.mean(ratios) <= 1.01


def town(seed, *, n, m, k, load=0.85):
    """Points on a map of 300 km, quotas and rooms that hold `load` of what there is."""
    chance = np.random.default_rng(seed)
    at, bases, plants = (chance.uniform(0, 300_000, (count, 2)) for count in (n, m, k))

    def metres(a, b):
        return np.hypot(*(a[:, None] - b[None]).transpose(2, 0, 1)).astype(np.int64)

    mass = chance.integers(100, 500, n) * 10_000
    quotas, rooms = (chance.uniform(0.7, 1.3, count) for count in (m, k))
    return Problem(
        mass, np.broadcast_to(np.arange(m), (n, m)), metres(at, bases), np.broadcast_to(np.arange(k), (n, k)),
        metres(at, plants), metres(plants, bases),
        np.concatenate([part / part.sum() * mass.sum() / load for part in (quotas, rooms)]).astype(np.int64),
        np.arange(m), np.stack([m + np.arange(k), np.full(k, -1)], axis=1), penalty_m=2_000_000)


def test_a_town_of_five_hundred_closes_most_of_the_gap_and_is_planned_the_same_twice():
    problem = town(1, n=500, m=20, k=12)
    found, again = assign(problem), assign(problem)
    assert (found.plan.collector == again.plan.collector).all() and (found.plan.recycler == again.plan.recycler).all()
    assert found.prices.tolist() == again.prices.tolist()
    nearest, bound = nearest_first(problem).cost_tkm, lower_bound(problem)
    assert bound <= found.plan.cost_tkm
    assert (nearest - found.plan.cost_tkm) / (nearest - bound) >= 0.6
    assert (used_g(problem, found.plan) <= problem.room_g).all()


def test_absent_candidates_are_never_chosen():
    problem = town(2, n=40, m=6, k=4)
    gone = problem.collector.copy()
    gone[:, 3:] = -1
    problem = replace(problem, collector=gone)
    found = assign(problem).plan
    assert set(found.collector.tolist()) <= {-1, 0, 1, 2}
    assert (problem.ways()[:, 3:] == NO_WAY).all()
