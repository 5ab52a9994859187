"""Questions to lists, B56-B58: every filter of every route that reads any, as a caller with the right would ask."""

from __future__ import annotations

import pytest
from rest_framework import serializers

from api.http.fields import Text
from tests.bad_inputs.doors import doors, slots
from tests.bad_inputs.forms import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(phones, unwritten):
    """`asked(door, question)`: what a GET of that route says to it, pointer -> code."""
    def asked(door, question: str) -> dict[str, str]:
        return refused(phones(door.role).get(f"{door.path}?{question}"), 400)

    with unwritten():
        yield asked


def lists() -> list:
    return [door for door in doors(reading="queries") if door.method == "GET"]


@pytest.mark.parametrize(("value", "code"), [
    ("-1", "too_small"), ("0", "too_small"), ("NaN", "not_an_integer"), ("1000000000", "too_large"), ("", "not_an_integer"),
    ("1e2", "not_an_integer"), ("%2B5", "not_an_integer"), ("٣", "not_an_integer"),
])
def test_b56_how_many(asked, value, code):
    found = [slot for slot in slots(serializers.Field, reading="queries", ending="limit") if slot.door.method == "GET"]
    assert len(found) > 10
    for slot in found:
        assert asked(slot.door, f"limit={value}")["/limit"] == code, slot


@pytest.mark.parametrize("value", ["yesterday", "NaN", "", "1e999", "a%00b"])
def test_b57_values_that_are_none(asked, value):
    """Whatever is no text says so of a value that is none of its kind: dates, ids, numbers, choices, yes or no."""
    found = [slot for slot in slots(serializers.Field, reading="queries")
             if slot.door.method == "GET" and not isinstance(slot.field, Text)]
    assert len(found) > 40
    for slot in found:
        assert slot.pointer in asked(slot.door, f"{slot.steps[0]}={value}"), slot


def test_b58_filters_nobody_offers(asked):
    for door in lists():
        named = asked(door, "sort=password&state__in=offered&created_by__phone__startswith=%2B7")
        assert {pointer for pointer, code in named.items() if code == "unknown_field"} == {
            "/sort", "/state__in", "/created_by__phone__startswith"}, door
        assert asked(door, "&".join(f"f{n}=1" for n in range(200))), door
