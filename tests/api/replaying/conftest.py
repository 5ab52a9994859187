"""Forty rows of the real file, ten of them spoiled, each in its own way."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.servers.basehttp import WSGIRequestHandler

from api.replaying import mapping as mappings

DATA = Path(mappings.__file__).parent / "data"
REAL = DATA / "la311_waste_requests_2018.csv"
SHIPPED = DATA / "la311_2018.json"


@pytest.fixture(autouse=True)
def no_waiting_for_packets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django's small server writes head and body apart; Nagle would hold the second back for 40 ms each time."""
    monkeypatch.setattr(WSGIRequestHandler, "disable_nagle_algorithm", True)


@pytest.fixture(scope="session")
def real_rows() -> list[list[str]]:
    """The headings, then the 3,000 rows."""
    with REAL.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def as_csv(rows: list[list[str]], *, delimiter: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


@pytest.fixture
def document() -> Callable[..., dict[str, Any]]:
    """The shipped mapping as plain JSON, with changes at the top."""
    return lambda **changes: json.loads(SHIPPED.read_text()) | changes


@pytest.fixture
def read(document: Callable[..., dict[str, Any]]) -> Callable[..., mappings.Mapping]:
    """The shipped mapping, with changes; it must be without defects."""
    def read(**changes: Any) -> mappings.Mapping:
        defects: list[str] = []
        found = mappings.mapping_of(document(**changes), defects)
        assert found is not None, defects
        return found

    return read


#: What is done to ten copies of good rows, and the code each is refused with. None: the row is real and bad as it is.
SPOILED: dict[str, dict[str, str]] = {
    "date_invalid": {"CreatedDate": "01/01/2018 13:00:09 PM"},
    "coordinates_invalid": {"Latitude": "34,06"},
    "coordinates_swapped": {"Latitude": "-118.294017712", "Longitude": "34.0676390557"},
    "coordinates_out_of_bounds": {"Latitude": "0.0", "Longitude": "0.0"},
    "id_missing": {"SRNumber": ""},
}


@pytest.fixture
def forty(real_rows: list[list[str]]) -> list[list[str]]:
    """Headings and 40 rows: 24 good ones, and 16 of ten kinds that are refused."""
    header, rows = real_rows[0], real_rows[1:]
    of = {name: header.index(name) for name in header}

    def such(count: int, **having: str) -> list[list[str]]:
        return [row for row in rows if all(row[of[name]] == value for name, value in having.items())][:count]

    metal = {"RequestType": "Metal/Household Appliances"}
    good = such(30, **metal, Status="Closed")
    assert all(row[of["Latitude"]] for row in good)
    good, spare = good[:24], good[24:]
    bad = [[changes.get(name, row[of[name]]) for name in header]
           for row, changes in zip(spare, SPOILED.values(), strict=False)]
    bad += [row for row in rows if row[of["RequestType"]] == metal["RequestType"] and not row[of["Latitude"]]]
    bad += such(2, RequestType="Bulky Items", Status="Closed") + such(1, RequestType="Electronic Waste", Status="Closed")
    bad += such(1, RequestType="Illegal Dumping Pickup", Status="Closed") + such(2, Status="Cancelled")
    bad += [good[0], good[1], [*good[2], "one too many"], good[3][:-1]]
    assert len(good) + len(bad) == 40
    mixed = [row for pair in zip(good, bad, strict=False) for row in pair] + good[len(bad):]
    return [header, *mixed]


@pytest.fixture
def forty_csv(forty: list[list[str]]) -> bytes:
    return as_csv(forty)
