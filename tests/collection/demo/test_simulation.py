"""The simulation: the same demand and people for every policy, the house's own rows afterwards, and honest measures."""

from __future__ import annotations

import json
import os
from datetime import timedelta

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from collection.demo.plan import Town
from collection.demo.simulation import world as worlds
from collection.demo.simulation.bounds import split_bound, unsplit_bound
from collection.demo.simulation.run import simulate
from collection.dispatch.assignment import assign
from collection.pickups.models import Pickup
from tests import database
from tests.collection.dispatch.test_assignment import T, on_a_line, the_best, town
from tests.races import invariants

TOWNS = [Town("A", 76.9, 43.25, "750000000", 2_000_000), Town("B", 77.2, 43.3, "190000000", 50_000)]


def world(seed=1, **more):
    return worlds.make_world(**{"seed": seed, "requests": 90, "contracts": 26, "load": 0.85, "towns": TOWNS,
                                "neighbours": ["750000000", "190000000"]} | more)


def test_a_world_is_its_seed():
    assert world() == world() != world(seed=2)
    asked = world().requests
    assert len(asked) == 90 and [one.at for one in asked] == sorted(one.at for one in asked)
    assert all(one.at < one.window_from < one.window_to for one in asked)
    assert all(one.mass_g % 10_000 == 0 and 100_000 <= one.mass_g <= 40 * T for one in asked)


def test_quotas_hold_the_load_asked_for():
    made = world(requests=3000)
    for category in {one.category for one in made.requests}:
        asked = sum(one.mass_g for one in made.requests if one.category == category)
        held = sum(quotas.get(category, 0) for n, quotas in made.quotas.items() if made.contracts[n].kind != "recycling")
        assert asked / held == pytest.approx(0.85, rel=0.02)


def test_people_answer_alike_whatever_happened_before():
    answers = [worlds.answer(1, contract, request) for contract in range(30) for request in range(100)]
    assert answers == [worlds.answer(1, contract, request) for contract in range(30) for request in range(100)]
    heard = [one for one in answers if one.after is not None]
    assert len(heard) / len(answers) == pytest.approx(0.70, abs=0.05)
    assert sum(one.yes for one in heard) / len(heard) == pytest.approx(0.88, abs=0.02)
    assert np.median([one.after / timedelta(minutes=1) for one in heard]) == pytest.approx(7, abs=0.5)


def test_gini():
    assert worlds.gini([1, 1, 1, 1]) == 0 and worlds.gini([]) == 0
    assert worlds.gini([0, 0, 0, 1]) == pytest.approx(0.75)
    assert worlds.gini([1, 3]) == pytest.approx(0.25)


def test_bounds_lie_below_the_optimum_and_the_exact_one_reaches_it():
    for seed in range(4):
        problem = town(seed, n=5, m=3, k=2)
        best = the_best(problem)
        split, whole = split_bound(problem), unsplit_bound(problem, assign(problem).plan)
        assert split <= best * (1 + 1e-9) and whole == pytest.approx(best, rel=1e-6)
        assert split <= whole * (1 + 1e-9)


def test_the_split_bound_is_the_split_optimum():
    # two loads of 2 t, two bases of 3 t: whole loads take one each; divided, half of one comes along with the other
    problem = on_a_line([10, 10], [10, 110], [10], quotas=[3 * T, 3 * T], rooms=[9 * T], masses=[2 * T, 2 * T])
    assert split_bound(problem) == pytest.approx(1 * 200, rel=1e-5)
    assert unsplit_bound(problem, assign(problem).plan) == pytest.approx(2 * 200)


@pytest.mark.django_db
@pytest.mark.parametrize("policy", ["nearest", "waves", "rolling"])
def test_a_small_run_of_each_policy(reference, policy):
    found = simulate(policy=policy, requests=24, contracts=26, load=0.6, seed=3)
    assert found["served_g"] + found["unserved_g"] == sum(Pickup.objects.values_list("declared_g", flat=True))
    assert 1 <= found["ratio_to_unsplit_bound"] <= found["ratio_to_split_bound"]
    assert found["unsplit_bound"] <= found["clairvoyant_plan"] + 0.1 <= found["cost"] + 0.2
    assert 0 <= found["dispatched_10_min"] <= found["dispatched_60_min"] <= found["dispatched_240_min"] <= 1
    assert found["offers_per_job"] >= 1 and 0 <= found["gini"] < 1
    assert (found["reoptimisations"] > 0) == (policy == "rolling")
    assert not Pickup.objects.filter(state__in=("submitted", "offered", "unserved")).exists()
    invariants.hold()


@pytest.mark.django_db
def test_the_same_run_twice(reference):
    ends = []
    for _ in range(2):
        before = transaction.savepoint()
        ends.append(simulate(policy="rolling", requests=16, contracts=26, load=0.85, seed=5))
        transaction.savepoint_rollback(before)
    assert ends[0] == ends[1]


@pytest.mark.django_db(transaction=True)
def test_the_command_leaves_nothing_behind(reference, capsys):
    call_command("simulate_dispatch", "--policy", "waves", "--requests", "5", "--contracts", "13", "--seed", "2")
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["requests"] == 5 and found["penalty_per_tonne"] > 0
    assert Pickup.objects.count() == 0
    with database.admin() as server:
        assert not database.exists(server, f"house_simulation_{os.getpid()}")


def test_impossible_wishes_are_refused():
    for wish in (("--requests", "0"), ("--contracts", "1"), ("--load", "0")):
        with pytest.raises(CommandError):
            call_command("simulate_dispatch", *wish)
