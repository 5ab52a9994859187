"""What the real programme has published, and whether computed figures equal it at the precision it was printed with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SOURCE = "EcoQolday, the programme of the EPR operator JSC Zhasyl Damu: figures of September 2025"
TONNE_G, KILOTONNE_G, MILLION_KZT_TIYN = 10**6, 10**9, 10**8


@dataclass(frozen=True, slots=True)
class Published:
    """`value` in grams, tiyn or pieces; `precision` is the unit of its last printed digit; `text` as it was printed."""

    name: str
    value: int
    precision: int
    text: str

    def equals(self, computed: int) -> bool:
        """Whether `computed`, rounded half up to the printed digit, is the printed number."""
        return (computed + self.precision // 2) // self.precision * self.precision == self.value


@dataclass(frozen=True, slots=True)
class Compared:
    name: str
    published: int
    precision: int
    text: str
    computed: int
    equal_at_precision: bool


PUBLISHED = (
    Published("generators", 1_725, 1, "1,725"),
    Published("applications", 739, 1, "739"),
    Published("declared_g", 2_618 * TONNE_G, TONNE_G, "2,618 t"),
    Published("contracts_collection", 46, 1, "46"),
    Published("contracts_recycling", 18, 1, "18"),
    Published("contracts_full_cycle", 10, 1, "10"),
    Published("recycled_2024_g", 103 * KILOTONNE_G // 10, KILOTONNE_G // 10, "10.3 kt"),
    Published("recycled_2025_01_08_g", 191 * KILOTONNE_G // 10, KILOTONNE_G // 10, "19.1 kt"),
    Published("recycled_g", 294 * KILOTONNE_G // 10, KILOTONNE_G // 10, "29.4 kt"),
    Published("paid_tiyn", 4_473 * MILLION_KZT_TIYN // 10, MILLION_KZT_TIYN // 10, "KZT 447.3 million"),
)


def compare(figures: Mapping[str, int]) -> list[Compared]:
    """Published against computed, side by side. `figures` holds a number for every name above; KeyError for a missing one."""
    return [
        Compared(one.name, one.value, one.precision, one.text, figures[one.name], one.equals(figures[one.name]))
        for one in PUBLISHED
    ]
