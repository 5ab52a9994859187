"""After sealing nothing is edited: a correction is a reversal and a new fact, and the receipt stays as it was signed.

What was signed by two is not changed by one: every party consents first (proposals.py, and the database looks). Money
follows the facts by itself, also after payment: as reversals and new lines (payouts).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q

from collection.accounts import queries as accounts
from collection.audit import steps as audit
from collection.contracts.steps import Allot, allot
from collection.kernel.actor import Actor
from collection.kernel.bulk import insert
from collection.kernel.calendar import almaty_date, month_of
from collection.kernel.db import rows
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Refusal, Unprocessable
from collection.kernel.words import Words
from notifications import outbox

from .. import notices
from ..models import Consent, Consignment, Correction, Fact, Proposal
from ..queries.corrections import parties
from ..steps import Standing, again, seal, standings, take
from .batches import BatchDoesNotClose
from .receipts import ReceiptDoesNotDivideNet
from .refusals import Wrongs


class ConsentNeeded(Refusal):
    """Nobody corrects alone what two have signed, and nobody consents for another."""

    code = "consent_needed"
    words = Words("Екінші тараптың келісімі керек", "Нужно согласие второй стороны", "The other party must consent")


@dataclass(frozen=True, slots=True)
class NewCorrection:
    """The accepted mass as it should have been, in grams, and why."""

    consignment_id: UUID
    accepted_g: int
    reason: str
    version: int | None = None


def correct_receipts(*, actor: Actor, at: datetime, corrections: Sequence[NewCorrection]) -> list[UUID]:
    """Bring in corrections that all parties have signed on paper: only the house does that (imports, replays).

    Errors: ConsentNeeded for anybody else; NotFound, StaleVersion, WrongState; ReceiptDoesNotDivideNet (more than the net,
    or nothing at all), BatchDoesNotClose (the loss is smaller than what is taken away), Unprocessable with
    `nothing_to_correct`. Returns the corrections' ids.
    """
    if not actor.is_house:
        raise ConsentNeeded
    ids = [one.consignment_id for one in corrections]
    lock_with_batches(ids)
    loads = take(actor, ids, action="correct", parties=("recycler_id",), versions=[one.version for one in corrections])
    papers = check(corrections)
    agreed = [
        Proposal(id=uuid7(at), consignment=loads[one.consignment_id], was_g=papers[one.consignment_id].accepted_g,
                 accepted_g=one.accepted_g, reason=one.reason, state="agreed", recorded_at=at, decided_at=at)
        for one in corrections
    ]
    insert(agreed)
    insert([Consent(proposal=one, party=party, agrees=True, recorded_at=at)
            for one in agreed for party in parties(one.consignment)])
    return carry_out(actor, at, agreed, papers)


def carry_out(actor: Actor, at: datetime, agreed: Sequence[Proposal], papers: dict[UUID, Standing]) -> list[UUID]:
    """Reverse the live `received` (and `recycled`) facts and seal the next edition with the right mass.

    A processed load's batch keeps its product: its input and its loss change by the same grams. The caller holds the
    locks of `lock_with_batches` and has read `papers` with `check` under them.
    """
    loads = {one.consignment_id: one.consignment for one in agreed}
    made = [
        Correction(id=uuid7(at), consignment_id=one.consignment_id, proposal=one, edition=paper.edition + 1,
                   was_g=paper.accepted_g, accepted_g=one.accepted_g, batch_id=paper.batch_id, reason=one.reason,
                   recorded_at=at, corrected_by=one.proposed_by)
        for one in agreed for paper in [papers[one.consignment_id]]
    ]
    insert(made)
    Consignment.objects.filter(pk__in=list(loads)).update(version=F("version") + 1)
    right = {one.consignment_id: one.accepted_g for one in agreed}
    live = Fact.objects.filter(consignment__in=list(loads), measure__in=("received", "recycled"), reversal_of=None,
                               reversal=None).order_by("id")
    seal([edition for old in live for edition in again(old, grams=right[old.consignment_id], at=at)], at=at)
    more = {pk: right[pk] - papers[pk].accepted_g for pk in loads}
    allot([
        Allot(of="quota", amount=more[load.pk], why="corrected", object_id=load.pk,
              contract_id=load.recycler_contract_id, category_id=load.category_id)
        for load in loads.values() if load.recycler_contract_id != load.collector_contract_id
    ] + [
        Allot(of="capacity", amount=more[load.pk], why="corrected", object_id=load.pk, facility_id=load.facility_id,
              category_id=load.category_id, month=month_of(almaty_date(at)))
        for load in loads.values() if papers[load.pk].batch_id
    ], at=at)
    audit.record_many(actor=actor, at=at, lines=[
        audit.Line("receipt.correct", "consignment", row.consignment_id, before={"accepted_g": row.was_g},
                   after={"accepted_g": row.accepted_g, "edition": row.edition, "reason": row.reason})
        for row in made
    ])
    tell("corrected", list(loads.values()), actor, at)
    return [row.pk for row in made]


def check(corrections: Sequence[NewCorrection]) -> dict[UUID, Standing]:
    """What stands in the papers, with everything wrong refused at once."""
    ids = [one.consignment_id for one in corrections]
    papers = standings(ids)
    wrongs = Wrongs(corrections)
    lost = _losses({paper.batch_id for paper in papers.values() if paper.batch_id})
    for n, one in enumerate(corrections):
        paper = papers[one.consignment_id]
        if one.consignment_id in ids[:n]:
            wrongs.add(Unprocessable, n, "consignment_id", "duplicate")
        if not 0 < one.accepted_g <= paper.net_g:
            wrongs.add(ReceiptDoesNotDivideNet, n, "accepted_g", net_g=paper.net_g)
        elif one.accepted_g == paper.accepted_g:
            wrongs.add(Unprocessable, n, "accepted_g", "nothing_to_correct", accepted_g=paper.accepted_g)
        elif paper.batch_id:
            lost[paper.batch_id] += one.accepted_g - paper.accepted_g
            if lost[paper.batch_id] < 0:
                wrongs.add(BatchDoesNotClose, n, "accepted_g", loss_g=lost[paper.batch_id])
    wrongs.refuse()
    return papers


def lock_with_batches(ids: Sequence[UUID]) -> None:
    """Loads of one batch share its loss: all of them are locked first, or two corrections would spend the same grams."""
    list(Consignment.objects.filter(Q(pk__in=ids) | Q(pk__in=Consignment.objects.filter(
        batched__batch__inputs__consignment__in=ids).values("pk"))).locked())


def tell(event: str, loads: Sequence[Consignment], actor: Actor, at: datetime) -> None:
    people = accounts.recipients(notices.told(event, loads))
    outbox.put(notices.moved(event, loads, actor, people), at=at)


def _losses(batch_ids: set[UUID]) -> defaultdict[UUID, int]:
    """What each batch lost so far, corrections counted, in grams."""
    return defaultdict(int, {
        row["id"]: row["loss_g"] for row in rows(
            """
            SELECT id, (loss_g + coalesce((SELECT sum(accepted_g - was_g) FROM custody_correction
                                           WHERE batch_id = custody_batch.id), 0))::bigint AS loss_g
            FROM custody_batch WHERE id = ANY(%s)
            """,
            [list(batch_ids)],
        )
    })
