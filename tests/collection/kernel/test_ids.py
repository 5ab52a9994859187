"""Ids sort by time, and within a moment by the order of making."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

from collection.kernel.ids import uuid7

AT = datetime(2026, 3, 10, 12, 0, 0, 123_000, UTC)


def test_a_uuid_of_version_7_says_its_millisecond():
    one = uuid7(AT)
    assert (one.version, one.variant, one.int >> 80) == (7, RFC_4122, 1_773_144_000_123)


def test_ids_of_one_moment_rise_and_the_next_moment_s_are_higher_still():
    made = [uuid7(AT) for _ in range(10_000)]
    assert made == sorted(made) and len(set(made)) == 10_000
    assert uuid7(AT + timedelta(milliseconds=1)) > made[-1] > uuid7(AT - timedelta(milliseconds=1))


def test_the_next_id_cannot_be_guessed():
    steps = {after.int - before.int for before, after in zip(*[iter(uuid7(AT) for _ in range(2_000))] * 2, strict=True)}
    assert len(steps) == 1_000
