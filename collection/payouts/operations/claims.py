"""A contract's month: prepared and filed by the contractor, checked by every rule and an inspector."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from collection.audit import steps as audit
from collection.contracts.models import Contract
from collection.custody.models import Sale
from collection.custody.queries import stock
from collection.kernel.actor import Actor
from collection.kernel.calendar import almaty_date, month_of
from collection.kernel.refusals import Defect, NotFound, Refusal, Unprocessable
from collection.kernel.words import Words

from ..declarations import CURRENT
from ..models import AccrualLine, Claim, Hold, Period, Verdict
from ..queries.claims import ClaimView, views
from ..queries.lines import line_facts
from ..rules import CLAIM_RULES, LINE_RULES, STOPS, ClaimFacts, Stock, broken
from ..steps import freeze_statements, make_claims
from .moving import move_claims, take_claim
from .persons import refuse_same_person

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


def prepare_claim(*, actor: Actor, at: datetime, contract_id: UUID, month: date) -> ClaimView | None:
    """Put the contract's payable lines of the month into a draft claim, which closes the month for it, statement and all.

    Lines of earlier months that were held then and are free now come along. None when nothing is payable (or
    corrections take back as much as was earned): then the month stays open. Errors: NotFound; ClaimExists;
    Unprocessable with `month_in_future` or `month_closed` (for the whole programme: claims were made then).
    """
    month = month_of(month)
    # Accrual takes the same lock, so what is summed is what is claimed.
    contract = Contract.objects.visible_to(actor).locked(pk=contract_id).first()
    if contract is None:
        raise NotFound
    if month > month_of(almaty_date(at)):
        raise Unprocessable(defects=[Defect("/month", "month_in_future")])
    if Period.objects.filter(programme_id=contract.programme_id, month__gte=month).exists():
        raise Unprocessable(defects=[Defect("/month", "month_closed")])
    if earlier := Claim.objects.filter(contract_id=contract_id, month=month).first():
        raise ClaimExists(claim_id=str(earlier.pk), state=earlier.state)
    made = make_claims([contract_id], month, by=actor.user_id, at=at)
    if not made:
        return None
    freeze_statements([contract_id], month, at=at)
    claim = views(made)[0]
    audit.record(actor=actor, at=at, verb="claim.prepare", object_type="claim", object_id=claim.id, after={
        "state": "draft", "contract": contract.number, "month": month, "lines_n": claim.lines_n, "mass_g": claim.mass_g,
        "amount_tiyn": claim.amount_tiyn})
    return claim


def submit_claim(*, actor: Actor, at: datetime, claim_id: UUID, act_number: str, einvoice_number: str,
                 declaration: str, version: int | None = None) -> ClaimView:
    """File the claim, for the first time or corrected, with its act and e-invoice numbers.

    `declaration` is the code of the text whoever submits declares to be true; it is kept with who and when.

    Errors: NotFound, StaleVersion, WrongState; EinvoiceReused (on another claim or on a sale); Unprocessable with
    `declaration_outdated` (it is not the text in force).
    """
    claim = take_claim(actor, claim_id, action="submit", version=version)
    if declaration != CURRENT:
        raise Unprocessable(defects=[Defect("/declaration", "declaration_outdated", {"current": CURRENT})])
    if _einvoice_elsewhere(claim_id, einvoice_number):
        raise EinvoiceReused(defects=[Defect("/einvoice_number", EinvoiceReused.code)])
    move_claims(actor, at, [claim], to="submitted", verb="claim.submit", act=act_number, einvoice=einvoice_number,
                declaration=declaration, changes={
        "act_number": act_number, "einvoice_number": einvoice_number, "declaration": declaration,
        "submitted_by": actor.user_id, "submitted_at": at, "reason": ""})
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
                    changes={"reason": ", ".join(defects)[:200], "refused_by": actor.user_id})
    else:
        move_claims(actor, at, [claim], to="verified", verb="claim.verify", flags=sorted(found),
                    changes={"verified_by": actor.user_id, "verified_at": at})
    return views([claim_id])[0]


def return_claim(*, actor: Actor, at: datetime, claim_id: UUID, reason: str, version: int | None = None) -> ClaimView:
    """The inspector sends it back with a reason of their own. Errors: NotFound, StaleVersion, WrongState."""
    claim = take_claim(actor, claim_id, action="return", version=version)
    move_claims(actor, at, [claim], to="returned", verb="claim.return", reason=reason,
                changes={"reason": reason, "refused_by": actor.user_id})
    return views([claim_id])[0]


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
        for rule in broken(facts, *STOPS, "flag"):
            if (line_id, rule) in lifted:
                continue
            of = found.setdefault(rule, {"lines": 0, "consignments": []})
            of["lines"] += 1
            if len(of["consignments"]) < NAMED and lines[line_id] not in of["consignments"]:
                of["consignments"].append(lines[line_id])
    plant = claim.contract.facility_id if claim.contract.kind != "collection" else None
    stocks = [Stock(one.category, one.material, one.made_g, one.sold_g) for one in stock([plant])] if plant else []
    return found | broken(ClaimFacts(
        act_number=claim.act_number, einvoice_number=claim.einvoice_number,
        einvoice_elsewhere=_einvoice_elsewhere(claim.pk, claim.einvoice_number), stocks=stocks), "block")
