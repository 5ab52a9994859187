"""The harness itself: what it prints, what it refuses, what it may not touch."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from collection.demo import filler, inserting
from collection.kernel.db import transaction
from tests.benches import baseline
from tests.benches.measure import Sample, figure, interleaved
from tests.benches.web import Loaded, request


def test_a_figure_is_one_line_of_json(capsys: Any) -> None:
    figure("submit", Sample((100.0, 90.0, 110.04)), "requests/s", Sample((1000.0, 999.0, 1001.0)))
    figure("alone", 3, "pages")
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == {"figure": "submit", "value": 100.0, "unit": "requests/s", "baseline": 1000.0, "ratio": 0.1,
                     "range": [90.0, 110.0], "rounds": 3, "baseline_range": [999.0, 1001.0]}
    assert second == {"figure": "alone", "value": 3.0, "unit": "pages", "baseline": None, "ratio": None}


def test_cases_take_turns_and_the_first_round_does_not_count() -> None:
    seen: list[str] = []
    found = interleaved({name: lambda name=name: seen.append(name) or float(len(seen)) for name in "ab"}, rounds=2)
    assert seen == ["a", "b"] * 3
    assert found == {"a": Sample((3.0, 5.0)), "b": Sample((4.0, 6.0))}


def test_requests_and_percentiles() -> None:
    raw = request("POST", "/x", token="t", body=b"{}", Idempotency_Key="k")
    assert raw.startswith(b"POST /x HTTP/1.1\r\n") and raw.endswith(b"\r\n\r\n{}") and b"Idempotency-Key: k\r\n" in raw
    loaded = Loaded(1.0, tuple(map(float, range(100))), None)  # type: ignore[arg-type]
    assert (loaded.percentile(0.5), loaded.percentile(0.99), loaded.percentile(1.0)) == (50.0, 99.0, 99.0)


def test_values_hold_nothing_that_pgbench_would_replace() -> None:
    assert baseline.value("12:30 'it'", "text", {}) == "CAST(E'12\\u003A30 ''it''' AS text)"
    assert baseline.value("id", "uuid", {"id": "one.pickup_id"}) == "one.pickup_id"
    assert baseline.value(None, "int", {}) == "CAST(NULL AS int)"


@pytest.mark.django_db
def test_the_filler_refuses_a_real_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inserting, "ALLOWED", ("house_bench",))  # so the test database is none
    for fill in (lambda: filler.programme("x"), lambda: filler.contracts(UUID(int=0), collecting=1)):
        with pytest.raises(inserting.NotABenchDatabase), transaction():
            fill()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["text", "jsonb", "bytea", "timestamptz", "boolean"])
def test_every_kind_of_value_survives_the_copy(kind: str) -> None:
    from collection.kernel.db import rows

    text = {"text": "a:b \\ 'c' ә", "jsonb": '{"a": "b:c", "d": [1, "\\\\"]}', "bytea": "\\x00ff3a",
            "timestamptz": "2026-03-02 04:05:06.789+00", "boolean": "true"}[kind]
    made = rows(f"SELECT CAST({baseline.value(text, kind, {})} AS text) AS made")[0]["made"]
    assert made == rows(f"SELECT CAST(CAST(%s AS {kind}) AS text) AS plain", [text])[0]["plain"]
