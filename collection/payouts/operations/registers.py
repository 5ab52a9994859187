"""The bank: all orders of a register or none, and what the bank answered to each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F
from stdnum import iban

from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.calendar import almaty_date
from collection.kernel.db import execute
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Defect, NotFound, StaleVersion, Unprocessable, WrongState
from collection.kernel.words import Words

from .. import ledger
from ..models import Claim, PaymentOrder, Register
from ..queries.registers import RegisterView, register
from ..states import REGISTER_ACTIONS
from .moving import move_claims
from .persons import refuse_who_may_not_approve


class RegisterRefused(Unprocessable):
    """Rows that cannot go to the bank: all of them are named and nothing is written."""

    code = "register_refused"
    words = Words("Тізілім қабылданбады: жолдарды түзетіңіз", "Реестр не принят: исправьте строки",
                  "The register was not accepted: correct its rows")


@dataclass(frozen=True, slots=True)
class BankLine:
    """The bank's word on one order."""

    order_id: UUID
    paid: bool
    bank_reference: str | None = None
    reason: str = ""


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
    Register.objects.filter(pk=register_id).update(
        state="approved", approved_by=actor.user_id, approved_at=at, version=F("version") + 1)
    audit.record(actor=actor, at=at, verb="register.approve", object_type="register", object_id=register_id,
                 before={"state": "draft"}, after={"state": "approved"})
    return register(register_id)


def record_bank_result(*, actor: Actor, at: datetime, register_id: UUID, results: Sequence[BankLine],
                       version: int | None = None) -> RegisterView:
    """Paid orders: claims paid, ledger payments, paid tonnes. Rejected ones: claims approved again, to be re-issued.

    The register is settled when every order is answered. Errors: NotFound, StaleVersion, WrongState; Unprocessable with
    every line that is `not_found`, `duplicate`, `answered`, `bank_reference_missing`, `bank_reference_reused` or
    `reason_missing`.
    """
    _take(register_id, "record_result", version)
    orders = {order.pk: order for order in PaymentOrder.objects.locked(register_id=register_id)}
    _refuse_bad_lines(results, orders)
    for one in results:
        PaymentOrder.objects.filter(pk=one.order_id).update(
            state="paid" if one.paid else "rejected", bank_reference=one.bank_reference if one.paid else None,
            reason="" if one.paid else one.reason, answered_at=at)
    claims = {claim.pk: claim for claim in Claim.objects.locked(
        pk__in=[orders[one.order_id].claim_id for one in results]).select_related("contract")}
    paid = [claims[orders[one.order_id].claim_id] for one in results if one.paid]
    back = [claims[orders[one.order_id].claim_id] for one in results if not one.paid]
    ledger.pay([claim.pk for claim in paid], at=at)
    move_claims(actor, at, paid, to="paid", verb="claim.pay", changes={"paid_at": at}, register=register_id)
    move_claims(actor, at, back, to="approved", verb="claim.send_back", event="sent_back", register=register_id)
    execute(_PAID, {"orders": [one.order_id for one in results if one.paid], "day": almaty_date(at), "at": at})
    settled = not PaymentOrder.objects.filter(register_id=register_id, state="waiting").exists()
    Register.objects.filter(pk=register_id).update(
        version=F("version") + 1, **{"state": "settled", "settled_at": at} if settled else {})
    audit.record(actor=actor, at=at, verb="register.record_result", object_type="register", object_id=register_id,
                 before={"state": "approved"},
                 after={"state": "settled" if settled else "approved", "paid": len(paid), "rejected": len(back)})
    return register(register_id)


# A load's paid tonnage is the largest mass paid for at any one stage. Each result adds by how much that maximum grew (a
# correction may shrink it), on the first of the load's lines in it, so a gram is counted once however many stages are paid.
_PAID = """
WITH line AS MATERIALIZED (
    SELECT line.id, line.programme_id, line.contract_id, line.consignment_id, line.category_id, line.stage, line.mass_g,
           line.amount_tiyn, answered.id AS order_id,
           row_number() OVER (PARTITION BY line.consignment_id ORDER BY line.id) AS place
    FROM payouts_paymentorder answered JOIN payouts_accrualline line ON line.claim_id = answered.claim_id
    WHERE answered.id = ANY(%(orders)s)
), before AS (
    SELECT old.consignment_id, old.stage, sum(old.mass_g) AS mass_g
    FROM payouts_accrualline old JOIN payouts_paid paid ON paid.line_id = old.id
    WHERE old.consignment_id IN (SELECT consignment_id FROM line) GROUP BY 1, 2
), after AS (
    SELECT consignment_id, stage, sum(mass_g) AS mass_g
    FROM (SELECT consignment_id, stage, mass_g FROM before
          UNION ALL SELECT consignment_id, stage, mass_g FROM line) AS paid GROUP BY 1, 2
), was AS (
    SELECT consignment_id, max(mass_g) AS mass_g FROM before GROUP BY 1
), is_now AS (
    SELECT consignment_id, max(mass_g) AS mass_g FROM after GROUP BY 1
)
INSERT INTO payouts_paid (programme_id, category_id, region_id, district_id, contract_id, contract_kind, occurred_on,
                          grams, tiyn, n, recorded_at, line_id, order_id)
SELECT line.programme_id, line.category_id, load.region_id, load.district_id, line.contract_id, contract.kind, %(day)s,
       CASE WHEN line.place = 1 THEN is_now.mass_g - coalesce(was.mass_g, 0) ELSE 0 END, line.amount_tiyn, 1, %(at)s,
       line.id, line.order_id
FROM line
JOIN is_now USING (consignment_id) LEFT JOIN was USING (consignment_id)
JOIN custody_consignment load ON load.id = line.consignment_id
JOIN contracts_contract contract ON contract.id = line.contract_id
ORDER BY line.id
"""


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


def _refuse_bad_lines(results: Sequence[BankLine], orders: dict[UUID, PaymentOrder]) -> None:
    references = Counter(one.bank_reference for one in results if one.paid)
    known = set(PaymentOrder.objects.filter(bank_reference__in=[ref for ref in references if ref]).values_list(
        "bank_reference", flat=True))
    asked = Counter(one.order_id for one in results)
    defects = [] if results else [Defect("/results", "too_few", {"min": 1})]
    for n, one in enumerate(results):
        order = orders.get(one.order_id)
        wrong = (
            (order is None, "order_id", "not_found"),
            (asked[one.order_id] > 1, "order_id", "duplicate"),
            (order is not None and order.state != "waiting", "order_id", "answered"),
            (one.paid and not one.bank_reference, "bank_reference", "bank_reference_missing"),
            (one.paid and one.bank_reference and (one.bank_reference in known or references[one.bank_reference] > 1),
             "bank_reference", "bank_reference_reused"),
            (not one.paid and not one.reason, "reason", "reason_missing"),
        )
        defects += [Defect(f"/results/{n}/{name}", code) for is_wrong, name, code in wrong if is_wrong]
    if defects:
        raise Unprocessable(defects=defects)


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
