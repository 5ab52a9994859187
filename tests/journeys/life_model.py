"""From pickup to paid in plain Python: dictionaries, fractions, and the rules as `product.md` tells them. Knows no database.

What it cannot know it is told: which lines a rule holds. Everything that follows from it, it works out by itself.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from uuid import UUID

from tests.journeys.life_values import (
    COEFFICIENTS,
    COMMITTED,
    STAGES_OF,
    Claim,
    Fact,
    Line,
    Load,
    Scope,
    after,
    price,
)


@dataclass
class Model:
    limits: dict[Scope, int]  # Scope(): the programme's ceiling
    pickups: dict[UUID, str] = field(default_factory=dict)  # -> state
    winners: dict[UUID, str] = field(default_factory=dict)  # -> collector
    loads: dict[UUID, Load] = field(default_factory=dict)
    lines: dict[tuple[UUID, str, int, bool, int], Line] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    changes: list[tuple[str, date, Fraction]] = field(default_factory=list)  # of rates: the stage, from when on, to what
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
        """At the rate of the day; a reversal takes back what stands, as it stands."""
        assert load.weighed_on
        contract, month = "R" if stage == "recycling" else load.collector, fact.sealed_on
        if not fact.reversal:
            rate = self.rate(stage, load.weighed_on)
            self._line(Line((load.id, stage, fact.edition, False, 1), contract, fact, load.weighed_on, rate, fact.grams,
                            price(rate, fact.grams, load.weighed_on), self.open_month(contract, month)))
            return
        old = next(one for one in self.lines.values() if one.live and one.key[:4] == (load.id, stage, fact.edition, False))
        self._line(self._back(old, (*old.key[:3], True, 1), fact, month), post=old.claim is None or old.claim.state != "rejected")

    def _back(self, old: Line, key: tuple[UUID, str, int, bool, int], fact: Fact, day: date) -> Line:
        old.taken_back = True
        return Line(key, old.contract, fact, old.supply_on, old.coefficient, -old.mass_g, -old.amount_tiyn,
                    self.open_month(old.contract, day))

    def _line(self, line: Line, *, post: bool = True) -> None:
        self.lines[line.key] = line
        if post:  # what a rejection took back is not taken back again
            self.post(line.amount_tiyn, debit=("cost", ""), credit=("accrued", line.contract))

    def rate(self, stage: str, day: date) -> Fraction:
        return next((rate for of, first, rate in reversed(self.changes) if of == stage and first <= day),
                    Fraction(COEFFICIENTS[stage]))

    def reprice(self) -> None:
        """What stands at a rate that is not its day's is taken back and stands again; what was rejected stays rejected."""
        for old in list(self.lines.values()):
            rate = self.rate(old.key[1], old.supply_on)
            if not old.live or rate == old.coefficient or (old.claim and old.claim.state == "rejected"):
                continue
            self._line(self._back(old, (*old.key[:4], old.key[4] + 1), old.fact, old.month))
            self._line(Line((*old.key[:4], old.key[4] + 2), old.contract, old.fact, old.supply_on, rate, old.mass_g,
                            price(rate, old.mass_g, old.supply_on), self.open_month(old.contract, old.fact.sealed_on)))

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

    def asks_again(self, claim: Claim) -> None:
        """A queued one: let through where there is room behind those who came before it."""
        queue = self.queue()
        if claim in self.through(queue[:queue.index(claim) + 1]):
            self.let_through(claim)

    def through(self, claims: list[Claim]) -> list[Claim]:
        """Those for whom every limit has room; nobody goes past one who waits for the same limit."""
        left = {scope: limit - sum(one.amount_tiyn for one in self.claims if one.state in COMMITTED and scope.covers(one))
                for scope, limit in self.limits.items()}
        found = []
        for claim in claims:
            full = [scope for scope in left if scope.covers(claim) and claim.amount_tiyn > left[scope]]
            if not full:
                found.append(claim)
            for scope in full or [one for one in left if one.covers(claim)]:
                left[scope] = -1 if full else left[scope] - claim.amount_tiyn
        return found

    def let_through(self, claim: Claim) -> None:
        claim.state = "approved"
        self.post(claim.amount_tiyn, debit=("accrued", claim.contract), credit=("approved", claim.contract))

    def reject(self, claim: Claim) -> None:
        claim.state = "rejected"
        self.post(claim.amount_tiyn, debit=("accrued", claim.contract), credit=("cost", ""))

    def grant(self, claim: Claim) -> None:
        if claim.state == "rejected":
            self.post(claim.amount_tiyn, debit=("cost", ""), credit=("accrued", claim.contract))
        claim.state, claim.approved_at, claim.appeal, claim.judged = "verified", None, None, True

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
