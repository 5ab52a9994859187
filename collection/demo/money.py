"""Claims of each month, filed, verified, approved and paid the month after."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

from collection.kernel.actor import HOUSE, Actor
from collection.kernel.calendar import next_month
from collection.payouts import operations as payouts
from collection.payouts.declarations import CURRENT
from collection.payouts.models import Claim, PaymentOrder

from . import assumptions as assume
from .events import Event, clock
from .people import Party
from .plan import months


class Money:
    def __init__(self, programme_id: UUID, parties: list[Party], officers: dict[str, Actor], chance: random.Random) -> None:
        self.programme_id, self.parties, self.officers, self.chance = programme_id, parties, officers, chance

    def events(self) -> Iterator[Event]:
        for month in months():
            after = next_month(month)
            yield Event(clock(after, 1), lambda at: payouts.accrue(actor=HOUSE, at=at, programme_id=self.programme_id))
            yield Event(clock(after.replace(day=assume.FILED_DAY), 10), lambda at, month=month: self.file(at, month))  # type: ignore[misc]
            yield Event(clock(after.replace(day=assume.VERIFIED_DAY), 10), self.verify)
            yield Event(clock(after.replace(day=assume.APPROVED_DAY), 10), self.approve)
            yield Event(clock(after.replace(day=assume.PAID_DAY), 10), self.pay)

    def file(self, at: datetime, month: date) -> None:
        """Each contractor files its month, but for those who give up on the papers."""
        for n, party in enumerate(self.parties):
            if self.chance.random() < assume.SHARE_CLAIMS_NEVER_FILED:
                continue
            claim = payouts.prepare_claim(actor=HOUSE, at=at, contract_id=party.contract_id, month=month)
            if claim is not None:
                payouts.submit_claim(
                    actor=party.admin, at=at, claim_id=claim.id, act_number=f"A-{month:%y%m}-{n + 1}",
                    einvoice_number=f"ESF-{month:%y%m}-{n + 1:05d}", declaration=CURRENT)

    def verify(self, at: datetime) -> None:
        for claim_id in self._claims("submitted"):
            payouts.verify_claim(actor=self.officers["inspector"], at=at, claim_id=claim_id)

    def approve(self, at: datetime) -> None:
        """First those that wait since earlier months, in their order, then the new ones; what does not fit waits on."""
        payouts.approve_queued(actor=self.officers["finance"], at=at, programme_id=self.programme_id)
        for claim_id in self._claims("verified"):
            payouts.approve_claim(actor=self.officers["finance"], at=at, claim_id=claim_id)

    def pay(self, at: datetime) -> None:
        """One register a month; the bank says no to a few orders, which are paid by a new order next month."""
        claims = self._claims("approved")
        if not claims:
            return
        register = payouts.prepare_register(actor=self.officers["finance"], at=at, claim_ids=claims)
        payouts.approve_register(actor=self.officers["second_finance"], at=at, register_id=register.id)
        orders = PaymentOrder.objects.filter(register_id=register.id).order_by("claim__number").values_list("id", flat=True)
        payouts.record_bank_result(actor=self.officers["finance"], at=at, register_id=register.id, results=[
            payouts.BankLine(order_id=order, paid=False, bank_reference=None, reason="account closed")
            if self.chance.random() < assume.SHARE_ORDERS_REJECTED
            else payouts.BankLine(order_id=order, paid=True, bank_reference=f"BR-{order.hex[12:]}", reason="")
            for order in orders
        ])

    def _claims(self, *states: str) -> list[UUID]:
        return list(Claim.objects.filter(programme_id=self.programme_id, state__in=states)
                    .order_by("month", "number").values_list("id", flat=True))
