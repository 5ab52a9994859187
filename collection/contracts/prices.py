"""Prices by day: which coefficient, index and VAT rate is in force when. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both included; no last day means until further notice."""

    first: date
    last: date | None = None

    def holds(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def meets(self, other: Period) -> bool:
        return (self.last is None or other.first <= self.last) and (other.last is None or self.first <= other.last)


@dataclass(frozen=True, slots=True)
class Price:
    """One dated row: `value` is a coefficient, tiyn or percent of `what`: (category, stage), "index" or "vat"."""

    what: Hashable
    value: Decimal | int
    period: Period
    source: str
    id: UUID


@dataclass(frozen=True, slots=True)
class Rates:
    """What holds for one category on one day. A missing stage is not payable; `index_tiyn` None: nothing is yet."""

    coefficients: Mapping[str, Decimal]
    tariff_ids: Mapping[str, UUID]
    index_tiyn: int | None
    vat_percent: Decimal | None


@dataclass(frozen=True, slots=True)
class PriceList:
    """Every dated row of one programme, to be asked for thousands of days without asking the database again."""

    prices: tuple[Price, ...]

    def on(self, category: str, day: date) -> Rates:
        found: dict[Any, Any] = {price.what: price for price in self.prices if price.period.holds(day)}
        stages = {what[1]: price for what, price in found.items() if isinstance(what, tuple) and what[0] == category}
        index, vat = found.get("index"), found.get("vat")
        return Rates(
            {stage: price.value for stage, price in stages.items()},
            {stage: price.id for stage, price in stages.items()},
            index and index.value, vat and vat.value,
        )


@dataclass(frozen=True, slots=True)
class Fit:
    """How new rows fit among old: `clashes` (place of the new row, what is in its way), `cut` (old row, last day)."""

    clashes: tuple[tuple[int, Period], ...]
    cut: tuple[tuple[Price, date], ...]


def fit(new: Sequence[tuple[Hashable, Period]], old: Iterable[Price], *, today: date) -> Fit:
    """Two rows for one thing on one day clash, but an open row from a coming day on ends an older open one.

    Days that have begun keep their price: what was earned on them was earned at it. A new row with a last day may not
    end an open one: afterwards there would be no price at all, which nobody means.
    """
    clashes: list[tuple[int, Period]] = []
    cut: list[tuple[Price, date]] = []
    of: dict[Hashable, list[tuple[int, Period]]] = {}
    for n, (what, period) in enumerate(new):
        of.setdefault(what, []).append((n, period))
    for same in of.values():  # in the order of their first days only neighbours need be compared, the latest end in hand
        latest: tuple[int, Period] | None = None
        for n, period in sorted(same, key=lambda one: (one[1].first, one[0])):
            if latest is not None and latest[1].meets(period):
                clashes += [(n, latest[1]), (latest[0], period)]
            if latest is None or (latest[1].last is not None and (period.last is None or period.last > latest[1].last)):
                latest = n, period
    for price in old:
        ends = [(n, period) for n, period in of.get(price.what, ()) if price.period.meets(period)]
        first = min((period.first for _, period in ends), default=today)
        both_open = price.period.last is None and any(period.last is None for _, period in ends)
        if both_open and first > max(today, price.period.first):
            cut.append((price, first - DAY))
        else:
            clashes += [(n, price.period) for n, _ in ends]
    return Fit(tuple(sorted(dict.fromkeys(clashes), key=lambda one: one[0])), tuple(cut))


def rest_of(old: Period, new: Period) -> list[Period]:
    """What is left of `old` before and after `new` when they meet: none, one or two periods."""
    rest = []
    if old.first < new.first:
        rest.append(Period(old.first, new.first - DAY))
    if new.last is not None and (old.last is None or new.last < old.last):
        rest.append(Period(new.last + DAY, old.last))
    return rest
