"""The file, row by row: a request to send, or a refusal with its reason. Reads no clock and speaks to nobody."""

from __future__ import annotations

import csv
import difflib
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from collection.kernel.calendar import ALMATY
from collection.kernel.mass import ROAD_LIMIT_G

from .mapping import ISO, UNITS, Dates, Mapping, Unusable
from .places import Point, cell

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
MASS = re.compile(r"\d{1,12}(?:\.\d{1,6})?", re.ASCII)
DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row that may be sent. Degrees WGS 84, already moved here and rounded; `line` is the row's first, from 1."""

    line: int
    id: str
    area: str
    longitude: float
    latitude: float
    category: str
    waste_code: str | None
    declared_g: int
    mass_assumed: bool
    requested_at: datetime
    window_from: datetime
    window_to: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    line: int
    id: str
    code: str
    why: str


class Wrong(ValueError):
    """One thing that is wrong with a row."""

    def __init__(self, code: str, why: str) -> None:
        self.code, self.why = code, why
        super().__init__(code, why)


def read_rows(data: bytes, mapping: Mapping, *, start: date) -> list[Wanted | Refused]:
    """Every row of the file in its order, judged whole before anything is sent.

    `start`: the day the earliest request is shifted to, where the mapping shifts dates and names no day itself.
    Unusable for what is no CSV in that encoding, or lacks a column the mapping names.
    """
    header, rows = _table(data, mapping)
    place = {ours: header.index(theirs) for ours, theirs in mapping.columns.items()}
    turned = [(header.index(one.column), one) for one in mapping.refuse]
    read: list[Refused | tuple[int, dict[str, Any]]] = []
    seen: dict[str, int] = {}
    for line, cells in rows:
        row_id = cells[place["id"]] if place["id"] < len(cells) else ""
        try:
            if len(cells) != len(header):
                raise Wrong("wrong_width", f"{len(cells)} cells under {len(header)} headings")
            if not row_id:
                raise Wrong("id_missing", f"no {mapping.columns['id']}")
            if row_id in seen:
                raise Wrong("duplicate_id", f"line {seen[row_id]} has the same {mapping.columns['id']}")
            seen[row_id] = line
            for column, rule in turned:
                if cells[column] in rule.values:
                    raise Wrong(rule.code, rule.why)
            read.append((line, _values({ours: cells[at] for ours, at in place.items()}, mapping)))
        except Wrong as error:
            read.append(Refused(line, row_id, error.code, error.why))
    shift = _shift([one[1]["requested_at"] for one in read if isinstance(one, tuple)], mapping.dates, start)
    zone = mapping.dates.timezone if mapping.dates.mode == "keep" else ALMATY
    return [one if isinstance(one, Refused) else _wanted(*one, mapping, shift, zone) for one in read]


def _table(data: bytes, mapping: Mapping) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The headings, and (first line, stripped cells) of every row; blank lines are none."""
    try:
        text = unicodedata.normalize("NFC", data.decode(mapping.encoding).removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        raise Unusable("The file", [
            f"is not {mapping.encoding} at line {data.count(bytes([10]), 0, error.start) + 1}, byte {error.start}: "
            "name its encoding in csv.encoding"]) from error
    wanted = {*mapping.columns.values(), *(one.column for one in mapping.refuse)}
    candidates = (mapping.delimiter,) if mapping.delimiter else DELIMITERS
    headers = {one: _headings(text, one) for one in candidates}
    delimiter = max(candidates, key=lambda one: len(wanted.intersection(headers[one])))
    header = headers[delimiter]
    defects = [
        f"has no column {name!r}{_perhaps(name, header)}" if name not in header else f"has the column {name!r} twice"
        for name in sorted(wanted) if header.count(name) != 1
    ]
    if defects:
        raise Unusable("The file", [*defects, f"its headings are: {', '.join(header)[:500] or '(none)'}"])
    return header, _cells(text, delimiter)


def _headings(text: str, delimiter: str) -> list[str]:
    try:
        return [name.strip() for name in next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])]
    except csv.Error:
        return []


def _cells(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    before = 0
    try:
        for number, cells in enumerate(reader):
            line, before = before + 1, reader.line_num
            if number and cells:
                yield line, [one.strip() for one in cells]
    except csv.Error as error:
        raise Unusable("The file", [f"is no CSV from line {before + 1} on: {error}"]) from error


def _values(cells: dict[str, str], mapping: Mapping) -> dict[str, Any]:
    """What one row says, its dates still on the wall clock of there. Wrong for the first thing that is."""
    value = cells["category"]
    choice = mapping.categories.get(value)
    if choice is None or choice.category is None:
        why = choice.why if choice else "the mapping does not name this value"
        raise Wrong("category_unmapped", f"{value or '(empty)'}: {why or 'the mapping gives it no category'}")
    requested_at = _moment(cells["requested_at"], mapping.dates)
    window = cells.get("window_from")
    point = _point(cells, mapping)
    declared_g = _mass(cells.get("mass", ""), mapping)
    if declared_g is None and choice.assumed_g is None:
        raise Wrong("mass_missing", "no mass, and the mapping assumes none")
    return {
        "id": cells["id"], "category": choice.category, "waste_code": choice.waste_code,
        "declared_g": declared_g or choice.assumed_g, "mass_assumed": declared_g is None,
        "requested_at": requested_at, "window_from": _moment(window, mapping.dates) if window else requested_at,
        "longitude": point[0], "latitude": point[1],
        "area": mapping.area_name.format(area=cells.get("area") or cell(point, kilometres=mapping.grid_km)),
    }


def _moment(text: str, dates: Dates) -> datetime:
    """The wall clock of there, without its zone."""
    for pattern in dates.formats:
        try:
            found = datetime.fromisoformat(text) if pattern == ISO else datetime.strptime(text, pattern)
        except ValueError:
            continue
        if 2000 <= found.year <= 2100:
            return found.astimezone(dates.timezone).replace(tzinfo=None) if found.tzinfo else found
    raise Wrong("date_invalid", f"{text or '(empty)'} is no date like {' or '.join(dates.formats)} in 2000-2100")


def _point(cells: dict[str, str], mapping: Mapping) -> Point:
    x, y = cells["longitude"], cells["latitude"]
    if not x or not y:
        raise Wrong("coordinates_missing", "no coordinates")
    if not (NUMBER.fullmatch(x) and NUMBER.fullmatch(y)):
        raise Wrong("coordinates_invalid", f"{x}, {y} are no numbers")
    point = float(x), float(y)
    if not mapping.transform.within(point):
        if mapping.transform.within((point[1], point[0])):
            raise Wrong("coordinates_swapped", f"{x}, {y}: longitude and latitude change places?")
        raise Wrong("coordinates_out_of_bounds", f"{x}, {y} are outside the bounds")
    try:
        longitude, latitude = mapping.transform.move(point)
    except ValueError as error:
        raise Wrong("coordinates_out_of_bounds", f"{x}, {y}: {error}") from error
    return round(longitude, mapping.site_decimals), round(latitude, mapping.site_decimals)


def _mass(text: str, mapping: Mapping) -> int | None:
    """Whole grams, exactly; None where the file is silent."""
    if not text:
        return None
    grams = Decimal(text) * UNITS[mapping.mass_unit] if MASS.fullmatch(text) else Decimal(0)
    if grams != int(grams) or not 0 < grams <= ROAD_LIMIT_G:
        raise Wrong("mass_invalid", f"{text} {mapping.mass_unit} is no mass of 1 g to 40 t in whole grams")
    return int(grams)


def _shift(moments: Sequence[datetime], dates: Dates, start: date) -> timedelta:
    """Whole days that bring the earliest request to the start, so that hours and gaps stay as they are."""
    if dates.mode == "keep" or not moments:
        return timedelta()
    return (dates.start or start) - min(moments).date()


def _wanted(line: int, values: dict[str, Any], mapping: Mapping, shift: timedelta, zone: ZoneInfo) -> Wanted:
    def here(moment: datetime) -> datetime:
        return (moment + shift).replace(tzinfo=zone).astimezone(UTC)

    window_from = here(values.pop("window_from"))
    return Wanted(
        line, requested_at=here(values.pop("requested_at")), window_from=window_from,
        window_to=window_from + timedelta(hours=mapping.window_hours), **values)


def _perhaps(name: str, header: Sequence[str]) -> str:
    near = difflib.get_close_matches(name.lower(), [one.lower() for one in header], n=1, cutoff=0.75)
    return f" (is it {next(one for one in header if one.lower() == near[0])!r}?)" if near else ""
