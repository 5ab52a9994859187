"""What a text means: its names, each a set of units that may be called so, and the unit that most of them agree on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from . import spelling
from .spelling import CITY, DISTRICT, OFFICE, REGION, SETTLEMENT, STEADING, STREET, SUB_DISTRICT, core, sound, trigrams
from .units import FORMER, TOWN, Gazetteer, Unit, gazetteer

#: A misspelt name must be so like the known one (1 is the same); inside a named district less will do, for there are few.
LIKE, LIKE_WITHIN, MARGIN = 0.82, 0.75, 0.06
KNOWN = 0.05  # a place with a counted population is likelier meant than a farm
#: What a name is worth that agrees, by what it is said to be the name of; a stated district outweighs a stated village.
WORTH = {REGION: 1.1, DISTRICT: 1.2, SUB_DISTRICT: 1.05}
#: What a bare name means first.
BARE = {CITY: 1.0, SETTLEMENT: 1.0, STEADING: 0.95, REGION: 0.9, DISTRICT: 0.9, SUB_DISTRICT: 0.85}
#: What a settled place is that was called a village, a town or a station, from the likeliest on.
CALLED = {SETTLEMENT: (SETTLEMENT, CITY, STEADING), CITY: (CITY, SETTLEMENT), STEADING: (STEADING, SETTLEMENT)}
NEAR = 60  # soundings that share the most pieces with a misspelt name are compared letter by letter
LONGEST = 300  # characters of a text that are read


@dataclass(frozen=True, slots=True)
class Answer:
    """`unit` None: not understood, or namesakes without a common parent. `choices`: the namesakes, when ambiguous.

    `unit.point` is known and `unit.level` is the precision. An ambiguous answer's unit is the choices' common parent.
    """

    unit: Unit | None
    ambiguous: bool = False
    choices: tuple[Unit, ...] = ()


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a text and the kind of unit the words around it say it is; None: they do not say."""

    core: str
    kind: str | None


NOTHING = Answer(None)


def read(text: str, *, region: str | None = None) -> Answer:
    """The unit that `text` names, in any spelling, order and punctuation; `region` (a name or a KATO code) narrows it.

    No network, no query after the first call. Streets and house numbers are passed over.
    """
    known = gazetteer()
    names = names_in(text[:LONGEST], known)
    if not names and not region:
        return NOTHING
    found = [(name, _candidates(name, known, alone=len(names) == 1)) for name in names]
    if region:
        within = _region(region, known)
        if within is not None:
            found.append((Name("", REGION), {within: 1.5}))
    best = _agreed(found)
    missed = [n for n, (name, units) in enumerate(found)
              if name.kind not in (REGION, DISTRICT, OFFICE) and not any(_inside(one, unit) for one in best for unit in units)]
    if missed and all(one.kind not in CALLED for one in best):
        found = [(name, _misspelt(name, known, best) or units if n in missed else units)
                 for n, (name, units) in enumerate(found)]
        best = _agreed(found)
    return _answer(best, found, known)


# --- the names in a text -------------------------------------------------------------------------------------

def names_in(text: str, known: Gazetteer) -> list[Name]:
    """"Туркестанская обл., с. Новое" -> a region's name and a settlement's."""
    return [name for part in re.split(r"[,;\n|()]+", text) for name in _names_of_part(spelling.words(part), known)]


def _names_of_part(tokens: Sequence[str], known: Gazetteer) -> list[Name]:
    names: list[Name] = []
    run: list[str] = []  # words of a name whose kind is not told yet
    kind: str | None = None  # told by the word before them

    def close(told: str | None = None) -> None:
        nonlocal run, kind
        if run:
            names.extend(_cut(run, told or kind, known))
        run, kind = [], None

    for n, token in enumerate(tokens):
        what, side = spelling.WORDS.get(token, (None, ""))
        if what is None or (len(tokens) == 1):
            run.append(token)
            continue
        if what == STREET:
            # Before the street's word stands its name, unless that is a place we know: "Алматы проспект Достык 125".
            if run and kind is None and (n == len(tokens) - 1 or " ".join(run) not in known.by_core):
                run = []
            close()
            return names
        if side == "before" or (side == "either" and run and kind is None):
            close(what)
        else:
            close()
            kind = what
    close()
    return names


def _cut(run: list[str], kind: str | None, known: Gazetteer) -> list[Name]:
    """A run of words as one name if it is known, else as the longest known names in it; numbers of houses fall out."""
    whole = " ".join(run)
    if whole in known.by_core or sound(whole) in known.by_sound:
        return [Name(whole, kind)]
    if len(run) > 1 and not _misspelt(Name(whole, kind), known, ()):
        for length in range(min(len(run) - 1, known.longest), 0, -1):
            for start in range(len(run) - length + 1):
                piece = " ".join(run[start:start + length])
                if len(piece) > 2 and (piece in known.by_core or (length == 1 and sound(piece) in known.by_sound)):
                    before, after = run[:start], run[start + length:]
                    return [*(_cut(before, None, known) if before else []), Name(piece, None if after else kind),
                            *(_cut(after, kind, known) if after else [])]
    letters = [word for word in run if not word[0].isdigit()]
    return [Name(" ".join(letters), kind)] if letters else []


# --- who may be meant ----------------------------------------------------------------------------------------

def _candidates(name: Name, known: Gazetteer, *, alone: bool) -> dict[Unit, float]:
    """The units called so, each with what it is worth; as written, else as it sounds."""
    found = _fitting(known.by_core.get(name.core, ()), name.kind)
    if not found:
        found = {unit: worth * 0.95 for unit, worth in _fitting(known.by_sound.get(sound(name.core), ()), name.kind).items()}
    if not found and name.kind in (REGION, DISTRICT):
        found = _like(name, [unit for unit in known.units.values() if unit.kind == name.kind], known, LIKE_WITHIN)
    if not found and name.kind is None and alone:
        found = _misspelt(name, known, ())
    return found


def _fitting(units: Iterable[Unit], kind: str | None) -> dict[Unit, float]:
    if kind is None:
        return {unit: BARE[unit.kind] for unit in units}
    for n, likely in enumerate(CALLED.get(kind, ())):
        if fits := {unit: 1.0 - n / 20 for unit in units if unit.kind == likely}:
            return fits
    if kind in CALLED:
        return {}
    if kind == OFFICE:
        kind = DISTRICT if any(unit.kind == DISTRICT for unit in units) else SUB_DISTRICT
    return {unit: WORTH[kind] for unit in units if unit.kind == kind}


def _misspelt(name: Name, known: Gazetteer, within: Sequence[Unit]) -> dict[Unit, float]:
    """Units whose name is nearly the one written: inside `within`, if that is a district or a region; else anywhere."""
    if len(name.core) < 4:
        return {}
    if within:
        least, units = LIKE_WITHIN, {unit for one in within for unit in known.under[one.kato]}
    else:
        shared = Counter(heard for piece in trigrams(sound(name.core)) for heard in known.pieces.get(piece, ()))
        least, units = LIKE, {unit for heard, count in shared.most_common(NEAR) if count > 1 for unit in known.by_sound[heard]}
    kinds = {name.kind, *CALLED.get(name.kind or "", ())}
    return _like(name, [unit for unit in units if name.kind is None or unit.kind in kinds], known, least,
                 extra=0.0 if within and all(one.kind != REGION for one in within) else KNOWN)


def _like(name: Name, units: Iterable[Unit], known: Gazetteer, least: float, *, extra: float = 0.0) -> dict[Unit, float]:
    """The most alike of `units`, and those not plainly less so; `extra` for those whose people are counted."""
    likeness = SequenceMatcher(autojunk=False)
    likeness.set_seq2(sound(name.core))
    seen: dict[str, float] = {}

    def like(heard: str) -> float:
        if heard not in seen:
            likeness.set_seq1(heard)
            seen[heard] = likeness.ratio() if likeness.quick_ratio() >= least else 0.0
        return seen[heard]

    alike = {unit: max(map(like, known.sounds[unit.kato])) + (extra if unit.population else 0.0)
             for unit in units if known.sounds[unit.kato]}
    top = max(alike.values(), default=0.0)
    return {unit: 0.9 * much for unit, much in alike.items() if much >= least and much > top - MARGIN}


def _region(text: str, known: Gazetteer) -> Unit | None:
    """A region by its code, or by a name with or without its kind."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        unit = known.units.get(text)
        return unit if unit and not unit.above else None
    units = [unit for unit in known.by_core.get(core(text), ()) or known.by_sound.get(sound(core(text)), ()) if not unit.above]
    if not units:
        units = list(_like(Name(core(text), REGION), [u for u in known.units.values() if not u.above], known, LIKE_WITHIN))
    return units[0] if len(units) == 1 else None


# --- what they agree on --------------------------------------------------------------------------------------

def _inside(unit: Unit, other: Unit) -> bool:
    return unit is other or other.kato in unit.above or (
        other.kind == REGION and bool(unit.above or unit.kato) and other.kato in FORMER.get((unit.above or (unit.kato,))[0], ()))


def _agreed(found: Sequence[tuple[Name, dict[Unit, float]]]) -> list[Unit]:
    """The units that most of the names agree on, each name counted once: itself or one it lies in."""
    scores: dict[Unit, float] = {}
    for unit in {unit for _, units in found for unit in units}:
        scores[unit] = sum(
            max((worth for other, worth in units.items() if _inside(unit, other)), default=0.0) for _, units in found)
    top = max(scores.values(), default=0.0)
    best = [unit for unit, score in scores.items() if score > top - 0.001]
    return [unit for unit in best if not any(unit.kato in other.above for other in best)]


def _answer(best: list[Unit], found: Sequence[tuple[Name, dict[Unit, float]]], known: Gazetteer) -> Answer:
    if not best:
        return NOTHING
    if len(best) > 1:
        best = _town_among(best)
    if len(best) == 1:
        return Answer(known.placed(best[0]))
    best.sort(key=lambda unit: (-unit.population, unit.kato))
    common = [kato for kato in best[0].above if all(kato in unit.above for unit in best)]
    parent = known.placed(known.units[common[-1]]) if common else None
    return Answer(parent, ambiguous=True, choices=tuple(best))


def _town_among(best: list[Unit]) -> list[Unit]:
    """The one town that is meant by a bare name, if its namesakes are small."""
    larger = sorted(best, key=lambda unit: -unit.population)
    if larger[0].kind == CITY and larger[0].population >= max(TOWN, 10 * larger[1].population):
        return larger[:1]
    return best
