"""Synthetic people and companies: numbers that are valid and belong to nobody we know of."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from collection.accounts.identity import check_digit

#: The operator's officers of the demo, by role; two in finance, because nobody approves what they entered.
OFFICERS = {
    "manager": "+77010000001", "finance": "+77010000002", "second_finance": "+77010000003",
    "inspector": "+77010000004", "auditor": "+77010000005",
}


def company_number(index: int, *, series: int) -> str:
    """The `index`-th valid synthetic BIN of a series (0-9): registered in 2024, in the month the series names."""
    return _valid(f"24{series + 1:02d}40", index)


def company_number_of(name: str) -> str:
    """A valid synthetic BIN for whatever is called `name`, always the same one: registered between 2010 and 2024."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    number, year = divmod(number, 15)
    number, month = divmod(number, 12)
    return _valid(f"{10 + year}{1 + month:02d}40", number % 10_000)


def person_number(index: int) -> str:
    """The `index`-th valid synthetic IIN: born 1 January 2000."""
    return _valid("000101", index)


def phone_number(index: int, *, series: int) -> str:
    """The `index`-th synthetic mobile number of a series (1-9)."""
    return f"+7701{series}{index:06d}"


def plate(index: int) -> str:
    """The `index`-th synthetic plate: three digits, three letters, region 02."""
    return f"{index % 1000:03d}{_letters(index)}02"


def _letters(index: int) -> str:
    number, letters = index // 1000, ""
    for _ in range(3):
        letters += chr(ord("A") + number % 26)
        number //= 26
    return letters


def _valid(stem: str, index: int) -> str:
    """Some serials have no check digit: they are skipped by trying ten serials for each index."""
    width = 11 - len(stem)
    for tail in range(10):
        first_eleven = f"{stem}{index * 10 + tail:0{width}d}"
        digit = check_digit(first_eleven)
        if digit is not None:
            return f"{first_eleven}{digit}"
    raise ValueError(f"no valid number near {stem}{index}")



@dataclass(frozen=True, slots=True)
class Season:
    """The live programme's people, by telephone. A claim closes a contract's month, so each main job has contracts of its own."""

    number: int = 0

    @property
    def first(self) -> int:
        """The index of the season's first contractor in series 5; its driver's is 100 more."""
        return 200 * self.number

    @property
    def collectors(self) -> tuple[str, ...]:
        """Collectors' admins, in the order of live.CONTRACTS; the last one recycles its loads itself."""
        return tuple(phone_number(self.first + n, series=5) for n in range(5))

    @property
    def recyclers(self) -> tuple[str, ...]:
        return tuple(phone_number(self.first + n, series=5) for n in (6, 7))

    def driver_of(self, collector: int) -> str:
        return phone_number(self.first + 100 + collector, series=5)


FIRST = Season()
GENERATOR = phone_number(0, series=6)
