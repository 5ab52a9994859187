"""One party proposes a correction, the others consent or decline; with the last consent it is made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F

from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.bulk import insert
from collection.kernel.ids import uuid7
from collection.kernel.refusals import NotFound, Refusal, StaleVersion, WrongState
from collection.kernel.words import Words

from ..models import Consent, Consignment, Proposal
from ..queries.corrections import parties
from ..states import PROPOSAL_ACTIONS
from ..steps import take
from .corrections import ConsentNeeded, NewCorrection, carry_out, check, lock_with_batches, tell


class CorrectionProposed(Refusal):
    """One proposal for a load at a time. Fields: `proposal_id`."""

    code = "correction_proposed"
    words = Words("Түзету ұсынылып қойған", "Исправление уже предложено", "A correction is proposed already")


def propose_correction(*, actor: Actor, at: datetime, new: NewCorrection) -> UUID:
    """The recycler says what it should have accepted, and so consents for its own part; nothing changes yet.

    Errors: NotFound, StaleVersion, WrongState; CorrectionProposed; ReceiptDoesNotDivideNet, BatchDoesNotClose,
    Unprocessable with `nothing_to_correct`. Returns the proposal's id.
    """
    load = take(actor, [new.consignment_id], action="correct", parties=("recycler_id",),
                versions=[new.version])[new.consignment_id]
    if known := Proposal.objects.filter(consignment=load, state="open").first():
        raise CorrectionProposed(proposal_id=str(known.pk))
    papers = check([new])
    one = Proposal(id=uuid7(at), consignment=load, was_g=papers[load.pk].accepted_g, accepted_g=new.accepted_g,
                   reason=new.reason, proposed_by=actor.user_id, recorded_at=at)
    insert([one])
    Consignment.objects.filter(pk=load.pk).update(version=F("version") + 1)  # whoever saw it without, has not seen it
    _speak(actor, at, one, _speaks_for(actor, load))
    audit.record(actor=actor, at=at, verb="correction.propose", object_type="proposal", object_id=one.pk, after={
        "state": "open", "consignment": load.pk, "was_g": one.was_g, "accepted_g": one.accepted_g, "reason": one.reason})
    tell("correction_proposed", [load], actor, at)
    return one.pk


def consent_to_correction(*, actor: Actor, at: datetime, proposal_id: UUID) -> str:
    """Agree for one's own company, or as the operator's inspector; with the last consent the correction is made.

    Errors: NotFound, WrongState; ConsentNeeded (it is not this caller's to give, or was given before); StaleVersion (the
    load was corrected otherwise meanwhile); and what `propose_correction` refuses. Returns the state: open or agreed.
    """
    one, mine = _take(actor, proposal_id)
    left = _unsaid(one, mine)
    _speak(actor, at, one, left)
    agreed = not _unsaid(one, parties(one.consignment), some=False)
    if agreed:
        papers = check([NewCorrection(one.consignment_id, one.accepted_g, one.reason)])
        if papers[one.consignment_id].accepted_g != one.was_g:
            raise StaleVersion  # corrected otherwise meanwhile: what was agreed to is no longer what would happen
        _decide(one, "agreed", at)
        carry_out(actor, at, [one], papers)
    audit.record(actor=actor, at=at, verb="correction.consent", object_type="proposal", object_id=one.pk,
                 before={"state": "open"}, after={"state": one.state, "parties": left})
    return one.state


def decline_correction(*, actor: Actor, at: datetime, proposal_id: UUID, reason: str) -> None:
    """Say no, with a reason: the receipt stays as it is. Errors: NotFound, WrongState, ConsentNeeded."""
    one, mine = _take(actor, proposal_id)
    left = _unsaid(one, mine)
    _speak(actor, at, one, left, agrees=False, reason=reason)
    _decide(one, "declined", at)
    audit.record(actor=actor, at=at, verb="correction.decline", object_type="proposal", object_id=one.pk,
                 before={"state": "open"}, after={"state": "declined", "parties": left, "reason": reason})
    tell("correction_declined", [one.consignment], actor, at)


def withdraw_correction(*, actor: Actor, at: datetime, proposal_id: UUID) -> None:
    """The recycler takes its proposal back. Errors: NotFound, WrongState, ConsentNeeded (it is not the caller's)."""
    one, mine = _take(actor, proposal_id)
    if "recycler" not in mine:
        raise ConsentNeeded
    _decide(one, "withdrawn", at)
    audit.record(actor=actor, at=at, verb="correction.withdraw", object_type="proposal", object_id=one.pk,
                 before={"state": "open"}, after={"state": "withdrawn"})


def _take(actor: Actor, proposal_id: UUID) -> tuple[Proposal, list[str]]:
    """The open proposal, locked after its load, and the parties the actor speaks for."""
    seen = Proposal.objects.visible_to(actor).filter(pk=proposal_id).first()
    if seen is None:
        raise NotFound
    lock_with_batches([seen.consignment_id])
    one = Proposal.objects.locked(pk=proposal_id).get()
    if one.state != "open":
        raise WrongState(state=one.state, allowed_actions=list(PROPOSAL_ACTIONS.get(one.state, ())))
    one.consignment = Consignment.objects.get(pk=one.consignment_id)
    return one, _speaks_for(actor, one.consignment)


def _speaks_for(actor: Actor, load: Consignment) -> list[str]:
    """Which of the parties whose consent is needed the actor is."""
    owners = {"collector": load.collector_id, "recycler": load.recycler_id}
    return [party for party in parties(load)
            if (actor.role == "inspector" if party == "operator" else owners[party] == actor.organisation_id)]


def _unsaid(one: Proposal, parties: Sequence[str], *, some: bool = True) -> list[str]:
    """Those of the parties that have not spoken yet; ConsentNeeded if it has to be `some` and is none."""
    left = [party for party in parties if party not in set(one.consents.values_list("party", flat=True))]
    if some and not left:
        raise ConsentNeeded
    return left


def _speak(actor: Actor, at: datetime, one: Proposal, parties: Sequence[str], *, agrees: bool = True,
           reason: str = "") -> None:
    insert([
        Consent(proposal=one, party=party, organisation_id=actor.organisation_id, agrees=agrees, reason=reason,
                given_by=actor.user_id, recorded_at=at)
        for party in parties
    ])


def _decide(one: Proposal, state: str, at: datetime) -> None:
    Proposal.objects.filter(pk=one.pk).update(state=state, decided_at=at)
    one.state, one.decided_at = state, at
