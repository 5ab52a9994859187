"""What a life consists of, in plain Python: loads and their facts, lines, claims and limits, and how grams become tiyn."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from uuid import UUID

ALMATY = timedelta(hours=5)
COEFFICIENTS = {"collection": "9.05", "transport": "7.41", "recycling": "1.79"}  # polymer
INDEX_KZT = {2025: 3932, 2026: 4325}
STAGES_OF = {"collected": (), "received": ("collection", "transport"), "recycled": ("recycling",)}
COMMITTED = ("approved", "registered", "paid")


def day_of(at: datetime) -> date:
    return (at.replace(tzinfo=None) + ALMATY).date()


def after(month: date) -> date:
    """The month after this one."""
    return (month + timedelta(days=32)).replace(day=1)


def price(coefficient: Fraction, grams: int, supply_on: date) -> int:
    """Coefficient x index x grams / 10^6, in tiyn, rounded once, half up (away from zero)."""
    exact = coefficient * INDEX_KZT[supply_on.year] * 100 * abs(grams) / 10**6
    rounded = int(exact + Fraction(1, 2))
    return rounded if grams >= 0 else -rounded


def shares(total: int, weights: list[int]) -> list[int]:
    """`total` in whole grams in proportion to the weights; what is left over goes to the largest remainders."""
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    told = [int(one) for one in exact]
    for n in sorted(range(len(exact)), key=lambda n: (told[n] - exact[n], n))[:total - sum(told)]:
        told[n] += 1
    return told


@dataclass
class Fact:
    measure: str
    edition: int
    grams: int
    sealed_on: date
    reversal: bool = False
    rated: bool = False


@dataclass
class Load:
    id: UUID
    collector: str
    state: str = "loaded"
    net_g: int = 0
    accepted_g: int | None = None
    weighed_on: date | None = None
    expired_scale: bool = False
    loss_g: int | None = None  # of its batch; every batch here is of one load
    facts: list[Fact] = field(default_factory=list)

    def seal(self, measure: str, grams: int, at: datetime) -> None:
        self.facts.append(Fact(measure, 1, grams, day_of(at)))

    def correct(self, grams: int, at: datetime) -> None:
        taken_back = {(one.measure, one.edition) for one in self.facts if one.reversal}
        for old in [one for one in self.facts if one.measure != "collected" and not one.reversal
                    and (one.measure, one.edition) not in taken_back]:
            self.facts.append(Fact(old.measure, old.edition, -old.grams, day_of(at), reversal=True))
            self.facts.append(Fact(old.measure, old.edition + 1, grams, day_of(at)))
        if self.loss_g is not None:
            self.loss_g += grams - (self.accepted_g or 0)
        self.accepted_g = grams


@dataclass
class Line:
    key: tuple[UUID, str, int, bool, int]  # load, stage, the fact's edition, whether that is a reversal, the line's edition
    contract: str
    fact: Fact
    supply_on: date
    coefficient: Fraction
    mass_g: int
    amount_tiyn: int
    month: date
    claim: Claim | None = None
    held: bool = False
    taken_back: bool = False

    @property
    def live(self) -> bool:
        return self.mass_g > 0 and not self.taken_back


@dataclass(eq=False)
class Claim:
    id: UUID
    contract: str
    month: date
    lines: list[Line]
    state: str = "draft"
    approved_at: datetime | None = None  # its place in the queue
    judged: bool = False  # verified by whoever granted its appeal
    appeal: tuple[UUID, str] | None = None  # an open one, and what it is against

    @property
    def amount_tiyn(self) -> int:
        return sum(line.amount_tiyn for line in self.lines)


@dataclass(frozen=True)
class Scope:
    """What a limit is of: everything, a contract's, a month's. Category and region narrow nothing: there is one of each."""

    contract: str | None = None
    month: date | None = None
    category: bool = False
    region: bool = False

    def covers(self, claim: Claim) -> bool:
        return self.contract in (None, claim.contract) and self.month in (None, claim.month)
