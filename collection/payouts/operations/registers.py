"""The bank: all orders of a register or none; what it answered is taken whole or not at all (`answers`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db.models import F
from stdnum import iban

from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Defect, NotFound, StaleVersion, Unprocessable, WrongState
from collection.kernel.words import Words

from ..bank import pain001, pain002, results
from ..bank.pain001 import message_id
from ..bank.values import Fault
from ..models import Claim, Payer, PaymentOrder, Register
from ..queries.registers import RegisterView, register
from ..states import REGISTER_ACTIONS
from .answers import BankLine, settle, wrong_lines
from .moving import move_claims
from .persons import refuse_who_may_not_approve


class RegisterRefused(Unprocessable):
    """Rows that cannot go to the bank: all of them are named and nothing is written."""

    code = "register_refused"
    words = Words("Тізілім қабылданбады: жолдарды түзетіңіз", "Реестр не принят: исправьте строки",
                  "The register was not accepted: correct its rows")


class BankFileRefused(Unprocessable):
    """A bank's file with rows that cannot be taken: all of them are named by their numbers and nothing is written."""

    code = "bank_file_refused"
    words = Words("Банк файлы қабылданбады", "Файл банка не принят", "The bank's file was not accepted")


def prepare_register(*, actor: Actor, at: datetime, claim_ids: Sequence[UUID] | None = None,
                     programme: str = "") -> RegisterView:
    """One order for each of these claims (or for every approved one of the programme with that code).

    An order that the bank rejected before is issued again under a new id.

    Errors: RegisterRefused, with every row that is `not_found`, `duplicate`, `wrong_state`, `other_programme` or
    `iban_invalid` (not a Kazakh account with right check digits).
    """
    if claim_ids is None:
        claim_ids = list(Claim.objects.filter(programme__code=programme, state="approved").order_by("number").values_list(
            "pk", flat=True))
    found = {claim.pk: claim for claim in Claim.objects.locked(pk__in=list(claim_ids)).select_related(
        "contract", "programme")}
    defects = [] if claim_ids else [Defect("/claim_ids", "too_few", {"min": 1})]
    programme = programme or next((found[pk].programme.code for pk in claim_ids if pk in found), "")
    seen: set[UUID] = set()
    for n, pk in enumerate(claim_ids):
        defects += [Defect(f"/claim_ids/{n}", code, params)
                    for code, params in _row_wrong(found.get(pk), repeated=pk in seen, programme=programme)]
        seen.add(pk)
    if defects:
        raise RegisterRefused(defects=defects)
    claims = [found[pk] for pk in claim_ids]
    made = Register.objects.create(
        id=uuid7(at), programme_id=claims[0].programme_id, orders_n=len(claims),
        amount_tiyn=sum(claim.amount_tiyn for claim in claims), prepared_by=actor.user_id, created_at=at)
    before = {order.claim_id: order for order in PaymentOrder.objects.filter(
        claim__in=claims, state="rejected").order_by("answered_at")}
    PaymentOrder.objects.bulk_create([
        PaymentOrder(id=uuid7(at), register=made, claim=claim, iban=iban.compact(claim.contract.iban),
                     amount_tiyn=claim.amount_tiyn, reissue_of=before.get(claim.pk))
        for claim in claims
    ])
    move_claims(actor, at, claims, to="registered", verb="claim.register", register=made.pk)
    audit.record(actor=actor, at=at, verb="register.prepare", object_type="register", object_id=made.pk,
                 after={"state": "draft", "orders": len(claims), "amount_tiyn": made.amount_tiyn})
    return register(made.pk)


def approve_register(*, actor: Actor, at: datetime, register_id: UUID, version: int | None = None) -> RegisterView:
    """A second finance officer lets it go to the bank. Errors: NotFound, StaleVersion, WrongState, SamePerson,
    NotFinance."""
    row = _take(register_id, "approve", version)
    refuse_who_may_not_approve(actor, row.prepared_by)
    payer = Payer.objects.filter(programme_id=row.programme_id).values(
        "name", "identity_number", "iban", "bic", "purpose").first()
    Register.objects.filter(pk=register_id).update(
        state="approved", approved_by=actor.user_id, approved_at=at, payer=payer, version=F("version") + 1)
    audit.record(actor=actor, at=at, verb="register.approve", object_type="register", object_id=register_id,
                 before={"state": "draft"}, after={"state": "approved"})
    return register(register_id)


def record_bank_result(*, actor: Actor, at: datetime, register_id: UUID, results: Sequence[BankLine],
                       version: int | None = None) -> RegisterView:
    """Paid orders: claims paid, ledger payments, paid tonnes. Rejected ones: claims approved again, to be re-issued.

    The register is settled when every order is answered. All lines are taken or none.

    Errors: NotFound, StaleVersion, WrongState; Unprocessable with every line that is `not_found`, `duplicate`, `answered`,
    `bank_reference_missing`, `bank_reference_reused` or `reason_missing`.
    """
    _take(register_id, "record_result", version)
    defects = [] if results else [Defect("/results", "too_few", {"min": 1})]
    defects += [Defect(f"/results/{n}/{name}", code) for n, name, code in wrong_lines(register_id, results)]
    if defects:
        raise Unprocessable(defects=defects)
    return settle(actor, at, register_id, results)


def _row_wrong(claim: Claim | None, *, repeated: bool, programme: str) -> list[tuple[str, dict[str, object]]]:
    if claim is None:
        return [("not_found", {})]
    account = claim.contract.iban
    wrong: list[tuple[bool, str, dict[str, object]]] = [
        (repeated, "duplicate", {}),
        (claim.state != "approved", "wrong_state", {"state": claim.state}),
        (claim.programme.code != programme, "other_programme", {}),
        (not iban.is_valid(account) or not iban.compact(account).startswith("KZ"), "iban_invalid",
         {"contract": claim.contract.number}),
    ]
    return [(code, params) for is_wrong, code, params in wrong if is_wrong]


def record_bank_file(*, actor: Actor, at: datetime, register_id: UUID, media_type: str, data: bytes,
                     version: int | None = None) -> RegisterView:
    """The same from a file of the bank: ISO 20022 pain.002.001 (`application/xml`) or CSV (`text/csv`).

    All rows are taken or none, and every row that is wrong is named by its number in the file. Rows that the bank has not
    decided yet are passed over; a file that it refused as a whole rejects every order.

    Errors: NotFound, StaleVersion, WrongState; BankFileRefused.
    """
    row = _take(register_id, "record_result", version)
    report = (pain002.read(data, message=message_id(row.number, row.pk)) if media_type == pain001.MEDIA_TYPE
              else results.read(data))
    answers = [(one.row, BankLine(one.order_id, one.paid, one.bank_reference, one.reason)) for one in report.answers]
    if report.all_rejected is not None:
        waiting = PaymentOrder.objects.filter(register_id=register_id, state="waiting").values_list("pk", flat=True)
        answers = [(0, BankLine(pk, False, None, report.all_rejected)) for pk in waiting]
    lines = [line for _, line in answers]
    wrong = [Fault(answers[n][0], name, code) for n, name, code in wrong_lines(register_id, lines)]
    if faults := [*report.faults, *wrong]:
        raise BankFileRefused(defects=[
            Defect(f"/rows/{one.row}/{one.name}".rstrip("/"), one.code, one.params) for one in faults])
    if not lines:
        return register(register_id)
    return settle(actor, at, register_id, lines, file_sha256=sha256(data).hexdigest())


def _take(register_id: UUID, action: str, version: int | None) -> Register:
    row = Register.objects.locked(pk=register_id).first()
    if row is None:
        raise NotFound
    if version is not None and row.version != version:
        raise StaleVersion(version=row.version)
    allowed = REGISTER_ACTIONS.get(row.state, ())
    if action not in allowed:
        raise WrongState(state=row.state, allowed_actions=list(allowed))
    return row
