"""Ranking and verdicts on plain numbers."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from collection.dispatch.matching import RULES, Candidate, Need, choose_recycler, verdicts

NEED = Need(category="polymer", region="750000000", mass_g=2_000_000, day=date(2026, 3, 2))
FIT = {
    "kind": "collection", "state": "active", "suspended": False, "valid_from": date(2026, 1, 1),
    "valid_until": date(2027, 1, 1), "quota_g": 10_000_000, "quota_used_g": 8_000_000, "cap_tiyn": None,
    "cap_used_tiyn": 0, "serves_region": True, "own": False, "asked": False,
}


def failing(**changes):
    return [rule for rule, holds in verdicts(FIT | changes, NEED).items() if not holds]


def test_who_fits_fits_by_every_rule():
    assert failing() == []
    assert tuple(verdicts(FIT, NEED)) == RULES


@pytest.mark.parametrize(("changes", "rule"), [
    ({"kind": "recycling"}, "kind"), ({"state": "suspended"}, "state"), ({"suspended": True}, "state"),
    ({"valid_from": date(2026, 3, 3)}, "validity"), ({"valid_until": date(2026, 3, 2)}, "validity"),
    ({"quota_g": None}, "category"), ({"serves_region": False}, "region"),
    ({"quota_used_g": 8_000_001}, "quota"), ({"cap_tiyn": 100, "cap_used_tiyn": 100}, "cap"),
    ({"own": True}, "not_own"), ({"asked": True}, "not_asked_before"),
])
def test_each_rule_fails_alone(changes, rule):
    assert failing(**changes) == [rule]


def test_the_last_day_the_last_gram_and_the_last_tiyn_still_count():
    assert failing(valid_from=NEED.day, valid_until=date(2026, 3, 3), cap_tiyn=100, cap_used_tiyn=99) == []


def test_its_own_plant_first_else_the_nearest():
    one, two = (Candidate(UUID(int=n), UUID(int=n), n) for n in (1, 2))
    plants = [Candidate(UUID(int=9), UUID(int=9), 5), Candidate(two.contract_id, two.organisation_id, 50)]
    assert choose_recycler(one, plants) is plants[0]
    assert choose_recycler(two, plants) is plants[1]
    assert choose_recycler(one, []) is None
