"""From a line of a file to a request, or to a reason: worked examples, and all that CSV does to people."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from api.replaying.mapping import Unusable
from api.replaying.rows import Refused, Wanted, read_rows
from tests.api.replaying.conftest import REAL, as_csv

START = date(2026, 3, 2)
HEADER = ["SRNumber", "CreatedDate", "RequestType", "Status", "ServiceDate", "Latitude", "Longitude", "NCName"]
ROW = ["1-870704361", "01/01/2018 12:08:27 AM", "Metal/Household Appliances", "Closed", "01/02/2018 12:00:00 AM",
       "34.0144994243", "-118.345968878", "WEST AREA"]


def rows(read, *changes, header=HEADER, delimiter=",", encoding="utf-8", bom=b"", **mapping):
    """What the mapping makes of ROW with each of these changes."""
    lines = [[(one | {"SRNumber": one.get("SRNumber", f"id-{n}")}).get(name, cell)
              for name, cell in zip(HEADER, ROW, strict=True)] for n, one in enumerate(changes)]
    data = bom + as_csv([header, *lines], delimiter=delimiter).decode().encode(encoding)
    return read_rows(data, read(**mapping), start=START)


def codes(read, *changes, **mapping):
    return [one.code if isinstance(one, Refused) else "sent" for one in rows(read, *changes, **mapping)]


def test_a_row_of_the_real_file(read):
    """Half past midnight in Los Angeles is half past midnight on the start day in Almaty, five hours ahead of UTC."""
    (row,) = rows(read, {"SRNumber": ROW[0]})
    assert row == Wanted(
        line=2, id="1-870704361", area="Synthetic LA311: WEST AREA", longitude=76.982, latitude=43.267,
        category="metal", waste_code="200140", declared_g=49_000, mass_assumed=True,
        requested_at=datetime(2026, 3, 1, 19, 8, 27, tzinfo=UTC), window_from=datetime(2026, 3, 2, 19, tzinfo=UTC),
        window_to=datetime(2026, 3, 3, 19, tzinfo=UTC))


def test_all_three_thousand_rows_are_accounted_for(read):
    found = read_rows(REAL.read_bytes(), read(), start=START)
    assert Counter(one.code if isinstance(one, Refused) else "sent" for one in found) == {
        "sent": 738, "category_unmapped": 2_223, "cancelled_in_source": 38, "coordinates_missing": 1}
    assert [one.line for one in found] == list(range(2, 3_002))
    sent = [one for one in found if isinstance(one, Wanted)]
    assert min(one.requested_at for one in sent) >= datetime(2026, 3, 1, 19, tzinfo=UTC)
    assert all(one.window_to - one.window_from == timedelta(hours=24) for one in sent)


def test_gaps_stay_as_they_are_when_dates_are_shifted(read):
    """The earliest row, wherever it stands, comes to the start; the one three days and an hour later stays so."""
    late, early = rows(read, {"CreatedDate": "01/04/2018 01:00:00 PM", "ServiceDate": ""},
                       {"CreatedDate": "01/01/2018 12:00:00 PM", "ServiceDate": ""})
    assert early.requested_at == early.window_from == datetime(2026, 3, 2, 7, tzinfo=UTC)
    assert late.requested_at - early.requested_at == timedelta(days=3, hours=1)
    dates = {"formats": ["%m/%d/%Y %I:%M:%S %p"], "timezone": "America/Los_Angeles", "mode": "shift", "start": "2027-01-01"}
    (row,) = rows(read, {}, dates=dates)
    assert row.requested_at == datetime(2026, 12, 31, 19, 8, 27, tzinfo=UTC)  # the mapping's own day goes first


def test_dates_that_are_kept_are_read_in_their_own_zone(read):
    dates = {"formats": ["iso", "%m/%d/%Y %I:%M:%S %p"], "timezone": "America/Los_Angeles", "mode": "keep"}
    winter, summer, offset = rows(
        read, {}, {"CreatedDate": "2018-07-01T12:00:00.000"}, {"CreatedDate": "2018-07-01T12:00:00+02:00"}, dates=dates)
    assert winter.requested_at == datetime(2018, 1, 1, 8, 8, 27, tzinfo=UTC)
    assert summer.requested_at == datetime(2018, 7, 1, 19, tzinfo=UTC)  # daylight saving time
    assert offset.requested_at == datetime(2018, 7, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(("change", "code"), [
    ({"CreatedDate": "01/01/2018 13:00:00 PM"}, "date_invalid"), ({"CreatedDate": "02/30/2018 01:00:00 PM"}, "date_invalid"),
    ({"CreatedDate": ""}, "date_invalid"), ({"CreatedDate": "01/01/1918 01:00:00 PM"}, "date_invalid"),
    ({"ServiceDate": "tomorrow"}, "date_invalid"), ({"ServiceDate": ""}, "sent"),
    ({"Latitude": ""}, "coordinates_missing"), ({"Longitude": ""}, "coordinates_missing"),
    ({"Latitude": "34,01"}, "coordinates_invalid"), ({"Latitude": "NaN"}, "coordinates_invalid"),
    ({"Latitude": "1e999"}, "coordinates_out_of_bounds"), ({"Latitude": "٣٤"}, "coordinates_invalid"),
    ({"Latitude": "0", "Longitude": "0"}, "coordinates_out_of_bounds"),
    ({"Latitude": ROW[6], "Longitude": ROW[5]}, "coordinates_swapped"),
    ({"RequestType": "Bulky Items"}, "category_unmapped"), ({"RequestType": "Graffiti"}, "category_unmapped"),
    ({"RequestType": ""}, "category_unmapped"), ({"Status": "Cancelled"}, "cancelled_in_source"),
    ({"SRNumber": ""}, "id_missing"), ({"SRNumber": "  "}, "id_missing"),
])
def test_one_wrong_cell_is_one_reason(read, change, code):
    assert codes(read, change) == [code]


def test_why_says_what_was_there(read):
    found = rows(read, {"RequestType": "Graffiti"}, {"RequestType": "Bulky Items"}, {"Latitude": "x"}, {"SRNumber": "id-0"})
    assert [one.why for one in found] == [
        "Graffiti: the mapping does not name this value",
        "Bulky Items: furniture and mattresses (20 03 07) are in none of the nine payment categories",
        "-118.345968878, x are no numbers", "line 2 has the same SRNumber"]


def test_the_second_of_two_with_one_id_is_refused_even_if_the_first_was(read):
    assert codes(read, {"SRNumber": "a", "Status": "Cancelled"}, {"SRNumber": "a"}, {"SRNumber": "b"}) == [
        "cancelled_in_source", "duplicate_id", "sent"]


@pytest.mark.parametrize(("cell", "grams", "assumed"), [
    ("1.5", 1_500, False), ("0.001", 1, False), ("40000", 40_000_000, False), ("", 49_000, True)])
def test_a_mass_of_the_file_is_exact_and_not_assumed(read, document, cell, grams, assumed):
    (row,) = rows(read, {"NCName": cell}, columns=document()["columns"] | {"mass": "NCName", "area": "Status"})
    assert (row.declared_g, row.mass_assumed) == (grams, assumed)


@pytest.mark.parametrize("cell", ["0", "-1", "1,5", "1e3", "0.0005", "40000.001", "x", "NaN", "9" * 13])
def test_a_mass_that_is_none(read, document, cell):
    assert codes(read, {"NCName": cell}, columns=document()["columns"] | {"mass": "NCName"}) == ["mass_invalid"]


def test_rows_without_an_area_belong_to_their_grid_cell(read):
    near, far = rows(read, {"NCName": ""}, {"NCName": "", "Latitude": "34.2"})
    assert near.area.startswith("Synthetic LA311: 43.") and near.area != far.area


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_delimiter_and_a_byte_order_mark(read, delimiter):
    assert isinstance(rows(read, {}, delimiter=delimiter, bom=b"\xef\xbb\xbf")[0], Wanted)


def test_windows_1251_when_the_mapping_says_so(read):
    (row,) = rows(read, {"NCName": "Қала".replace("Қ", "К")}, encoding="cp1251", csv={"encoding": "windows-1251"})
    assert row.area == "Synthetic LA311: Кала"
    with pytest.raises(Unusable) as error:
        rows(read, {"NCName": "Кала"}, encoding="cp1251")
    assert error.value.defects[0].startswith("is not utf-8 at line 2, byte ")


def test_quoted_newlines_count_as_lines_and_blank_lines_are_no_rows(read):
    body = as_csv([HEADER, ROW, ["b", *ROW[1:7], "EAST\nAREA"]]) + b"\n\n" + as_csv([["c", *ROW[1:]]])
    assert [(one.line, one.id) for one in read_rows(body, read(), start=START)] == [(2, ROW[0]), (3, "b"), (7, "c")]


def test_a_row_of_the_wrong_width_is_refused_alone(read):
    body = as_csv([HEADER, ROW[:-1], [*ROW, "more"], ["b", *ROW[1:]]])
    assert [getattr(one, "code", "sent") for one in read_rows(body, read(), start=START)] == [
        "wrong_width", "wrong_width", "sent"]


@pytest.mark.parametrize(("data", "told"), [
    (b"", "has no column 'CreatedDate'"),
    (as_csv([[*HEADER[:-1], "ncname"], ROW]), "has no column 'NCName' (is it 'ncname'?)"),
    (as_csv([[*HEADER, "Status"], [*ROW, ""]]), "has the column 'Status' twice"),
    (as_csv([HEADER, ROW]) + b'"open', "is no CSV from line 3 on: unexpected end of data"),
    (as_csv([HEADER, ROW]).decode().encode("utf-16"), "is not utf-8 at line 1, byte 0"),
])
def test_a_file_that_cannot_be_read_at_all_is_refused_at_all(read, data, told):
    with pytest.raises(Unusable) as error:
        read_rows(data, read(), start=START)
    assert error.value.defects[0].startswith(told), error.value.defects


def test_an_empty_table_is_no_row(read):
    assert read_rows(as_csv([HEADER]), read(), start=START) == []


def test_the_real_file_is_the_source_s(real_rows):
    assert len(real_rows) == 3_001
    assert Counter(row[4] for row in real_rows[1:]) == {
        "Metal/Household Appliances": 757, "Electronic Waste": 426, "Bulky Items": 1_506, "Illegal Dumping Pickup": 311}
    assert len(list(csv.reader(io.StringIO(REAL.read_text(encoding="utf-8"))))) == 3_001
