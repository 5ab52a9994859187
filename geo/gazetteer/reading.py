"""What a text means: its names taken together, how precise that is, and the choices when a name has namesakes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .known import gazetteer
from .matching import exactly, match
from .parts import Reading, parts_of
from .units import Gazetteer, Unit

CODE = re.compile(r"(?<!\d)[1-7]\d{8}(?!\d)", re.ASCII)
LONGEST = 300  # characters of a text that are read


@dataclass(frozen=True, slots=True)
class Answer:
    """`unit` None: not understood, or namesakes without a common parent. `choices`: the namesakes, when ambiguous.

    `unit.point` is known and `unit.level` is the precision. An ambiguous answer's unit is the choices' common parent.
    """

    unit: Unit | None
    ambiguous: bool = False
    choices: tuple[Unit, ...] = ()


NOTHING = Answer(None)


def read(text: str, *, region: str | None = None) -> Answer:
    """The unit that `text` names, in any spelling, order and punctuation; `region` (a name or a KATO code) narrows it.

    No network, no query after the first call. Streets and house numbers are passed over. A name unknown inside the
    district or region that was named is answered by that district or region; a `region` not understood is passed over.
    """
    known = gazetteer()
    within = _within(region, known) if region else []
    if code := CODE.search(text[:LONGEST]):
        unit = known.units.get(code[0])
        return Answer(known.placed(unit)) if unit else NOTHING
    return _answer(match(_parts(text, known), known, within), known)


def _parts(text: str, known: Gazetteer) -> Reading:
    return parts_of(
        text[:LONGEST], lambda sound, kinds: any(kinds is None or unit.kind in kinds for unit in known.by_sound.get(sound, ())),
        lambda sounds: bool(known.misspelt(sounds)))


def _within(region: str, known: Gazetteer) -> list[Unit]:
    """The regions, or else districts or cities, that a region's column means: "Алматы" the city, "Жамбыл" the region."""
    if code := CODE.fullmatch(region.strip()):
        return [known.units[code[0]]] if code[0] in known.units else []
    for part in reversed(_parts(region, known).parts):
        found = exactly(part, known) or known.misspelt(part.misspelt)
        fit = [unit for unit in found if not part.kinds or unit.kind in part.kinds]
        fit = [unit for unit in fit if unit.called & {*part.sounds}] or fit  # "Акмола" once was Astana
        for choice in (
            [unit for unit in fit if unit.kind == "city" and not unit.above],
            [unit for unit in fit if unit.level == "region"],
            [unit for unit in fit if unit.level == "district"],
            [unit for unit in fit if unit.kind == "city"],
        ):
            if choice:
                return choice
    return []


def _answer(units: list[Unit], known: Gazetteer) -> Answer:
    if not units:
        return NOTHING
    if len(units) == 1:
        return Answer(known.placed(units[0]))
    units = sorted(units, key=lambda unit: (-unit.population, unit.kato))
    chains = [(*unit.above, unit.kato) for unit in units]
    shared = [codes[0] for codes in zip(*chains, strict=False) if len(set(codes)) == 1]
    parent = known.placed(known.units[shared[-1]]) if shared else None
    return Answer(parent, ambiguous=True, choices=tuple(unit for unit in units if unit.kato))
