"""Every unit of the classifier KATO with its names and, where one is known, its point; read once per process."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from collection.kernel.db import rows

from .spelling import CITY, DISTRICT, REGION, SETTLEMENT, STEADING, SUB_DISTRICT, adjectives, core, sound, trigrams

#: What regions are called besides: abbreviations, and names of before the reforms of 2018 and 2022.
REGION_ALIASES = {
    "390000000": ("кустанайская",), "590000000": ("ско",), "630000000": ("вко", "шко"), "270000000": ("зко", "бко"),
    "610000000": ("юко", "южно казахстанская", "онтустик казахстан", "south kazakhstan"),
    "430000000": ("кзыл ординская",), "310000000": ("джамбулская", "джамбульская"), "350000000": ("карагандинская",),
}
#: region -> those its ground was part of: their name on an old address is no contradiction.
FORMER = {"100000000": ("630000000",), "330000000": ("190000000",), "620000000": ("350000000",), "790000000": ("610000000",),
          "750000000": ("190000000",), "710000000": ("110000000",)}
SETTLED = (CITY, SETTLEMENT, STEADING)
VILLAGE = re.compile(r"[сап]\.|пос\.|пгт|кент")  # how the classifier writes villages and townships
TOWN = 10_000  # people: a town this large is meant by its bare name, when it is ten times its namesakes


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """`kind`: region, district, sub_district, city, settlement, or steading (a station, a farm, a winter hut).

    `above`: its ancestors' codes, from the region down.
    """

    kato: str
    kind: str
    level: str  # the precision of an answer that is this unit
    name_kk: str
    name_ru: str
    name_en: str
    above: tuple[str, ...]
    point: tuple[float, float] | None  # longitude, latitude in degrees
    population: int = 0


@dataclass(slots=True)
class Gazetteer:
    units: dict[str, Unit] = field(default_factory=dict)
    by_core: dict[str, list[Unit]] = field(default_factory=lambda: defaultdict(list))
    by_sound: dict[str, list[Unit]] = field(default_factory=lambda: defaultdict(list))
    under: dict[str, list[Unit]] = field(default_factory=lambda: defaultdict(list))
    sounds: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # code -> its soundings
    pieces: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # trigram -> soundings that have it
    longest: int = 1  # words in a name

    def add(self, unit: Unit, names: Iterable[str]) -> None:
        self.units[unit.kato] = unit
        for above in unit.above:
            self.under[above].append(unit)
        for name in dict.fromkeys(names):
            self.by_core[name].append(unit)
            self.longest = max(self.longest, name.count(" ") + 1)
            heard = sound(name)
            if heard not in self.sounds[unit.kato]:
                self.sounds[unit.kato].add(heard)
                if heard not in self.by_sound:
                    for piece in trigrams(heard):
                        self.pieces[piece].append(heard)
                self.by_sound[heard].append(unit)

    def placed(self, unit: Unit) -> Unit | None:
        """The unit itself, or the finest one above it whose point is known."""
        for one in (unit, *(self.units[kato] for kato in reversed(unit.above))):
            if one.point:
                return one
        return None


_UNITS = """
SELECT kato.kato, kato.parent_id AS parent, kato.level, kato.name_kk, kato.name_ru,
       coalesce(region.name_en, nullif(district.name_en, ''), place.name_en, '') AS name_en,
       region.kato IS NOT NULL AS is_region, district.kato IS NOT NULL AS is_district,
       coalesce(place.population, district.population, region.population, 0) AS population,
       ST_X(place.point) AS longitude, ST_Y(place.point) AS latitude,
       ST_X(coalesce(region.label_point, district.label_point)) AS label_longitude,
       ST_Y(coalesce(region.label_point, district.label_point)) AS label_latitude,
       ARRAY(SELECT name FROM geo_placename WHERE place_id = place.id) AS aliases
FROM geo_kato kato
LEFT JOIN geo_region region ON region.kato = kato.kato
LEFT JOIN geo_district district ON district.kato = kato.kato
LEFT JOIN LATERAL (SELECT * FROM geo_place WHERE kato_id = kato.kato ORDER BY suspect, population DESC NULLS LAST, id LIMIT 1)
    place ON TRUE
ORDER BY kato.level = 'settlement', kato.kato
"""


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """All units; about 16,000, read in a second. `gazetteer.cache_clear()` after `load_reference` in the same process."""
    found, all_rows = Gazetteer(), {row["kato"]: row for row in rows(_UNITS)}
    chain: dict[str, tuple[str, ...]] = {}

    def above(kato: str) -> tuple[str, ...]:
        if kato not in chain:
            parent = all_rows[kato]["parent"]
            chain[kato] = (*above(parent), parent) if parent else ()
        return chain[kato]

    _lend_points(all_rows, above)
    known: dict[str, list[tuple[float, float]]] = defaultdict(list)  # the points inside a unit
    for kato, row in all_rows.items():
        if row["longitude"] is not None:
            for unit in above(kato):
                known[unit].append((row["longitude"], row["latitude"]))
    for kato, row in all_rows.items():
        kind = _kind(row)
        point = (row["longitude"], row["latitude"]) if row["longitude"] is not None and kind in SETTLED else None
        if point is None and row["label_longitude"] is not None:
            point = row["label_longitude"], row["label_latitude"]
        if point is None and kind in (DISTRICT, SUB_DISTRICT) and known[kato]:
            inside = known[kato]
            point = sum(x for x, _ in inside) / len(inside), sum(y for _, y in inside) / len(inside)
        level = kind if kind in (REGION, DISTRICT, SUB_DISTRICT) else SETTLEMENT
        found.add(
            Unit(kato, kind, level, row["name_kk"], row["name_ru"], row["name_en"], above(kato), point, row["population"]),
            _names(row, kind))
    return found


_WITHOUT_CODE = """
SELECT district_id AS district, ST_X(point) AS longitude, ST_Y(point) AS latitude, coalesce(population, 0) AS population,
       ARRAY(SELECT name FROM geo_placename WHERE place_id = place.id) AS aliases
FROM geo_place place WHERE kato_id IS NULL AND district_id IS NOT NULL AND NOT suspect
"""


def _lend_points(units: dict[str, dict[str, Any]], above: Callable[[str], tuple[str, ...]]) -> None:
    """Places whose code is not known give their point to the one town or village of their district that is called so."""
    called: dict[tuple[str, str], list[str]] = defaultdict(list)
    for kato, row in units.items():
        if row["level"] == "settlement" and row["longitude"] is None and _kind(row) != STEADING:
            for name in {core(row["name_ru"]), core(row["name_kk"])}:
                for unit in above(kato):
                    called[unit, name].append(kato)
    for place in rows(_WITHOUT_CODE):
        meant = {kato for name in place["aliases"] for kato in called[place["district"], core(name)]}
        if len(meant) == 1:
            units[meant.pop()] |= {name: place[name] for name in ("longitude", "latitude", "population", "aliases")}


def _kind(row: dict[str, Any]) -> str:
    name = str(row["name_ru"])
    if name.startswith("г."):
        return CITY
    if row["is_region"]:
        return REGION
    if row["is_district"]:
        return DISTRICT
    if row["level"] == "sub_district":
        return SUB_DISTRICT
    return SETTLEMENT if VILLAGE.match(name) else STEADING


def _names(row: dict[str, Any], kind: str) -> list[str]:
    """The cores of its names. Aliases belong to the settlement, not to the unit around it."""
    official = [core(str(row[name])) for name in ("name_ru", "name_kk", "name_en") if row[name]]
    more = [core(name) for name in row["aliases"]] if kind in SETTLED else []
    stems = adjectives(official) if kind in (REGION, DISTRICT, SUB_DISTRICT) else []
    return [name for name in (*official, *stems, *more, *REGION_ALIASES.get(str(row["kato"]), ())) if name]


_NEAREST = """
SELECT kato_id AS kato, ST_Distance(geo_place.point::geography, here.point::geography) AS metres
FROM geo_place, (SELECT ST_SetSRID(ST_MakePoint(%s, %s), 4326) AS point) here
WHERE kato_id IS NOT NULL AND NOT suspect
ORDER BY geo_place.point <-> here.point LIMIT 5
"""


def nearest(longitude: float, latitude: float) -> tuple[Unit, int] | None:
    """The settlement nearest to a point (degrees) among those whose point is known, and how far it is, in metres.

    The index measures in degrees, so the nearest five by it are compared over the ellipsoid.
    """
    found = min(rows(_NEAREST, [longitude, latitude]), key=lambda row: row["metres"], default=None)
    return (gazetteer().units[found["kato"]], round(found["metres"])) if found else None
