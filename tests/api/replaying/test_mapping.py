"""The mapping is right as a whole or refused as a whole: every defect at its pointer, in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.replaying.mapping import Unusable, mapping_of, read_mapping
from tests.api.replaying.conftest import DATA


def defects_of(document: object) -> list[str]:
    defects: list[str] = []
    assert mapping_of(document, defects) is None
    return defects


def test_the_shipped_mappings_are_read(read):
    mapping = read_mapping(DATA / "la311_2018.json")
    assert mapping == read()
    assert mapping.columns["id"] == "SRNumber" and "mass" not in mapping.columns
    assert {value: choice.category for value, choice in mapping.categories.items()} == {
        "Metal/Household Appliances": "metal", "Electronic Waste": None, "Bulky Items": None,
        "Illegal Dumping Pickup": None}
    assert all(choice.why for choice in mapping.categories.values())
    load = read_mapping(DATA / "la311_2018_load.json")
    assert all(choice.category for choice in load.categories.values()) and load.name != mapping.name


def test_left_out_is_filled_in(read, document):
    minimal = {name: document()[name] for name in ("name", "programme", "columns", "dates", "categories")}
    defects: list[str] = []
    mapping = mapping_of(minimal, defects)
    assert mapping and not defects
    assert (mapping.origin, mapping.encoding, mapping.window_hours, mapping.area_name, mapping.refuse) == (
        "own_premises", "utf-8", 24, "{area}", ())
    assert mapping.transform.move((76.95, 43.35)) == (76.95, 43.35)


@pytest.mark.parametrize(("change", "told"), [
    ({"colums": {}}, "/colums: is unknown here (did you mean columns?); known: name, programme, columns, "),
    ({"columns": {"id": "A"}}, "/columns/category: is missing"),
    ({"columns": "A"}, "/columns: must be an object"),
    ({"name": "LA 311"}, "/name: 'LA 311' must be small letters, digits, dots and hyphens"),
    ({"origin": "foreign"}, "/origin: must be one of own_premises, "),
    ({"window_hours": 1.5}, "/window_hours: must be a whole number from 1 to 336"),
    ({"window_hours": True}, "/window_hours: must be a whole number from 1 to 336"),
    ({"mass_unit": "lb"}, "/mass_unit: must be one of g, kg, t"),
    ({"csv": {"encoding": "klingon"}}, "/csv/encoding: 'klingon' is no encoding, like utf-8"),
    ({"csv": {"delimiter": "/"}}, "/csv/delimiter: must be one of "),
    ({"categories": {}}, "/categories: must be an object with at least one entry"),
    ({"categories": {"A/B": {"category": "Metal"}}}, "/categories/A~1B/category: 'Metal' must be a category's code"),
    ({"categories": {"A": {"category": "metal"}}}, "/categories/A/assumed_g: is needed: the file has no mass"),
    ({"categories": {"A": {"category": "metal", "assumed_g": 40_000_001}}},
     "/categories/A/assumed_g: must be a whole number from 1 to 40,000,000"),
    ({"categories": {"A": {"category": "metal", "assumed_g": 1, "waste_code": "2001"}}}, "/categories/A/waste_code: '2001' "),
    ({"generators": {"name": "All"}}, "/generators/name: must contain {area}, and no other braces"),
    ({"generators": {"name": "{area} {0}"}}, "/generators/name: must contain {area}, and no other braces"),
    ({"refuse": [{"column": "Status", "values": [], "code": "x", "why": "y"}]}, "/refuse/0/values: must be a list of one"),
    ({"transform": {"affine": [1, 0, 0, 1, 0]}}, "/transform/affine: must be a list of 6 items"),
    ({"transform": {"affine": [1, 0, 0, 1, 0, "0"]}}, "/transform/affine/5: must be a number"),
    ({"transform": {"from_srid": 990_001}}, "/transform/from_srid: unknown SRID 990001"),
    ({"transform": {"bounds": [1, 1, 0, 2]}}, "/transform/bounds: is [min x, min y, max x, max y]"),
    ({"transform": {"anchor": {"there": [34.1, -118.4], "here": [76.9, 43.3]}}},
     "/transform/anchor/there: is [longitude, latitude]; the latitude must be between -90 and 90"),
    ({"transform": {"affine": [1, 0, 0, 1, 0, 0], "anchor": {"there": [0, 0], "here": [76.9, 43.3]}}},
     "/transform: takes an anchor or an affine matrix, not both"),
])
def test_a_defect_is_told_at_its_pointer(document, change, told):
    assert any(one.startswith(told) for one in defects_of(document(**change))), defects_of(document(**change))


@pytest.mark.parametrize(("change", "told"), [
    ({"formats": ["%m/%d/%Y %I:%M:%S"]}, "/dates/formats/0: '%m/%d/%Y %I:%M:%S' is no date format"),  # loses the afternoon
    ({"formats": ["MM/DD/YYYY"]}, "/dates/formats/0: 'MM/DD/YYYY' is no date format"),
    ({"formats": ["%H:%M"]}, "/dates/formats/0: '%H:%M' is no date format"),
    ({"formats": []}, "/dates/formats: must be a list of one or more items"),
    ({"timezone": "Los Angeles"}, "/dates/timezone: 'Los Angeles' is no time zone"),
    ({"timezone": "../etc/passwd"}, "/dates/timezone: '../etc/passwd' is no time zone"),
    ({"mode": "shfit"}, "/dates/mode: must be one of keep, shift (did you mean shift?)"),
    ({"start": "03/02/2026"}, "/dates/start: '03/02/2026' is no date"),
])
def test_dates_that_would_be_misread(document, change, told):
    assert [one[:len(told)] for one in defects_of(document(dates=document()["dates"] | change))] == [told]


def test_all_defects_are_told_at_once(document):
    told = defects_of(document(name="", window_hours=0, csv={"delimiter": ":", "quote": "'"}))
    assert [one.split(":")[0] for one in told] == ["/name", "/csv/quote", "/csv/delimiter", "/window_hours"]


@pytest.mark.parametrize(("content", "told"), [
    (b'{"name": "a", "name": "b"}', "duplicate_key"), (b"{", "not_json"), (b"[]", "not_an_object"),
    (b'{"name": NaN}', "not_a_number"), (b"\xff", "not_utf8"),
])
def test_a_file_that_is_no_strict_json(tmp_path: Path, content, told):
    path = tmp_path / "mapping.json"
    path.write_bytes(content)
    with pytest.raises(Unusable) as error:
        read_mapping(path)
    assert error.value.defects[0].startswith(f"is not strict JSON: {told}")


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(Unusable, match="cannot be read"):
        read_mapping(tmp_path / "none.json")


def test_the_manual_shows_a_mapping_that_works():
    manual = (Path(__file__).resolve().parents[3] / "docs" / "replaying-requests.md").read_text(encoding="utf-8")
    example = json.loads(manual.split("```json\n")[1].split("```")[0])
    defects: list[str] = []
    assert mapping_of(example, defects), defects
