"""The operator's desk: everybody who has a claim in hand between the contractor and the bank."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from collection.kernel.actor import HOUSE
from collection.payouts import operations as payouts, queries
from collection.payouts.declarations import CURRENT as DECLARATION
from tests import cast

_papers = itertools.count(1)


class Office:
    def __init__(self, scene: cast.Scene) -> None:
        self.scene = scene
        operator = scene.manager.organisation_id
        self.inspector = cast.member(operator, "inspector")
        self.finance, self.second = scene.finance, cast.member(operator, "finance")

    def accrue(self, at: datetime) -> payouts.Accrued:
        return payouts.accrue(actor=HOUSE, at=at, programme_id=self.scene.programme.id)

    def prepared(self, contractor: cast.Contractor, at: datetime, month: date) -> queries.ClaimView:
        claim = payouts.prepare_claim(actor=contractor.actor, at=at, contract_id=contractor.contract_id, month=month)
        assert claim, "nothing to claim"
        return claim

    def submitted(self, contractor: cast.Contractor, at: datetime, month: date) -> queries.ClaimView:
        claim = self.prepared(contractor, at, month)
        n = next(_papers)
        return payouts.submit_claim(actor=contractor.actor, at=at, claim_id=claim.id, act_number=f"A-{n}",
                                    einvoice_number=f"ESF-{n}", declaration=DECLARATION)

    def verify(self, claim: queries.ClaimView, at: datetime) -> queries.ClaimView:
        return payouts.verify_claim(actor=self.inspector, at=at, claim_id=claim.id)

    def approve(self, claim: queries.ClaimView, at: datetime) -> queries.ClaimView:
        return payouts.approve_claim(actor=self.finance, at=at, claim_id=claim.id)

    def approved(self, contractor: cast.Contractor, at: datetime, month: date) -> queries.ClaimView:
        verified = self.verify(self.submitted(contractor, at, month), at)
        assert verified.state == "verified", verified.reason
        return self.approve(verified, at)

    def sent(self, claims: Sequence[UUID], at: datetime) -> queries.RegisterView:
        register = payouts.prepare_register(actor=self.finance, at=at, claim_ids=claims)
        return payouts.approve_register(actor=self.second, at=at, register_id=register.id)

    def answered(self, register: queries.RegisterView, at: datetime, *, rejected: Sequence[UUID] = ()) -> queries.RegisterView:
        """The bank pays every order but those of the `rejected` claims."""
        return payouts.record_bank_result(actor=self.finance, at=at, register_id=register.id, results=[
            payouts.BankLine(one.id, False, None, "account closed") if one.claim_id in rejected
            else payouts.BankLine(one.id, True, f"BR-{one.id}")
            for one in queries.orders(register.id)])

    def paid(self, contractor: cast.Contractor, at: datetime, month: date) -> queries.ClaimView:
        """The month's claim, from its lines to the bank's yes."""
        claim = self.approved(contractor, at, month)
        assert claim.state == "approved"
        self.answered(self.sent([claim.id], at), at)
        return queries.claim(HOUSE, claim.id)
