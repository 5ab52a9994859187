"""From pickup to paid in plain Python: dictionaries, fractions, and the rules as `product.md` tells them. Knows no database.

What it cannot know it is told: which lines a rule holds. Everything that follows from it, it works out by itself.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import accumulate
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


def price(stage: str, grams: int, supply_on: date) -> int:
    """Coefficient x index x grams / 10^6, in tiyn, rounded once, half up (away from zero)."""
    exact = Fraction(COEFFICIENTS[stage]) * INDEX_KZT[supply_on.year] * 100 * abs(grams) / 10**6
    rounded = int(exact + Fraction(1, 2))
    return rounded if grams >= 0 else -rounded


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
    key: tuple[UUID, str, int, bool]  # load, stage, edition, reversal
    contract: str
    mass_g: int
    amount_tiyn: int
    month: date
    claim: Claim | None = None
    held: bool = False


@dataclass(eq=False)
class Claim:
    id: UUID
    contract: str
    month: date
    lines: list[Line]
    state: str = "draft"
    approved_at: datetime | None = None  # its place in the queue

    @property
    def amount_tiyn(self) -> int:
        return sum(line.amount_tiyn for line in self.lines)


@dataclass
class Model:
    ceiling_tiyn: int
    pickups: dict[UUID, str] = field(default_factory=dict)  # -> state
    winners: dict[UUID, str] = field(default_factory=dict)  # -> collector
    loads: dict[UUID, Load] = field(default_factory=dict)
    lines: dict[tuple[UUID, str, int, bool], Line] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    closed: date | None = None  # the last month closed for everybody
    statements: dict[int, str] = field(default_factory=dict)  # as they were first seen
    accounts: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))  # (kind, contract)

    def open_month(self, contract: str, day: date) -> date:
        month = max(day.replace(day=1), after(self.closed) if self.closed else date.min)
        while self.has_claim(contract, month):
            month = after(month)
        return month

    def accrue(self) -> None:
        for load in self.loads.values():
            for fact in [one for one in load.facts if not one.rated]:
                fact.rated = True
                for stage in STAGES_OF[fact.measure]:
                    self._accrue(load, fact, stage)

    def _accrue(self, load: Load, fact: Fact, stage: str) -> None:
        assert load.weighed_on
        contract = "R" if stage == "recycling" else load.collector
        amount = price(stage, fact.grams, load.weighed_on)
        key = (load.id, stage, fact.edition, fact.reversal)
        self.lines[key] = Line(key, contract, fact.grams, amount, self.open_month(contract, fact.sealed_on))
        old = self.lines[key[0], stage, fact.edition, False].claim if fact.reversal else None
        if old is None or old.state != "rejected":  # what a rejection took back is not taken back again
            self.post(amount, debit=("cost", ""), credit=("accrued", contract))

    def post(self, amount: int, *, debit: tuple[str, str], credit: tuple[str, str]) -> None:
        self.accounts[debit] += amount
        self.accounts[credit] -= amount

    def claimable(self, contract: str, month: date) -> list[Line]:
        return [line for line in self.lines.values()
                if line.contract == contract and line.claim is None and not line.held and line.month <= month]

    def worth(self, contract: str, month: date) -> int:
        return sum(line.amount_tiyn for line in self.claimable(contract, month))

    def has_claim(self, contract: str, month: date) -> bool:
        return any((one.contract, one.month) == (contract, month) for one in self.claims)

    def claim(self, claim_id: UUID, contract: str, month: date) -> Claim:
        made = Claim(claim_id, contract, month, self.claimable(contract, month))
        for line in made.lines:
            line.claim = made
        self.claims.append(made)
        return made

    def approve(self, claim: Claim, at: datetime) -> None:
        """Approved where there is room behind those who wait already, else queued."""
        through = self.through([*self.queue(), claim])
        claim.approved_at = at
        if claim in through:
            self.let_through(claim)
        else:
            claim.state = "queued"

    def approve_queued(self) -> None:
        for claim in self.through(self.queue()):
            self.let_through(claim)

    def queue(self) -> list[Claim]:
        return sorted((one for one in self.claims if one.state == "queued"),
                      key=lambda one: (one.approved_at, self.claims.index(one)))

    def through(self, claims: list[Claim]) -> list[Claim]:
        """Those at the front for whom there is room: nobody goes past one who waits."""
        left = self.ceiling_tiyn - sum(one.amount_tiyn for one in self.claims if one.state in COMMITTED)
        return [claim for claim, sums in zip(claims, accumulate(one.amount_tiyn for one in claims), strict=True)
                if sums <= left]

    def let_through(self, claim: Claim) -> None:
        claim.state = "approved"
        self.post(claim.amount_tiyn, debit=("accrued", claim.contract), credit=("approved", claim.contract))

    def reject(self, claim: Claim) -> None:
        claim.state = "rejected"
        self.post(claim.amount_tiyn, debit=("accrued", claim.contract), credit=("cost", ""))

    def pay(self, claim: Claim) -> None:
        claim.state = "paid"
        self.post(claim.amount_tiyn, debit=("approved", claim.contract), credit=("bank", ""))

    def tonnages(self) -> dict[str, int]:
        """Grams by measure, and tiyn paid. A gram is paid once however many of its stages are."""
        told = {measure: sum(fact.grams for load in self.loads.values() for fact in load.facts if fact.measure == measure)
                for measure in STAGES_OF}
        stages: dict[UUID, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for line in self.paid_lines():
            stages[line.key[0]][line.key[1]] += line.mass_g
        return told | {"paid": sum(max(of.values()) for of in stages.values()),
                       "paid_tiyn": sum(line.amount_tiyn for line in self.paid_lines())}

    def paid_lines(self) -> list[Line]:
        return [line for line in self.lines.values() if line.claim and line.claim.state == "paid"]
