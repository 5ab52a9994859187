"""How far offers go and what ranks them, as data."""

from __future__ import annotations

import pytest

from collection.contracts import operations as contracts, queries
from collection.contracts.models import Programme
from collection.contracts.offering import (
    Reach,
    Weights,
    reaches,
    stored_weights,
    weights_of,
    wrong_weights,
    wrong_widening,
)
from collection.kernel.refusals import Unprocessable
from tests import cast

STEPS = [{"from_wave": 1, "radius_m": 50_000}, {"from_wave": 2, "radius_m": 200_000},
         {"from_wave": 4, "radius_m": 300_000, "neighbours": True}]


def test_a_wave_starts_at_its_step_and_may_go_on_to_the_wider_ones():
    assert [one.radius_m for one in reaches(STEPS, 1)] == [50_000, 200_000, 300_000]
    assert [one.radius_m for one in reaches(STEPS, 3)] == [200_000, 300_000]
    assert reaches(STEPS, 9) == [Reach(4, 300_000, neighbours=True)]
    assert reaches([], 3) == [Reach()]


def test_only_unusual_weights_are_stored():
    assert stored_weights({"empty": 1.0, "refusal_km": 55}) == {"refusal_km": 55}
    assert weights_of({"refusal_km": 55}) == Weights(refusal_km=55)


@pytest.mark.parametrize(("asked", "wrong"), [
    ({"refusal_km": -1}, "/refusal_km"), ({"prior_share": 1.1}, "/prior_share"), ({"prior_answers": 0}, "/prior_answers"),
    ({"luck": 1}, "/luck"), ({"empty": True}, "/empty"), ({"empty": "1"}, "/empty"),
])
def test_wrong_weights_are_named(asked, wrong):
    assert [pointer for pointer, _, _ in wrong_weights(asked)] == [wrong]


@pytest.mark.parametrize(("steps", "wrong"), [
    ([Reach(2)], "/0/from_wave"), ([Reach(1, 5_000), Reach(1)], "/1/from_wave"), ([Reach(1, 0)], "/0/radius_m"),
    ([Reach(1, None, neighbours=True)], "/0/radius_m"), ([Reach(1), Reach(101)], "/1/from_wave"),
])
def test_wrong_steps_are_named(steps, wrong):
    assert [pointer for pointer, _, _ in wrong_widening(steps)] == [wrong]


@pytest.mark.django_db
def test_a_programme_is_changed_and_says_so(reference):
    scene = cast.Scene()
    changed = contracts.change_programme(actor=scene.manager, at=scene.at, code=scene.code, version=1, changes={
        "weights": {"empty": 1.0, "fair_km": 0}, "widening": [Reach(1, 50_000), Reach(2, 90_000, neighbours=True)],
        "max_trips": 3, "holidays": [scene.at.date(), scene.at.date()], "unserved_alarm_g": None})
    assert (changed.weights["fair_km"], changed.weights["refusal_km"], changed.max_trips) == (0, 40, 3)
    assert changed.widening[1] == {"from_wave": 2, "radius_m": 90_000, "neighbours": True}
    assert (changed.holidays, changed.unserved_alarm_g, changed.version) == ([scene.at.date()], None, 2)
    assert Programme.objects.get(code=scene.code).weights == {"fair_km": 0}
    assert queries.programme_by_code(scene.code) == changed


@pytest.mark.django_db
def test_everything_wrong_is_said_at_once(reference):
    scene = cast.Scene()
    with pytest.raises(Unprocessable) as refusal:
        contracts.change_programme(actor=scene.manager, at=scene.at, code=scene.code, version=1, changes={
            "weights": {"fair_km": -1}, "widening": [Reach(3)], "max_trips": 0, "unserved_alarm_g": -1})
    assert {one.pointer for one in refusal.value.defects} == {
        "/weights/fair_km", "/widening/0/from_wave", "/max_trips", "/unserved_alarm_g"}
    assert Programme.objects.get(code=scene.code).version == 1
