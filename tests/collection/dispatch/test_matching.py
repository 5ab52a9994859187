"""Ranking and verdicts on plain numbers, as worked examples."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from collection.contracts.offering import Reach, Weights
from collection.dispatch.matching import (
    PLANT_RULES,
    RULES,
    Candidate,
    Need,
    acceptance,
    best_pair,
    elapsed_share,
    pair_of,
    plant_verdicts,
    rank,
    shortfall,
    trips_of,
    verdicts,
)

NEED = Need(category="polymer", region="750000000", mass_g=2_000_000, day=date(2026, 3, 2))
FIT = {
    "kind": "collection", "state": "active", "suspended": False, "valid_from": date(2026, 1, 1),
    "valid_until": date(2027, 1, 1), "quota_g": 10_000_000, "quota_used_g": 8_000_000, "cap_tiyn": None,
    "cap_used_tiyn": 0, "serves_region": True, "serves_neighbour": False, "own": False, "asked": False,
    "distance_m": 4_000, "payload_g": 5_000_000, "working_days": [1, 2, 3, 4, 5, 6],
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
    ({"own": True}, "not_own"), ({"asked": True}, "not_asked_before"), ({"payload_g": 199_999}, "vehicle"),
    ({"payload_g": 0}, "vehicle"), ({"working_days": [2, 3]}, "working_day"),
])
def test_each_rule_fails_alone(changes, rule):
    assert failing(**changes) == [rule]


def test_the_last_day_the_last_gram_and_the_last_tiyn_still_count():
    assert failing(valid_from=NEED.day, valid_until=date(2026, 3, 3), cap_tiyn=100, cap_used_tiyn=99) == []


def test_a_vehicle_that_carries_the_load_in_the_trips_allowed_is_enough():
    assert failing(payload_g=200_000) == []  # ten trips of 200 kg


def test_on_a_holiday_nobody_works():
    assert [rule for rule, holds in verdicts(FIT, replace(NEED, holiday=True)).items() if not holds] == ["working_day"]


def test_a_radius_binds_and_neighbours_are_asked_only_where_the_step_says_so():
    near, wide = replace(NEED, reach=Reach(1, 3_999)), replace(NEED, reach=Reach(1, 4_000, neighbours=True))
    next_door = FIT | {"serves_region": False, "serves_neighbour": True}
    assert [rule for rule, holds in verdicts(next_door, near).items() if not holds] == ["region", "radius"]
    assert all(verdicts(next_door, wide).values())


PLANT = FIT | {"kind": "recycling", "capacity_g": 3_000_000, "capacity_used_g": 1_000_000}


def test_a_plant_is_judged_by_its_own_rules():
    assert tuple(plant_verdicts(PLANT, NEED)) == PLANT_RULES
    for changes, rule in (({}, []), ({"capacity_used_g": 1_000_001}, ["capacity"]), ({"kind": "collection"}, ["kind"]),
                          ({"capacity_g": None, "capacity_used_g": 10**9}, []), ({"working_days": [6]}, ["working_day"])):
        assert [name for name, holds in plant_verdicts(PLANT | changes, NEED).items() if not holds] == rule


# --- the ranking: degrees of longitude on the equator are 111,195 m -----------------------------------------------------
DEGREE = 111_195
PLAIN = Weights(refusal_km=0, fair_km=0)


def one(number, longitude, **more):
    """A place on the equator, at so many degrees from the site at 0."""
    return Candidate(UUID(int=number), UUID(int=number), abs(round(longitude * DEGREE)), UUID(int=number),
                     (float(longitude), 0.0), **{"payload_g": 5_000_000} | more)


def test_the_way_home_counts_so_the_nearest_plant_is_not_always_the_cheapest():
    """Base 2 degrees east. Plant A 1 west: out 2, in 1, home 3, in all 6. Plant B 1.5 east: 2 + 1.5 + 0.5 = 4."""
    base, west, east = one(1, 2), one(2, -1), one(3, 1.5)
    cheap, dear = (pair_of(base, plant, 2_000_000, PLAIN) for plant in (east, west))
    assert (cheap.score_m, dear.score_m) == (round(4 * DEGREE, -1), round(6 * DEGREE, -1))
    assert best_pair(base, [west, east], 2_000_000, PLAIN).plant is east
    assert (cheap.empty_m, cheap.loaded_m) == (round(2.5 * DEGREE), round(1.5 * DEGREE))


def test_a_load_above_the_payload_goes_there_and_back_again():
    """12 t by a lorry of 5 t are three trips: the loaded leg three times, and twice empty back from the plant."""
    pair = pair_of(one(1, 2), one(2, 1), 12_000_000, PLAIN)
    assert pair.trips == 3
    assert (pair.loaded_m, pair.empty_m) == (3 * DEGREE, round((2 + 2 * 1 + 1) * DEGREE))
    assert [trips_of(12, payload) for payload in (12, 11, 5, 1, 0)] == [1, 2, 3, 12, None]
    assert pair_of(one(1, 2, payload_g=0), one(2, 1), 1, PLAIN) is None


def test_weights_are_of_empty_and_of_loaded_kilometres():
    base, west, east = one(1, 2), one(2, -1), one(3, 1.5)
    loaded_is_dear = Weights(empty=0, loaded=2, refusal_km=0, fair_km=0)
    assert best_pair(base, [west, east], 1, loaded_is_dear).plant is west
    assert best_pair(base, [west, east], 1, loaded_is_dear).score_m == 2 * DEGREE


def test_a_full_cycle_keeps_its_load_however_far_its_plant():
    both = one(1, 1)
    own = one(1, 9)
    assert best_pair(both, [one(2, 1), own], 1, PLAIN).plant is own
    assert best_pair(one(3, 1), [], 1, PLAIN) is None


@pytest.mark.parametrize(("answers", "expected"), [
    ((0, 0, 0), 0.6),  # never asked: the prior, 3 of 5
    ((5, 0, 0), 0.8), ((0, 5, 0), 0.3), ((5, 5, 0), 8 / 15),
    ((0, 0, 5), 0.2),  # a job given back counts twice
    ((30, 0, 0), 33 / 35),
])
def test_acceptance_is_smoothed_by_the_prior(answers, expected):
    accepted, refused, withdrawn = answers
    found = acceptance(one(1, 1, accepted=accepted, refused=refused, withdrawn=withdrawn), Weights())
    assert found == pytest.approx(expected)


def test_who_refuses_is_asked_later_but_distance_still_counts():
    """40 km of a certain refusal: 0.3 against 0.8 is worth 20 km, so 9 km nearer is not enough and 30 km nearer is."""
    weights, plant = Weights(fair_km=0), one(9, 0)
    willing = one(1, 0.30, accepted=5)
    for longitude, first in ((0.26, willing.contract_id), (0.02, UUID(int=2))):
        lazy = one(2, longitude, refused=5)
        assert rank([willing, lazy], [plant], mass_g=1, weights=weights)[0].collector.contract_id == first


def test_who_has_less_than_its_fair_share_is_lifted():
    """Half of 1,000 t should be half used by mid-term (the floor is half of that, 250 t): 100 t is a shortfall of 0.6."""
    behind = one(2, 0.2, quota_g=1_000, used_g=100, elapsed=0.5)
    served = one(1, 0.16, quota_g=1_000, used_g=250, elapsed=0.5)
    weights = Weights(refusal_km=0)
    assert shortfall(behind, weights) == pytest.approx(0.6)
    assert shortfall(served, weights) == 0
    pairs = rank([served, behind], [one(9, 0)], mass_g=1, weights=weights)
    assert [pair.collector for pair in pairs] == [behind, served]  # 12 km of lift against 8.9 km more of driving
    assert pairs[0].score_m == round(0.4 * DEGREE) - 12_000
    nothing_due = one(3, 1, quota_g=1_000, used_g=-5, elapsed=0.0)
    assert shortfall(nothing_due, weights) == 0


@pytest.mark.parametrize(("start", "end", "day", "share"), [
    (date(2026, 1, 1), date(2026, 1, 11), date(2026, 1, 6), 0.5), (date(2026, 1, 1), date(2026, 1, 11), date(2025, 1, 1), 0),
    (date(2026, 1, 1), date(2026, 1, 11), date(2027, 1, 1), 1), (date(2026, 1, 1), None, date(2026, 3, 15), 0.2),
    (date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 1), 1),
])
def test_how_much_of_a_contract_is_over(start, end, day, share):
    assert elapsed_share(start, end, day) == pytest.approx(share)


def test_equal_scores_go_by_distance_and_then_by_id():
    twins = [one(number, 1) for number in (3, 1, 2)]
    found = rank(twins, [one(9, 0)], mass_g=1)
    assert [pair.collector.contract_id.int for pair in found] == [1, 2, 3]
    assert rank([], [one(9, 0)], mass_g=1) == [] == rank(twins, [], mass_g=1)
