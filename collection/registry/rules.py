"""What a number plate, a payload and a monthly capacity may be."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence, Sized

from collection.kernel.mass import GRAMS_PER_TONNE, ROAD_LIMIT_G
from collection.kernel.refusals import Defect

#: A vehicle cannot carry more than the heaviest load the road allows.
MAX_PAYLOAD_G = ROAD_LIMIT_G
#: Ten million tonnes, thousands of times the whole programme: beyond it a mass is a slip of the finger, and sums of
#: masses stay far inside 64 bits.
MAX_MASS_G = 10_000_000 * GRAMS_PER_TONNE

PLATE = re.compile(r"(?=.*[0-9])[A-Z0-9]{5,10}")
#: Plates are made of the letters that look alike in both alphabets; people type whichever is at hand.
LOOK_ALIKES = str.maketrans("АВЕКМНОРСТУХ", "ABEKMHOPCTYX", " -")


def plate_of(text: str) -> str | None:
    """The plate as it is stored, "123 авс 02" -> "123ABC02"; None when it is not one."""
    plate = text.upper().translate(LOOK_ALIKES)
    return plate if PLATE.fullmatch(plate) else None


def pointer(items: Sized, index: int, name: str) -> str:
    """Where a defect of one item is, as a JSON pointer. A list of one is spoken of as the thing itself."""
    return f"/{name}" if len(items) == 1 else f"/{index}/{name}"


def masses_wrong(masses: Sequence[tuple[str, int]], at: str, name: str, known: Collection[str]) -> Iterator[Defect]:
    """What is wrong with a list of (category, grams), each entry at `at`/n: a quota's or a capacity's."""
    seen: set[str] = set()
    for n, (category, grams) in enumerate(masses):
        if category not in known:
            yield Defect(f"{at}/{n}/category", "unknown_category", {"value": category})
        elif category in seen:
            yield Defect(f"{at}/{n}/category", "duplicate", {"value": category})
        if not 0 < grams <= MAX_MASS_G:
            yield Defect(f"{at}/{n}/{name}", "out_of_range", {"min": 1, "max": MAX_MASS_G})
        seen.add(category)
