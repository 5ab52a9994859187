"""What the kilograms of a life are worth, who asks for it, who says yes, and what the bank says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as some
from hypothesis.stateful import precondition, rule

from collection.kernel.actor import HOUSE
from collection.kernel.db import rows
from collection.payouts import operations as payouts
from collection.payouts.declarations import CURRENT as DECLARATION
from collection.payouts.rules import CANCELLED
from tests.journeys.life_custody import Kilograms
from tests.journeys.life_ground import NUMBER, nth
from tests.journeys.life_values import after, day_of

KEY = "line.consignment_id, line.stage, fact.edition, fact.reversal_of_id IS NOT NULL AS reversal, line.edition AS of_line"
HOLDS = """FROM payouts_hold hold JOIN payouts_accrualline line ON line.id = hold.line_id
    JOIN custody_fact fact ON fact.id = line.fact_id"""


def key_of(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["consignment_id"], row["stage"], row["edition"], row["reversal"], row["of_line"]


class Money(Kilograms):
    @rule()
    def accrue(self) -> None:
        self.world.office.accrue(self.at)
        self.model.accrue()
        self.look_at_the_holds()

    def look_at_the_holds(self) -> None:
        """Which lines a rule holds is the rules' own story; that an expired scale is seen is certain."""
        held = {key_of(row): row["rules"] for row in rows(
            f"SELECT {KEY}, array_agg(hold.rule) AS rules {HOLDS} WHERE lifted_at IS NULL GROUP BY line.id, fact.id")}
        for key, line in self.model.lines.items():
            line.held = key in held
            if line.claim is None and line.mass_g > 0 and self.model.loads[key[0]].expired_scale and key not in self.lifted:
                assert "calibration_expired" in held[key]

    @property
    def lifted(self) -> set[tuple[Any, ...]]:
        return {key_of(row) for row in rows(f"SELECT {KEY} {HOLDS} WHERE lifted_at IS NOT NULL")}

    @precondition(lambda self: any(line.held for line in self.model.lines.values()))
    @rule(n=NUMBER)
    def lift(self, n: int) -> None:
        holds = rows("SELECT id FROM payouts_hold WHERE lifted_at IS NULL AND rule <> %s ORDER BY id", [CANCELLED])
        if holds:
            payouts.lift_hold(actor=self.world.office.inspector, at=self.at, hold_id=nth(holds, n)["id"], why="seen")
            self.look_at_the_holds()

    @precondition(lambda self: self.model.lines)
    @rule(contract=some.sampled_from("ARB"))
    def claim(self, contract: str) -> None:
        month = day_of(self.at).replace(day=1)
        prepare = lambda: payouts.prepare_claim(  # noqa: E731
            actor=self.world.people[contract].actor, at=self.at, contract_id=self.world.contracts[contract], month=month)
        if self.model.has_claim(contract, month):
            self.refused(prepare, code="claim_exists")
            return
        made = prepare()
        assert (made is not None) == (self.model.worth(contract, month) > 0)
        if made:
            self.model.claim(made.id, contract, month)

    @rule(early=some.sampled_from((False, False, True)))
    def the_month_is_closed(self, early: bool) -> None:
        """For everybody: whatever is payable is claimed; what comes later belongs to a later month.

        By the second officer: the first approves, and nobody approves what they prepared.
        """
        this = day_of(self.at).replace(day=1)
        month = this if early else (this - timedelta(days=1)).replace(day=1)
        close = lambda: payouts.close_month(  # noqa: E731
            actor=self.world.office.second, at=self.at, programme=self.world.scene.code, month=month)
        if early:
            self.refused(close, code="month_not_over")
        elif self.model.closed and self.model.closed >= month:
            self.refused(close, code="month_closed")
        elif any(fact.measure != "collected" and not fact.rated and fact.sealed_on < after(month)
                 for load in self.model.loads.values() for fact in load.facts):
            self.refused(close, code="accrual_behind")
        else:
            due = [name for name in self.world.contracts
                   if not self.model.has_claim(name, month) and self.model.worth(name, month) > 0]
            assert close().claims == len(due)
            made = {row["contract_id"]: row["id"] for row in rows(
                "SELECT id, contract_id FROM payouts_claim WHERE month = %s", [month])}
            for name in due:
                self.model.claim(made[self.world.contracts[name]], name, month)
            self.model.closed = month

    @precondition(lambda self: self.claims_in("draft", "returned", "submitted"))
    @rule(n=NUMBER)
    def onward(self, n: int) -> None:
        claim = nth(self.claims_in("draft", "returned", "submitted"), n)
        if claim.state != "submitted":
            self.tickets += 1
            payouts.submit_claim(actor=self.world.people[claim.contract].actor, at=self.at, claim_id=claim.id,
                                 act_number=f"A{self.tickets}", einvoice_number=f"LIFE-{self.tickets}", declaration=DECLARATION)
            claim.state = "submitted"
        else:
            told = payouts.verify_claim(actor=self.world.office.inspector, at=self.at, claim_id=claim.id)
            assert told.state == "verified", told.reason
            claim.state, claim.judged = "verified", False

    @precondition(lambda self: self.claims_in("submitted"))
    @rule(n=NUMBER)
    def send_back(self, n: int) -> None:
        claim = nth(self.claims_in("submitted"), n)
        payouts.return_claim(actor=self.world.office.inspector, at=self.at, claim_id=claim.id, reason="a photo is blurred")
        claim.state = "returned"

    @precondition(lambda self: self.claims_in("returned", "rejected"))
    @rule(n=NUMBER)
    def appeal(self, n: int) -> None:
        claim = nth(self.claims_in("returned", "rejected"), n)
        file = lambda: payouts.file_appeal(  # noqa: E731
            actor=self.world.people[claim.contract].actor, at=self.at, claim_id=claim.id, words="it is our lorry")
        if claim.appeal:
            self.refused(file, code="appeal_open")
        else:
            claim.appeal = file().id, claim.state

    @precondition(lambda self: any(claim.appeal for claim in self.model.claims))
    @rule(n=NUMBER, granted=some.sampled_from((True, True, False)))
    def judge(self, n: int, granted: bool) -> None:
        claim = nth((claim for claim in self.model.claims if claim.appeal), n)
        assert claim.appeal
        appeal_id, of_state = claim.appeal
        answer = lambda by: payouts.decide_appeal(  # noqa: E731
            actor=by, at=self.at, appeal_id=appeal_id, granted=granted, answer="seen on site")
        decide = lambda: answer(self.world.judge)  # noqa: E731
        if claim.state not in ("returned", "rejected") or (granted and claim.state != of_state):
            self.refused(decide, code="wrong_state")  # the claim has moved on
        elif granted and of_state == "rejected" and any(line.taken_back for line in claim.lines):
            self.refused(decide, code="corrected_since")
        else:
            self.refused(lambda: answer(self.world.office.inspector if of_state == "returned" else self.world.office.finance),
                         code="same_person")
            decide()
            claim.appeal = None
            if granted:
                self.model.grant(claim)
                self.prices_are_worked_through()

    def prices_are_worked_through(self) -> None:
        payouts.reprice(actor=HOUSE, at=self.at, programme_id=self.world.scene.programme.id)
        self.model.reprice()
        self.look_at_the_holds()

    @precondition(lambda self: self.claims_in("verified"))
    @rule(n=NUMBER, yes=some.sampled_from((True, True, True, False)))
    def decide(self, n: int, yes: bool) -> None:
        claim, office = nth(self.claims_in("verified"), n), self.world.office
        verifier = self.world.judge if claim.judged else office.inspector
        self.refused(lambda: payouts.approve_claim(actor=verifier, at=self.at, claim_id=claim.id), code="same_person")
        if yes:
            told = payouts.approve_claim(actor=office.finance, at=self.at, claim_id=claim.id)
            self.model.approve(claim, self.at)
            assert told.state == claim.state
        else:
            payouts.reject_claim(actor=office.finance, at=self.at, claim_id=claim.id, reason="no")
            self.model.reject(claim)

    @precondition(lambda self: self.claims_in("queued"))
    @rule(n=NUMBER, yes=some.sampled_from((True, True, False)))
    def asked_again(self, n: int, yes: bool) -> None:
        """A queued claim, out of its turn: it goes through only where there is room behind whoever came before it."""
        claim, office = nth(self.claims_in("queued"), n), self.world.office
        if yes:
            told = payouts.approve_claim(actor=office.finance, at=self.at, claim_id=claim.id)
            self.model.asks_again(claim)
            assert told.state == claim.state
        else:
            payouts.reject_claim(actor=office.finance, at=self.at, claim_id=claim.id, reason="no")
            self.model.reject(claim)

    @precondition(lambda self: self.claims_in("queued"))
    @rule()
    def the_queue_moves(self) -> None:
        payouts.approve_queued(actor=HOUSE, at=self.at, programme_id=self.world.scene.programme.id)
        self.model.approve_queued()

    @precondition(lambda self: self.claims_in("approved"))
    @rule(paid=some.lists(some.booleans(), min_size=3, max_size=3))
    def the_bank(self, paid: list[bool]) -> None:
        """All approved claims in one register; the bank answers each. What it sends back is approved again."""
        claims, office = self.claims_in("approved"), self.world.office
        nth(claims, 0)
        answers = {claim.id: paid[n % 3] for n, claim in enumerate(claims)}
        register = payouts.prepare_register(actor=office.finance, at=self.at, claim_ids=list(answers))
        self.refused(lambda: payouts.approve_register(actor=office.finance, at=self.at, register_id=register.id),
                     code="same_person")
        payouts.approve_register(actor=office.second, at=self.at, register_id=register.id)
        office.answered(register, self.at, rejected=[pk for pk, yes in answers.items() if not yes])
        for claim in claims:
            if answers[claim.id]:
                self.model.pay(claim)
