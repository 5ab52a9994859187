"""The five tonnages, each a type of its own, so that two of them cannot be added.

Three things keep them apart. In Python `Declared + Collected` is a type error, for mypy and at run time. In SQL every
statement of this room groups by `measure`, and no other statement reads the deltas. On the wire they are five fields of
one object, and nothing is called a total of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Self


@dataclass(frozen=True, slots=True)
class Tonnage:
    """Grams of one measure, and of how many things (applications, loads, batches, lines)."""

    grams: int = 0
    n: int = 0

    def __add__(self, other: Self) -> Self:
        if type(other) is not type(self):
            return NotImplemented
        return type(self)(self.grams + other.grams, self.n + other.n)


class Declared(Tonnage):
    """By the generator, when the pickup is submitted; `n` counts applications."""

    __slots__ = ()


class Collected(Tonnage):
    """Weighed at or after pickup."""

    __slots__ = ()


class Received(Tonnage):
    """Accepted by the recycler after refusal."""

    __slots__ = ()


class Recycled(Tonnage):
    """Confirmed by a processing batch: its input, never its product."""

    __slots__ = ()


class Paid(Tonnage):
    """In a paid claim line; a gram counts once, however many of its stages are paid."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """The five side by side, and the money paid. Adding two of these adds each measure to itself."""

    declared: Declared = field(default_factory=Declared)
    collected: Collected = field(default_factory=Collected)
    received: Received = field(default_factory=Received)
    recycled: Recycled = field(default_factory=Recycled)
    paid: Paid = field(default_factory=Paid)
    paid_tiyn: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Figures)))


TONNAGES: dict[str, type[Tonnage]] = {
    "declared": Declared, "collected": Collected, "received": Received, "recycled": Recycled, "paid": Paid,
}
MEASURES = tuple(TONNAGES)
