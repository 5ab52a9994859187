"""The units and all their names, made of the reference tables: the classifier, the map and the places it names."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass, field
from math import cos, radians
from pathlib import Path
from typing import Any

from collection.kernel.db import rows

from .parts import administrative
from .spelling import sound
from .units import Level, Point, Unit
from .words import core

#: Old names and abbreviations that no other source has.
ALIASES = Path(__file__).parent.parent / "data" / "kz_unit_aliases.csv"
VILLAGE = re.compile(r"[сп]\.")  # how the classifier writes villages and townships
TOWN = 2000  # people: a place of so many is the township, not the village called like it


@dataclass(slots=True)
class Draft:
    """A unit while it is put together. `names` and `called` are sounds: all, and those of the classifier."""

    kato: str
    level: Level
    kind: str
    above: tuple[str, ...]
    name_kk: str
    name_ru: str
    name_en: str = ""
    point: Point | None = None
    population: int = 0
    names: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)

    def call(self, name: str, *, official: bool = False) -> None:
        if heard := sound(core(name)):
            heard = heard if self.level == "settlement" else administrative(heard)
            self.names.add(heard)
            if official:
                self.called.add(heard)

    def unit(self) -> Unit:
        return Unit(self.kato, self.kind, self.level, self.name_kk, self.name_ru, self.name_en, self.above, self.point,
                    self.population, frozenset(self.called))


def drafts() -> list[Draft]:
    """The units of the classifier, then the settlements of the map which it does not name."""
    found = _classified()
    _shapes(found)
    with ALIASES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["kato"]].call(row["alias"])
    strangers = _settlements(found)
    _middles(found)
    return [*found.values(), *strangers]


def _classified() -> dict[str, Draft]:
    found: dict[str, Draft] = {}
    every = {row["kato"]: row for row in rows("SELECT kato, parent_id, level, type_code, name_kk, name_ru FROM geo_kato")}

    def draft(kato: str) -> Draft:  # its parent first
        if kato not in found:
            row = every[kato]
            parent = draft(row["parent_id"]) if row["parent_id"] else None
            level, kind = _role(row, parent)
            found[kato] = Draft(kato, level, kind, (*parent.above, parent.kato) if parent else (), row["name_kk"], row["name_ru"])
            for name in (row["name_ru"], row["name_kk"]):
                found[kato].call(name, official=True)
        return found[kato]

    for kato in sorted(every):
        draft(kato)
    return found


def _role(row: dict[str, Any], parent: Draft | None) -> tuple[Level, str]:
    """(level, kind) of a row of the classifier. A city may be a row of any level, even without a settlement below it."""
    name = row["name_ru"].lower()
    if re.match(r"г\.(?!а\.)", name):
        return "settlement", "city"
    if parent is None:
        return "region", "region"
    if row["level"] == "district":
        return "district", "city_akimat" if name.endswith("г.а.") else "district"
    if parent.kind == "city":
        return "district", "city_district"
    if name.startswith("район "):  # of a city that has an akimat
        return "sub_district", "city_district"
    if row["level"] == "sub_district":
        return "sub_district", "okrug"
    return "settlement", "village" if VILLAGE.match(name) else "minor"


_SHAPES = """
SELECT kato, name_en, population, ST_X(label_point) AS x, ST_Y(label_point) AS y FROM geo_region
UNION ALL SELECT kato, name_en, population, ST_X(label_point), ST_Y(label_point) FROM geo_district
"""


def _shapes(found: dict[str, Draft]) -> None:
    """Points and English names of regions and districts from the map."""
    for row in rows(_SHAPES):
        draft = found[row["kato"]]
        draft.name_en, draft.population = row["name_en"], row["population"] or 0
        draft.point = (row["x"], row["y"]) if row["x"] is not None else None
        draft.call(row["name_en"])


_PLACES = """
SELECT kato_id, region_id, district_id, name_kk, name_ru, name_en, coalesce(population, 0) AS population,
       ST_X(point) AS x, ST_Y(point) AS y, ARRAY(SELECT name FROM geo_placename WHERE place_id = place.id ORDER BY id) AS aliases
FROM geo_place place WHERE NOT suspect ORDER BY population DESC, id
"""


def _settlements(found: dict[str, Draft]) -> list[Draft]:
    """Points and further names from the map. Those whose code is not known are looked for in their district; the others
    are returned.
    """
    local: dict[tuple[str, str], set[str]] = defaultdict(set)
    for draft in found.values():
        for heard in draft.names if draft.level == "settlement" else ():
            for holder in draft.above[:2]:
                local[holder, heard].add(draft.kato)
    strangers, placed = [], set()
    for row in rows(_PLACES):
        kato = row["kato_id"] or _namesake(row, local, found)
        if kato is None:
            around = found[row["district_id"] or row["region_id"]]
            draft = Draft("", "settlement", "village", (*around.above, around.kato), row["name_kk"], row["name_ru"])
            strangers.append(draft)
        else:
            draft = found[kato]
        if kato is None or kato not in placed:  # the largest of several
            placed.add(kato)
            draft.point, draft.name_en = (row["x"], row["y"]), row["name_en"]
            draft.population = row["population"] or draft.population
        for name in row["aliases"]:
            draft.call(name)
    return strangers


def _namesake(row: dict[str, Any], local: dict[tuple[str, str], set[str]], found: dict[str, Draft]) -> str | None:
    """The one settlement of the place's district that is called so; hamlets count only when no village is."""
    for name in (row["name_en"], row["name_kk"], row["name_ru"], *row["aliases"]):
        called = local.get((row["district_id"], sound(core(name))), set())
        sure = {kato for kato in called if found[kato].kind != "minor"} or called
        if len(sure) > 1 and row["population"] >= TOWN:
            sure = {kato for kato in sure if found[kato].name_ru.startswith("п.")}
        if len(sure) == 1:
            return next(iter(sure))
    return None


def _middles(found: dict[str, Draft]) -> None:
    """An okrug, or a district that is on no map, gets the point of the settlement nearest to the mean of its own."""
    inside: dict[str, list[Point]] = defaultdict(list)
    for draft in found.values():
        if draft.level == "settlement" and draft.point:
            for kato in draft.above:
                inside[kato].append(draft.point)
    for kato, points in inside.items():
        if found[kato].point is None:
            found[kato].point = _middle(points)


def _middle(points: list[Point]) -> Point:
    x, y = (sum(axis) / len(points) for axis in zip(*points, strict=True))
    return min(points, key=lambda p: (((p[0] - x) * cos(radians(y))) ** 2 + (p[1] - y) ** 2, p))
