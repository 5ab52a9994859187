"""Registers and the orders in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from collection.kernel.refusals import NotFound, Refusal, WrongState
from collection.kernel.words import Words

from ..bank import pain001, sheets
from ..bank.values import Debtor, RegisterFile, Transfer
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


class PayerMissing(Refusal):
    """Nobody had set the programme's account when the register was approved, and nobody has since."""

    code = "payer_missing"
    words = Words("Бағдарлама төлейтін шот көрсетілмеген", "Не указан счёт, с которого платит программа",
                  "The account the programme pays from is not set")


#: What a register may be downloaded as: its media type, the file's ending, how it is written.
FILES: dict[str, tuple[str, str, Callable[[RegisterFile], bytes]]] = {
    "pain001": (pain001.MEDIA_TYPE, "xml", pain001.written),
    "csv": (sheets.CSV, "csv", sheets.as_csv),
    "xlsx": (sheets.XLSX, "xlsx", sheets.as_xlsx),
}


def register_file(register_id: UUID) -> RegisterFile:
    """What an approved register tells the bank; the payer is the one of the day it was approved on.

    Errors: NotFound, WrongState (not approved yet), PayerMissing.
    """
    row = Register.objects.select_related("programme").filter(pk=register_id).first()
    if row is None:
        raise NotFound
    if row.approved_at is None:
        raise WrongState(state=row.state, allowed_actions=list(REGISTER_ACTIONS.get(row.state, ())))
    found = Payer.objects.filter(programme_id=row.programme_id).first()
    if row.payer:
        debtor = Debtor(**row.payer)
    elif found:
        debtor = Debtor(found.name, found.identity_number, found.iban, found.bic, found.purpose)
    else:
        raise PayerMissing
    orders = PaymentOrder.objects.filter(register_id=register_id).select_related("claim__contract__organisation")
    return RegisterFile(row.pk, row.number, row.approved_at, debtor, [
        Transfer(one.pk, one.claim.number, one.claim.act_number, one.claim.contract.number,
                 one.claim.contract.organisation.name, one.claim.contract.organisation.identity_number,
                 one.claim.contract.organisation.kind == "person", one.iban, one.amount_tiyn)
        for one in orders.order_by("claim__number")])


def register_as(register_id: UUID, kind: str) -> tuple[str, str, bytes]:
    """The register as one of `FILES`: media type, file name, bytes. The same register is always the same bytes."""
    media_type, ending, write = FILES[kind]
    register = register_file(register_id)
    return media_type, f"register-{register.number}.{ending}", write(register)


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
