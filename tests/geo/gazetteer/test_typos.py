from __future__ import annotations

import pytest

from geo.gazetteer.typos import deletions, is_typo


@pytest.mark.parametrize("slip", ["karaganda", "karagand", "kraganda", "kargaanda", "karagamda", "karagandaa", "xkaraganda"])
def test_one_slip(slip):
    assert is_typo(slip, "karaganda") is (slip != "karaganda")


@pytest.mark.parametrize(("one", "other"), [
    ("karaganda", "karagnad"), ("karaganda", "kraagnda"), ("abai", "aba"), ("aidos1", "aidos2"), ("alma", "almaz"),
    ("novoe", "novi"), ("", "a"),
])
def test_more_than_one_or_too_short(one, other):
    assert not is_typo(one, other)


def test_slips_meet_in_what_is_left_without_a_letter():
    for slip in ("karagand", "kraganda", "kargaanda", "karagamda", "karagandaa"):
        assert {slip, *deletions(slip)} & {"karaganda", *deletions("karaganda")}
