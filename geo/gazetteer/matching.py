"""Which unit the parts of a text mean together. Pure: names are looked up in the gazetteer, nothing else is asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .parts import Part, Reading
from .units import Gazetteer, Unit

#: The younger unit stands in addresses of before its founding under the older one. Decrees 887 of 2022 (regions), 702
#: of 2018 (Shymkent); cities of republican significance are written with the region around them.
WAS_IN = {
    "100000000": "630000000", "330000000": "190000000", "620000000": "350000000", "790000000": "610000000",
    "750000000": "190000000", "710000000": "110000000",
    "615500000": "611000000", "635500000": "635200000", "636300000": "635400000",  # Sauran, Markakol, Ulken Naryn
    "103400000": "635800000", "104100000": "101000000", "104500000": "104600000", "635600000": "104400000",  # Aksuat … Samar
}
#: A name means the town if it has this many times the people of all its namesakes; of those whose people are not
#: counted a village has about so many, a winter hut or a railway siding so many.
ODDS, PEOPLE = 15, {"village": 1000, "minor": 50}
ORDER = ("region", "district", "akimat", "okrug", "city", None, "town", "place", "minor")


def match(reading: Reading, known: Gazetteer, within: Sequence[Unit] = ()) -> list[Unit]:
    """The finest units that agree with every part that can be made to agree; `within`: one of these holds them.

    Parts are taken from the outside in, whatever order they were written in. A named settlement that is nowhere inside
    the named district leaves the district: coarse rather than wrong.
    """
    units, holder = list(within), None  # `holder`: the part that gave `units`
    for part in sorted(reading.parts, key=lambda part: ORDER.index(part.label)):
        found = candidates(part, known, units, is_address=reading.is_address)
        if found:
            units, holder = found, part
        elif holder is not None and holder.label is None:
            units, holder = quarrel(units, part, known, within, holder)
    return settle(units, holder)


def quarrel(units: list[Unit], part: Part, known: Gazetteer, within: Sequence[Unit], holder: Part) -> tuple[list[Unit], Part]:
    """A bare name and a part that does not go with it: what was labelled wins, then a city, else both are choices."""
    rivals = next((found for fit in fitting(part, exactly(part, known), False) if (found := held(fit, within))), [])
    if not rivals:
        return units, holder
    if part.label is not None:
        return rivals, part
    mine, theirs = (max((unit.population for unit in side if unit.kind == "city"), default=0) for side in (units, rivals))
    if mine or theirs:
        return (units, holder) if mine >= theirs else (rivals, part)
    return [*units, *rivals], holder


def exactly(part: Part, known: Gazetteer) -> list[Unit]:
    return known.heard(part.sounds)


def candidates(part: Part, known: Gazetteer, inside: Sequence[Unit], *, is_address: bool) -> list[Unit]:
    """What this part means inside any of `inside`; or those of `inside` that it holds.

    By its sound, then where the land was divided since, then by a typo.
    """
    for exact in fitting(part, exactly(part, known), is_address):
        found = held(exact, inside) or (held(inside, exact) if exact else []) or held(exact, inside, formerly=True)
        if found:
            return found
    if is_address and not part.label and inside:
        return []
    typed = fitting(part, known.misspelt(part.misspelt), is_address)
    return next((found for near in typed if (found := held(near, inside))), [])


def held(units: Iterable[Unit], inside: Sequence[Unit], *, formerly: bool = False) -> list[Unit]:
    if not inside:
        return list(units)
    holders = {holder.kato for holder in inside if holder.kato}
    if formerly:
        holders = {young for young, old in WAS_IN.items() if old in holders}
    return [unit for unit in units if any(unit.inside(kato) for kato in holders)]


def fitting(part: Part, units: Sequence[Unit], is_address: bool) -> list[list[Unit]]:
    """Those of the kind the writer named, then those that are often called so; without a kind an okrug comes last."""
    if part.kinds:
        fit = [unit for unit in units if unit.kind in part.kinds]
        if part.label == "akimat":
            return [fit, [unit for unit in units if unit.kind == "okrug"]]
        if part.label in ("city", "town", "place", "minor"):  # villages become cities, and are called so before
            return [fit, [unit for unit in units if unit.level == "settlement"]]
        return [fit]
    if is_address and any(unit.kind == "city" for unit in units):
        return [[unit for unit in units if unit.kind in ("city", "city_akimat")]]
    return [[unit for unit in units if unit.kind != "okrug"], list(units)]


def settle(units: Sequence[Unit], part: Part | None) -> list[Unit]:
    """Namesakes that are one answer: a unit and the unit of the same name that holds it; a town and some hamlets; a
    place of the map and its row of the classifier. Otherwise all of them; the settlements alone if there are several.

    A town that only used to be called like this (`part`) does not outweigh a village that is.
    """
    districts = {unit.above[1] for unit in units if unit.kato and len(unit.above) > 1}
    units = [unit for unit in units if unit.kato or unit.above[-1] not in districts]
    finest = [unit for unit in units if not any(holds(unit, other) for other in units)]
    if len(finest) < 2 or part is None:
        return finest
    called = [unit for unit in finest if any(sound in unit.called for sound in part.sounds)]
    named = [unit for unit in called if unit.kind in ("city", "village")]
    if not part.label and len(named) > 1:
        finest = called = named
    largest = max(finest, key=lambda unit: unit.population if unit.level == "settlement" else -1)
    rivals = sum(people(unit) for unit in finest if unit is not largest)
    outweighs = largest.level == "settlement" and largest.population >= ODDS * rivals
    return [largest] if outweighs and (largest in called or not called) else finest


def holds(unit: Unit, other: Unit) -> bool:
    """Whether the other, called like this one and inside it, is meant rather: not a village rather than a region."""
    return unit.kato in other.above and (unit.level != "region" or other.kind == "city")


def people(unit: Unit) -> int:
    """How many are thought to mean this by its bare name; few call a district so without the word."""
    return max(unit.population if unit.level == "settlement" else 0, PEOPLE.get(unit.kind, PEOPLE["village"]))
