"""The mapping: how a file of requests from elsewhere is read. docs/replaying-requests.md is its manual."""

from __future__ import annotations

import codecs
from collections.abc import Mapping as Table
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from api.http import parsing
from collection.contracts.states import ORIGINS
from collection.kernel.mass import ROAD_LIMIT_G
from collection.kernel.refusals import Refusal

from .checks import Check, integer, list_of, nullable, number, one_of, shape, table_of, text, wrong
from .places import Anchor, Transform, degrees

#: Grams in one of the file's units of mass.
UNITS = {"g": 1, "kg": 1_000, "t": 1_000_000}
ISO = "iso"
CODE = r"[a-z][a-z0-9_]{0,39}"


class Unusable(Exception):
    """Nothing can be read with this mapping, or from this file: every defect, in words. All or nothing."""

    def __init__(self, what: str, defects: list[str]) -> None:
        self.what, self.defects = what, defects
        super().__init__(what, defects)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a value of the category column becomes; without a category its rows are refused, and `why` says so."""

    category: str | None
    waste_code: str | None = None
    assumed_g: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Turned:
    """Rows whose `column` holds one of `values` are refused with `code`."""

    column: str
    values: tuple[str, ...]
    code: str
    why: str


@dataclass(frozen=True, slots=True)
class Dates:
    """`formats` of strptime or "iso", read in `timezone`; kept as they are, or shifted so that the first is `start`."""

    formats: tuple[str, ...]
    timezone: ZoneInfo
    mode: str  # keep | shift
    start: date | None


@dataclass(frozen=True, slots=True)
class Mapping:
    """`name` is the source's: with the row's id it makes the request's. `columns`: ours -> the file's."""

    name: str
    programme: str
    origin: str
    columns: Table[str, str]
    categories: Table[str, Choice]
    dates: Dates
    transform: Transform
    encoding: str = "utf-8"
    delimiter: str = ""  # empty: whichever of , ; tab | gives the columns
    mass_unit: str = "kg"
    window_hours: int = 24
    site_decimals: int = 3
    area_name: str = "{area}"
    grid_km: float = 10.0
    refuse: tuple[Turned, ...] = ()


def read_mapping(path: Path) -> Mapping:
    """The mapping in the JSON file `path`. Unusable with every defect at its pointer."""
    try:
        document = parsing.loads(path.read_bytes())
    except OSError as error:
        raise Unusable(str(path), [f"cannot be read: {error.strerror}"]) from error
    except Refusal as error:
        raise Unusable(str(path), [f"is not strict JSON: {one.code} {one.params or ''}".rstrip()
                                   for one in error.defects]) from error
    defects: list[str] = []
    found = mapping_of(document, defects)
    if found is None or defects:
        raise Unusable(str(path), defects)
    return found


def mapping_of(document: Any, defects: list[str]) -> Mapping | None:
    """The mapping a JSON document means; None when `defects` were found."""
    asked = _FORM(document, "", defects)
    if defects:
        return None
    if not asked["columns"]["mass"]:
        for value, choice in asked["categories"].items():
            if choice["category"] and not choice["assumed_g"]:
                wrong(f"/categories/{value}/assumed_g", defects, "is needed: the file has no mass (columns.mass)")
    anchor, affine, srid = (asked["transform"][name] for name in ("anchor", "affine", "from_srid"))
    if anchor and affine:
        wrong("/transform", defects, "takes an anchor or an affine matrix, not both")
    if srid != 4326:
        try:
            degrees(srid)
        except ValueError as error:
            wrong("/transform/from_srid", defects, str(error))
    if defects:
        return None
    return Mapping(
        name=asked["name"], programme=asked["programme"], origin=asked["origin"],
        columns={ours: theirs for ours, theirs in asked["columns"].items() if theirs},
        categories={value: Choice(**choice) for value, choice in asked["categories"].items()},
        dates=Dates(**asked["dates"]),
        transform=Transform(srid, asked["transform"]["bounds"], anchor and Anchor(**anchor), affine),
        encoding=asked["csv"]["encoding"], delimiter=asked["csv"]["delimiter"], mass_unit=asked["mass_unit"],
        window_hours=asked["window_hours"], site_decimals=asked["site_decimals"],
        area_name=asked["generators"]["name"], grid_km=asked["generators"]["grid_km"],
        refuse=tuple(Turned(**one) for one in asked["refuse"]),
    )


def _timezone(value: Any, at: str, defects: list[str]) -> ZoneInfo | None:
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        return wrong(at, defects, f"{value!r} is no time zone, like America/Los_Angeles")


def _day(value: Any, at: str, defects: list[str]) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return wrong(at, defects, f"{value!r} is no date, like 2026-03-02")


def _date_format(value: Any, at: str, defects: list[str]) -> str | None:
    """A format must find again what it writes: a %I without its %p would lose the afternoon."""
    moment = datetime(2018, 11, 23, 16, 5)
    if value == ISO:
        return ISO
    try:
        found = datetime.strptime(moment.strftime(value), value)
    except (TypeError, ValueError):
        found = None
    if found not in (moment, datetime(2018, 11, 23)):
        return wrong(at, defects, f"{value!r} is no date format; like %m/%d/%Y %I:%M:%S %p, or {ISO}")
    return str(value)


def _place(value: Any, at: str, defects: list[str]) -> tuple[float, float] | None:
    found = list_of(number(-180, 180), length=2)(value, at, defects)
    if found and found[1] is not None and abs(found[1]) >= 90:
        return wrong(at, defects, "is [longitude, latitude]; the latitude must be between -90 and 90")
    return found


def _bounds(value: Any, at: str, defects: list[str]) -> tuple[float, ...] | None:
    found = list_of(number(), length=4)(value, at, defects)
    if found and None not in found and not (found[0] < found[2] and found[1] < found[3]):
        return wrong(at, defects, "is [min x, min y, max x, max y]")
    return found


def _encoding(value: Any, at: str, defects: list[str]) -> str | None:
    try:
        return codecs.lookup(value).name
    except (LookupError, TypeError, ValueError):
        return wrong(at, defects, f"{value!r} is no encoding, like utf-8 or windows-1251")


def _area_name(value: Any, at: str, defects: list[str]) -> str | None:
    found = text(longest=100)(value, at, defects)
    if found and ("{area}" not in found or found.count("{") + found.count("}") != 2):
        return wrong(at, defects, "must contain {area}, and no other braces")
    return str(found) if found else None


_COLUMN = text()
_CHOICE: Check = shape(
    {"category": nullable(text(r"[a-z][a-z_]{0,19}", "a category's code, or null"))},
    {"waste_code": (text(r"[0-9]{6}", "six digits"), None), "assumed_g": (integer(1, ROAD_LIMIT_G), None),
     "why": (text(longest=1000), "")})
_FORM: Check = shape(
    {
        "name": text(r"[a-z0-9][a-z0-9._-]{0,59}", "small letters, digits, dots and hyphens"),
        "programme": text(r"[a-z0-9][a-z0-9_-]{0,39}", "a programme's code"),
        "columns": shape(
            dict.fromkeys(("id", "category", "requested_at", "longitude", "latitude"), _COLUMN),
            dict.fromkeys(("window_from", "mass", "area"), (_COLUMN, None))),
        "dates": shape(
            {"formats": list_of(_date_format), "timezone": _timezone, "mode": one_of(("keep", "shift"))},
            {"start": (_day, None)}),
        "categories": table_of(_CHOICE),
    },
    {
        "about": (text(longest=4000), ""),
        "origin": (one_of([one for one in ORIGINS if one != "foreign"]), "own_premises"),
        "csv": (shape({}, {"encoding": (_encoding, "utf-8"),
                           "delimiter": (one_of((",", ";", "\t", "|")), "")}),
                {"encoding": "utf-8", "delimiter": ""}),
        "mass_unit": (one_of(UNITS), "kg"),
        "window_hours": (integer(1, 24 * 14), 24),
        "site_decimals": (integer(1, 6), 3),
        "transform": (shape({}, {
            "from_srid": (integer(1024, 998_999), 4326), "bounds": (_bounds, None),
            "affine": (list_of(number(), length=6), None),
            "anchor": (shape({"there": _place, "here": _place}, {"scale": (number(0.001, 1000), 1.0)}), None)}),
            {"from_srid": 4326, "bounds": None, "affine": None, "anchor": None}),
        "generators": (shape({}, {"name": (_area_name, "{area}"), "grid_km": (number(0.1, 1000), 10.0)}),
                       {"name": "{area}", "grid_km": 10.0}),
        "refuse": (list_of(shape({
            "column": _COLUMN, "values": list_of(text()), "code": text(CODE, "a code"),
            "why": text(longest=1000)})), ()),
    })
