"""A contract's month: prepared and filed by the contractor, checked by every rule and an inspector."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from collection.audit import steps as audit
from collection.contracts.models import Contract, VatRate
from collection.custody.models import Sale
from collection.custody.queries import stock
from collection.kernel.actor import Actor
from collection.kernel.calendar import almaty_date, month_of, next_month
from collection.kernel.db import execute, rows
from collection.kernel.ids import uuid7
from collection.kernel.money import vat_within
from collection.kernel.refusals import Defect, Kind, NotFound, Refusal, Unprocessable
from collection.kernel.words import Words

from ..models import AccrualLine, Claim, Hold, Verdict
from ..queries.claims import ClaimView, views
from ..queries.lines import line_facts
from ..rules import CLAIM_RULES, LINE_RULES, ClaimFacts, Stock, broken
from .moving import move_claims, take_claim

#: At most so many consignments are named under one broken rule; the count says how many there are.
NAMED = 20


class NothingToClaim(Unprocessable):
    """No line of the month is payable yet, or corrections take back more than was earned: they wait for a later month."""

    code = "nothing_to_claim"
    words = Words("Төленетін жол жоқ", "Нет строк к оплате", "No line of this month is payable yet")


class ClaimExists(Refusal):
    code = "claim_exists"
    words = Words("Бұл айға өтінім бар", "Заявка за этот месяц уже есть", "There is a claim for this month already")


class EinvoiceReused(Refusal):
    code = "einvoice_reused"
    words = Words("Бұл ЭШФ нөмірі пайдаланылған", "Этот номер ЭСФ уже использован", "This e-invoice number is in use")


class SamePerson(Refusal):
    """Nobody approves what they prepared, filed or verified. The database refuses it too."""

    code = "same_person"
    kind = Kind.FORBIDDEN
    words = Words("Екінші адам бекітуі керек", "Утвердить должен другой человек", "A second person must do this")


# Claimed: every line that is free of holds, of this month or of an earlier one that had closed without it.
_CLAIM = """
UPDATE payouts_accrualline SET claim_id = %(claim)s
WHERE contract_id = %(contract)s AND claim_id IS NULL AND claim_month <= %(month)s
  AND NOT EXISTS (SELECT FROM payouts_hold WHERE line_id = payouts_accrualline.id AND lifted_at IS NULL)
"""
_SUM = """
SELECT count(*)::int AS lines_n, coalesce(sum(mass_g), 0)::bigint AS mass_g,
       coalesce(sum(amount_tiyn), 0)::bigint AS amount_tiyn
FROM payouts_accrualline
WHERE contract_id = %(contract)s AND claim_id IS NULL AND claim_month <= %(month)s
  AND NOT EXISTS (SELECT FROM payouts_hold WHERE line_id = payouts_accrualline.id AND lifted_at IS NULL)
"""


def prepare_claim(*, actor: Actor, at: datetime, contract_id: UUID, month: date) -> ClaimView | None:
    """Put the contract's payable lines of the month into a draft claim, which closes the month for it.

    Lines of earlier months that were held then and are free now come along. None when nothing is payable (or
    corrections take back as much as was earned): then the month stays open. Errors: NotFound; ClaimExists;
    Unprocessable with `month_in_future`.
    """
    month = month_of(month)
    # Accrual takes the same lock, so what is summed is what is claimed.
    contract = Contract.objects.visible_to(actor).locked(pk=contract_id).first()
    if contract is None:
        raise NotFound
    if month > month_of(almaty_date(at)):
        raise Unprocessable(defects=[Defect("/month", "month_in_future")])
    if earlier := Claim.objects.filter(contract_id=contract_id, month=month).first():
        raise ClaimExists(claim_id=str(earlier.pk), state=earlier.state)
    asked = {"contract": contract_id, "month": month}
    total = rows(_SUM, asked)[0]
    if total["amount_tiyn"] <= 0:
        return None
    claim = Claim.objects.create(
        id=uuid7(at), programme_id=contract.programme_id, contract=contract, month=month, **total,
        vat_tiyn=_vat(contract, month, total["amount_tiyn"]), prepared_by=actor.user_id, created_at=at)
    execute(_CLAIM, asked | {"claim": claim.pk})
    audit.record(actor=actor, at=at, verb="claim.prepare", object_type="claim", object_id=claim.pk,
                 after={"state": "draft", "contract": contract.number, "month": month, **total})
    return views([claim.pk])[0]


def submit_claim(*, actor: Actor, at: datetime, claim_id: UUID, act_number: str, einvoice_number: str,
                 version: int | None = None) -> ClaimView:
    """File the claim, for the first time or corrected, with its act and e-invoice numbers.

    Errors: NotFound, StaleVersion, WrongState; EinvoiceReused (on another claim or on a sale).
    """
    claim = take_claim(actor, claim_id, action="submit", version=version)
    if _einvoice_elsewhere(claim_id, einvoice_number):
        raise EinvoiceReused(defects=[Defect("/einvoice_number", EinvoiceReused.code)])
    move_claims(actor, at, [claim], to="submitted", verb="claim.submit", act=act_number, einvoice=einvoice_number, changes={
        "act_number": act_number, "einvoice_number": einvoice_number, "submitted_by": actor.user_id, "submitted_at": at,
        "reason": ""})
    return views([claim_id])[0]


def verify_claim(*, actor: Actor, at: datetime, claim_id: UUID, version: int | None = None) -> ClaimView:
    """Ask every rule and write down every verdict; any hold or block returns the claim with all defects at once.

    Errors: NotFound, StaleVersion, WrongState; SamePerson (whoever prepared or filed it).
    """
    claim = take_claim(actor, claim_id, action="verify", version=version)
    refuse_same_person(actor, claim.prepared_by, claim.submitted_by)
    found = _verdicts(claim)
    Verdict.objects.bulk_create([
        Verdict(claim=claim, rule=rule.code, passed=rule.code not in found, params=found.get(rule.code, {}), at=at)
        for rule in (*LINE_RULES, *CLAIM_RULES)
    ])
    defects = [rule.code for rule in (*LINE_RULES, *CLAIM_RULES) if rule.severity != "flag" and rule.code in found]
    if defects:
        move_claims(actor, at, [claim], to="returned", verb="claim.return", defects=defects,
                    changes={"reason": ", ".join(defects)[:200]})
    else:
        move_claims(actor, at, [claim], to="verified", verb="claim.verify", flags=sorted(found),
                    changes={"verified_by": actor.user_id, "verified_at": at})
    return views([claim_id])[0]


def return_claim(*, actor: Actor, at: datetime, claim_id: UUID, reason: str, version: int | None = None) -> ClaimView:
    """The inspector sends it back with a reason of their own. Errors: NotFound, StaleVersion, WrongState."""
    claim = take_claim(actor, claim_id, action="return", version=version)
    move_claims(actor, at, [claim], to="returned", verb="claim.return", reason=reason, changes={"reason": reason})
    return views([claim_id])[0]


def refuse_same_person(actor: Actor, *earlier: UUID | None) -> None:
    """Raise SamePerson if the actor is one of those who had the claim or register in hand before."""
    if actor.user_id is not None and actor.user_id in earlier:
        raise SamePerson


def _vat(contract: Contract, month: date, amount_tiyn: int) -> int:
    """The VAT contained in the amount, at the rate of the month's last day; none where the payee is not registered."""
    if not contract.vat_payer:
        return 0
    last = date.fromordinal(next_month(month).toordinal() - 1)
    rate = VatRate.objects.filter(valid__contains=last).first()
    return vat_within(amount_tiyn=amount_tiyn, rate_percent=rate.percent) if rate else 0


def _einvoice_elsewhere(claim_id: UUID, number: str | None) -> bool:
    return number is not None and (
        Claim.objects.filter(einvoice_number=number).exclude(pk=claim_id).exists()
        or Sale.objects.filter(einvoice_number=number).exists())


def _verdicts(claim: Claim) -> dict[str, dict[str, Any]]:
    """What each broken rule says: of the lines, how many and which loads; of the claim, its numbers.

    A hold that an inspector lifted stays lifted: that line no longer breaks that rule.
    """
    lines = dict(AccrualLine.objects.filter(claim=claim, reverses=None).values_list("pk", "consignment__number"))
    lifted = set(Hold.objects.filter(line__claim=claim, lifted_at__isnull=False).values_list("line_id", "rule"))
    found: dict[str, dict[str, Any]] = {}
    for line_id, facts in line_facts(list(lines)).items():
        for rule in broken(facts, "hold", "flag"):
            if (line_id, rule) in lifted:
                continue
            of = found.setdefault(rule, {"lines": 0, "consignments": []})
            of["lines"] += 1
            if len(of["consignments"]) < NAMED and lines[line_id] not in of["consignments"]:
                of["consignments"].append(lines[line_id])
    plant = claim.contract.facility_id if claim.contract.kind != "collection" else None
    stocks = [Stock(one.category, one.product_g, one.sold_g) for one in stock([plant])] if plant else []
    return found | broken(ClaimFacts(
        act_number=claim.act_number, einvoice_number=claim.einvoice_number,
        einvoice_elsewhere=_einvoice_elsewhere(claim.pk, claim.einvoice_number), stocks=stocks), "block")
