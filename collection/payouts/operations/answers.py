"""Taking the bank's answers, however they came: one statement for all orders, claims and payments of a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.calendar import almaty_date
from collection.kernel.db import execute

from .. import ledger
from ..models import Claim, PaymentOrder, Register
from ..queries.registers import RegisterView, register
from .moving import move_claims


@dataclass(frozen=True, slots=True)
class BankLine:
    """The bank's word on one order."""

    order_id: UUID
    paid: bool
    bank_reference: str | None = None
    reason: str = ""


_ANSWERED = """
UPDATE payouts_paymentorder answered SET state = CASE WHEN line.paid THEN 'paid' ELSE 'rejected' END,
    bank_reference = CASE WHEN line.paid THEN line.reference END, reason = CASE WHEN line.paid THEN '' ELSE line.reason END,
    answered_at = %s
FROM unnest(%s::uuid[], %s::boolean[], %s::text[], %s::text[]) AS line (order_id, paid, reference, reason)
WHERE answered.id = line.order_id
"""

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


def wrong_lines(register_id: UUID, results: Sequence[BankLine]) -> Iterator[tuple[int, str, str]]:
    """The place of each line that cannot be taken, its field and what is wrong with it; the register's orders are locked."""
    orders = {order.pk: order for order in PaymentOrder.objects.locked(register_id=register_id)}
    references = Counter(one.bank_reference for one in results if one.paid)
    known = set(PaymentOrder.objects.filter(bank_reference__in=[ref for ref in references if ref]).values_list(
        "bank_reference", flat=True))
    asked = Counter(one.order_id for one in results)
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
        yield from ((n, name, code) for is_wrong, name, code in wrong if is_wrong)


def settle(actor: Actor, at: datetime, register_id: UUID, results: Sequence[BankLine], **told: str) -> RegisterView:
    """Write down lines that `wrong_lines` found nothing in; `told` goes into the audit line."""
    execute(_ANSWERED, [at, [one.order_id for one in results], [one.paid for one in results],
                        [one.bank_reference for one in results], [one.reason for one in results]])
    claim_of = dict(PaymentOrder.objects.filter(register_id=register_id).values_list("pk", "claim_id"))
    claims = {claim.pk: claim for claim in Claim.objects.locked(
        pk__in=[claim_of[one.order_id] for one in results]).select_related("contract")}
    paid = [claims[claim_of[one.order_id]] for one in results if one.paid]
    back = [claims[claim_of[one.order_id]] for one in results if not one.paid]
    ledger.pay([claim.pk for claim in paid], at=at)
    move_claims(actor, at, paid, to="paid", verb="claim.pay", changes={"paid_at": at}, register=register_id)
    move_claims(actor, at, back, to="approved", verb="claim.send_back", event="sent_back", register=register_id)
    execute(_PAID, {"orders": [one.order_id for one in results if one.paid], "day": almaty_date(at), "at": at})
    settled = not PaymentOrder.objects.filter(register_id=register_id, state="waiting").exists()
    Register.objects.filter(pk=register_id).update(
        version=F("version") + 1, **{"state": "settled", "settled_at": at} if settled else {})
    audit.record(actor=actor, at=at, verb="register.record_result", object_type="register", object_id=register_id,
                 before={"state": "approved"},
                 after={"state": "settled" if settled else "approved", "paid": len(paid), "rejected": len(back), **told})
    return register(register_id)
