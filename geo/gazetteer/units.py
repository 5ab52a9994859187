"""Every unit of the classifier with its names and, where one is known, its point; read once per process."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from .typos import deletions, is_typo

Level = Literal["settlement", "sub_district", "district", "region"]
Point = tuple[float, float]  # longitude, latitude in degrees


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """A unit of the classifier, or a settlement of the map that the classifier does not name (then `kato` is empty).

    `above`: its ancestors' codes, from the region down. A settlement's point is its own; an okrug's is that of a known
    settlement in its middle; a district's or region's lies inside its polygon. None: nobody has published one.
    `called`: how its official names sound; all its other names are former, foreign or popular.
    """

    kato: str
    kind: str  # region, city, district, city_district, akimat, okrug, village, minor (a station, a farm, a winter hut)
    level: Level  # the precision of an answer that is this unit
    name_kk: str
    name_ru: str
    name_en: str
    above: tuple[str, ...]
    point: Point | None
    population: int
    called: frozenset[str]

    def inside(self, kato: str) -> bool:
        return kato == self.kato or kato in self.above


@dataclass(slots=True)
class Gazetteer:
    units: dict[str, Unit] = field(default_factory=dict)  # by code
    by_sound: dict[str, list[Unit]] = field(default_factory=lambda: defaultdict(list))
    shortened: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # without one letter -> sounds

    def add(self, unit: Unit, sounds: Iterable[str]) -> None:
        if unit.kato:
            self.units[unit.kato] = unit
        for sound in sounds:
            if sound not in self.by_sound:
                for shorter in deletions(sound):
                    self.shortened[shorter].append(sound)
            self.by_sound[sound].append(unit)

    def heard(self, sounds: Iterable[str]) -> list[Unit]:
        """Units that somebody calls by one of these sounds, each once."""
        lists = [self.by_sound[sound] for sound in sounds if sound in self.by_sound]
        return list(lists[0]) if len(lists) == 1 else list(dict.fromkeys(unit for units in lists for unit in units))

    def misspelt(self, sounds: Iterable[str]) -> list[Unit]:
        """Units one typo away from one of these sounds, each once."""
        return self.heard(sorted({other for sound in sounds for other in self._near(sound) if is_typo(sound, other)}))

    def _near(self, sound: str) -> set[str]:
        shorter = deletions(sound)
        return {other for one in (sound, *shorter) for other in self.shortened.get(one, ())} | {
            one for one in shorter if one in self.by_sound}

    def placed(self, unit: Unit) -> Unit | None:
        """The unit itself, or the finest one above it, that has a code and a point."""
        chain = (unit, *(self.units[kato] for kato in reversed(unit.above)))
        return next((one for one in chain if one.kato and one.point), None)
