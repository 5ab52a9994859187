"""Inspections by lot: drawn once a month, recorded by an inspector, looked at again by another; a failed one stops money."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from collection.audit import steps as audit
from collection.contracts.models import Programme
from collection.custody.models import Consignment
from collection.kernel.actor import Actor
from collection.kernel.calendar import almaty_date, month_of, next_month
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Defect, NotFound, Refusal, StaleVersion, Unprocessable, WrongState
from collection.kernel.words import Words
from collection.pickups import steps as pickups

from .. import ledger
from ..models import AccrualLine, Claim, Hold, Inspection, InspectionDraw, InspectionPhoto, InspectionResult, Verdict
from ..queries.inspections import DrawView, InspectionView, draw_views, inspection_views
from ..queries.lines import line_facts
from ..queries.sampling import population
from ..rules import STOPS, broken, inspection
from ..rules.sampling import drawn
from ..steps import lock_contracts
from .closing import MonthNotOver, refuse_while_behind
from .moving import move_claims
from .persons import refuse_same_person

#: A claim that the bank has not been told of.
RETURNED_FROM = ("verified", "queued", "approved")
RULES = (inspection.inspected_mass_differs.__name__, inspection.inspected_not_found.__name__)


class AlreadyDrawn(Refusal):
    """One lottery for a month: nobody draws again until the loads suit them. `draw_id` names it."""

    code = "already_drawn"
    words = Words("Бұл айдың тексерулері таңдап алынған", "Проверки за этот месяц уже отобраны",
                  "The month's inspections have been drawn already")


def draw_inspections(*, actor: Actor, at: datetime, programme: str, month: date, seed: str) -> DrawView:
    """Draw the loads of a month that is over, and keep who drew, from what, with which seed, and what came out.

    Errors: NotFound; MonthNotOver, AccrualBehind, AlreadyDrawn.
    """
    month = month_of(month)
    owner = Programme.objects.locked(code=programme).first()
    if owner is None:
        raise NotFound
    if almaty_date(at) < next_month(month):
        raise MonthNotOver(ends_on=next_month(month).isoformat())
    if before := InspectionDraw.objects.filter(programme=owner, month=month).first():  # the programme's lock decides the race
        raise AlreadyDrawn(draw_id=str(before.pk))
    refuse_while_behind(owner.pk, month)
    loads = population(owner.pk, month)
    made = InspectionDraw.objects.create(
        id=uuid7(at), programme=owner, month=month, seed=seed, loads=[one.consignment_id for one in loads],
        marked=[one.consignment_id for one in loads if one.flags], drawn_by=actor.user_id, drawn_at=at)
    lots = Inspection.objects.bulk_create([
        Inspection(id=uuid7(at), draw=made, consignment_id=one.consignment_id, flags=list(one.flags))
        for one in loads if drawn(seed, month, one.consignment_id, one.flags)])
    audit.record_many(actor=actor, at=at, lines=[
        audit.Line("inspection.draw", "programme", owner.pk, after={
            "draw": made.pk, "month": month, "seed": seed, "loads": len(loads), "drawn": len(lots)}),
        *(audit.Line("inspection.drawn", "consignment", one.consignment_id, after={"inspection": one.pk, "draw": made.pk})
          for one in lots)])
    return draw_views([made.pk])[0]


def record_inspection(*, actor: Actor, at: datetime, inspection_id: UUID, outcome: str, inspected_at: datetime, note: str,
                      found_g: int | None = None, upload_ids: Sequence[UUID] = (),
                      version: int | None = None) -> InspectionView:
    """What was found of a drawn load. A mass that differs, or no load, stops its money at once, wherever it is before the bank:
    lines that are not claimed yet are held, a claim that was verified, queued or approved is returned, one that was only
    submitted is returned by its verification. What was sent to the bank is named in the audit line, and is corrected.

    A failed inspection may be looked at once more, by another inspector, whose word is the last: what no longer holds is
    lifted. Errors: NotFound, StaleVersion; WrongState (confirmed, or looked at twice); SamePerson; Unprocessable with
    `in_the_future`, `before_draw`, `mass_needed`, `mass_not_expected`, `evidence_needed` (a failed one needs a photo) and
    those of the photos.
    """
    row = Inspection.objects.filter(pk=inspection_id).select_related("draw").first()
    if row is None:
        raise NotFound
    list(Consignment.objects.locked(pk=row.consignment_id))  # of two who look at once the second sees the first
    looks = list(row.results.order_by("look"))
    if version is not None and version != len(looks) + 1:
        raise StaleVersion(version=len(looks) + 1)
    if looks and (looks[-1].outcome == "confirmed" or len(looks) == 2):
        raise WrongState(state=looks[-1].outcome, allowed_actions=[])
    refuse_same_person(actor, *(one.recorded_by for one in looks))
    hashes, unfit = pickups.evidence(upload_ids, actor=actor)
    wrong = [Defect(f"/upload_ids/{n}", code) for n, code in unfit]
    if inspected_at > at or inspected_at < row.draw.drawn_at:
        wrong.append(Defect("/inspected_at", "in_the_future" if inspected_at > at else "before_draw"))
    if (found_g is None) is (outcome == "mass_differs"):
        wrong.append(Defect("/found_g", "mass_needed" if found_g is None else "mass_not_expected"))
    if outcome != "confirmed" and not upload_ids:
        wrong.append(Defect("/upload_ids", "evidence_needed"))
    if wrong:
        raise Unprocessable(defects=wrong)
    made = InspectionResult.objects.create(
        id=uuid7(at), inspection=row, look=len(looks) + 1, outcome=outcome, found_g=found_g, note=note,
        inspected_at=inspected_at, recorded_at=at, recorded_by=actor.user_id)
    InspectionPhoto.objects.bulk_create([
        InspectionPhoto(result=made, upload_id=pk, sha256=hashes[pk]) for pk in upload_ids])
    held, lifted = _hold(actor, at, row.consignment_id, note)
    returned, sent = _return(actor, at, row.consignment_id)
    audit.record(actor=actor, at=at, verb="inspection.record", object_type="consignment", object_id=row.consignment_id, after={
        "inspection": row.pk, "look": made.look, "outcome": outcome, "found_g": found_g, "note": note,
        "photos": [hashes[pk] for pk in upload_ids], "held": held, "lifted": lifted,
        "returned": returned, "sent": sent})
    return inspection_views([row.pk])[0]


def _hold(actor: Actor, at: datetime, load: UUID, why: str) -> tuple[int, int]:
    """Holds on the load's open lines as the inspections now say: how many were placed, how many lifted.

    Under the locks of accrual and claiming: a line made meanwhile waits, and then asks the rules itself.
    """
    found = AccrualLine.objects.filter(consignment_id=load)
    lock_contracts(sorted(set(found.values_list("contract_id", flat=True))))
    lines = list(found.filter(claim=None, reverses=None).values_list("pk", flat=True))
    facts = line_facts(lines) if lines else {}
    now = {(pk, rule): numbers for pk in lines for rule, numbers in broken(facts[pk], "block", "hold").items() if rule in RULES}
    before = {(one.line_id, one.rule): one for one in Hold.objects.filter(
        line_id__in=lines, rule__in=RULES, lifted_at=None)}
    gone = [one.pk for key, one in before.items() if key not in now]
    Hold.objects.filter(pk__in=gone).update(lifted_at=at, lifted_by=actor.user_id, lifted_why=why[:200])
    new = [Hold(line_id=pk, rule=rule, params=numbers, placed_at=at) for (pk, rule), numbers in now.items()
           if (pk, rule) not in before]
    Hold.objects.bulk_create(new)
    return len(new), len(gone)


def _return(actor: Actor, at: datetime, load: UUID) -> tuple[list[int], list[int]]:
    """Claims with lines of the load that its inspections now stop: the numbers of those returned, and of those that are
    too far. Each claim is locked, so an approval or a register that comes at the same moment is before or after it.
    """
    claims = Claim.objects.locked(lines__consignment_id=load, state__in=(*RETURNED_FROM, "registered", "paid")).select_related(
        "contract")
    stopped: dict[Claim, dict[str, Any]] = {}
    for claim in dict.fromkeys(claims):
        lines = list(AccrualLine.objects.filter(claim=claim, consignment_id=load, reverses=None).values_list("pk", flat=True))
        found = {rule: numbers for facts in line_facts(lines).values() for rule, numbers in broken(facts, *STOPS).items()
                 if rule in RULES}
        if found:
            stopped[claim] = found
    back = {claim: found for claim, found in stopped.items() if claim.state in RETURNED_FROM}
    ledger.recall([claim.pk for claim in back if claim.state == "approved"], at=at)
    number = Consignment.objects.values_list("number", flat=True).get(pk=load)
    Verdict.objects.bulk_create([
        Verdict(claim=claim, rule=rule, passed=False, params={"lines": 1, "consignments": [number]}, at=at)
        for claim, found in back.items() for rule in found])
    for claim, found in back.items():
        move_claims(actor, at, [claim], to="returned", verb="claim.return", defects=sorted(found), changes={
            "reason": ", ".join(sorted(found))[:200], "refused_by": actor.user_id, "approved_by": None, "approved_at": None})
    return sorted(claim.number for claim in back), sorted(claim.number for claim in stopped if claim not in back)
