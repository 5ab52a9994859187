"""Registers and the orders in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from collection.kernel.refusals import NotFound

from ..models import Payer, PaymentOrder, Register
from ..states import REGISTER_ACTIONS


@dataclass(frozen=True, slots=True)
class RegisterView:
    id: UUID
    number: int
    programme: str
    state: str
    allowed_actions: tuple[str, ...]
    orders_n: int
    amount_tiyn: int
    prepared_by: UUID | None
    approved_by: UUID | None
    created_at: datetime
    approved_at: datetime | None
    settled_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class OrderView:
    id: UUID
    claim_id: UUID
    claim_number: int
    contract_id: UUID
    contract_number: str
    payee: str
    iban: str
    amount_tiyn: int
    state: str
    bank_reference: str | None
    reason: str
    answered_at: datetime | None
    reissue_of: UUID | None


@dataclass(frozen=True, slots=True)
class PayerView:
    """Whose account the bank's file debits. `purpose`: КНП."""

    name: str
    identity_number: str
    iban: str
    bic: str
    purpose: str


def payer(programme: str) -> PayerView:
    """The account of the programme with that code; NotFound where nobody has set it."""
    found = Payer.objects.filter(programme__code=programme).first()
    if found is None:
        raise NotFound
    return PayerView(found.name, found.identity_number, found.iban, found.bic, found.purpose)


def register(register_id: UUID) -> RegisterView:
    """One register; only finance and auditors have the right to ask."""
    found = Register.objects.select_related("programme").filter(pk=register_id).first()
    if found is None:
        raise NotFound
    return _view(found)


def registers(*, programme: str | None = None, state: str | None = None, after: int | None = None,
              limit: int | None = None) -> list[RegisterView]:
    """Newest first, below the number `after`."""
    asked = {"programme__code": programme, "state": state, "number__lt": after}
    found = Register.objects.select_related("programme").filter(
        **{name: value for name, value in asked.items() if value})
    return [_view(one) for one in found.order_by("-number")[:limit]]


def _view(one: Register) -> RegisterView:
    return RegisterView(
        one.pk, one.number, one.programme.code, one.state, REGISTER_ACTIONS.get(one.state, ()), one.orders_n,
        one.amount_tiyn, one.prepared_by, one.approved_by, one.created_at, one.approved_at, one.settled_at, one.version)


def orders(register_id: UUID) -> list[OrderView]:
    """Every order of a register by its claim's number."""
    found = PaymentOrder.objects.filter(register_id=register_id).select_related("claim__contract__organisation")
    return [
        OrderView(one.pk, one.claim_id, one.claim.number, one.claim.contract_id, one.claim.contract.number,
                  one.claim.contract.organisation.name, one.iban, one.amount_tiyn, one.state, one.bank_reference,
                  one.reason, one.answered_at, one.reissue_of_id)
        for one in found.order_by("claim__number")
    ]
