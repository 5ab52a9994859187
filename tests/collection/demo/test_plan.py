"""The plan lands on the published figures with any seed, without a row that balances them."""

from __future__ import annotations

from collections import Counter

import pytest

from collection.demo import assumptions as assume
from collection.demo.plan import Plan, apportion, months
from collection.demo.replay import read_plan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def test_apportioned_parts_add_up() -> None:
    assert apportion(10, [1, 1, 1]) == [4, 3, 3]
    assert sum(apportion(2_618_000_001, [0.1, 3.7, 2.2, 9.9])) == 2_618_000_001


@pytest.mark.parametrize("seed", [7, 8, 99, 12345])
def test_any_seed_lands_on_what_is_published(seed: int) -> None:
    plan = read_plan(seed)
    assert Counter(one.kind for one in plan.contracts) == {"collection": 46, "recycling": 18, "full_cycle": 10}
    assert len(plan.generators) == 1_725
    assert len(plan.applications) == 739
    assert sum(one.declared_g for one in plan.applications) == 2_618_000_000
    assert recycled_g(plan, 2024) == 10_300_000_000
    assert recycled_g(plan, 2025) == 19_100_000_000


def test_another_seed_is_another_programme() -> None:
    assert read_plan(7) == read_plan(7)
    assert read_plan(7).loads != read_plan(8).loads


def test_the_plan_can_be_carried_out() -> None:
    plan = read_plan(7)
    assert all(0 < load.net_g <= 40 * assume.T and load.accepted_g <= load.net_g for load in plan.loads)
    assert {load.category for load in plan.loads} == set(assume.CATEGORIES)
    for load in plan.loads:
        assert load.category in plan.contracts[load.collector].categories
        assert load.category in plan.contracts[load.recycler].categories
        assert plan.contracts[load.recycler].kind != "collection"
    enrolled = {one.index: one.enrolled_on for one in plan.generators}
    late = [one for one in plan.applications if enrolled[one.generator] >= one.on]
    assert len(late) <= 5  # the first days, before anybody has enrolled
    assert months()[0].isoformat() == "2024-01-01"
    assert months()[-1].isoformat() == "2025-08-01"


def recycled_g(plan: Plan, year: int) -> int:
    """Everything accepted is processed in the month it was brought, so the year's loads are the year's tonnes."""
    return sum(load.accepted_g for load in plan.loads if load.on.year == year) + sum(
        one.accepted_g for one in plan.applications if one.fate == "fulfilled" and one.on.year == year)
