"""A contractor's answer to a no, and the answer to that: by an inspector who did not say it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import F

from collection.accounts import queries as accounts
from collection.audit import steps as audit
from collection.contracts.steps import Allot, allot
from collection.kernel.actor import Actor
from collection.kernel.ids import uuid7
from collection.kernel.refusals import NotFound, Refusal, StaleVersion, WrongState
from collection.kernel.words import Words
from notifications import outbox

from .. import ledger, notices
from ..models import AccrualLine, Appeal
from ..queries.appeals import AppealView, appeal_views
from .moving import move_claims, take_claim
from .persons import refuse_same_person


class AppealOpen(Refusal):
    code = "appeal_open"
    words = Words("Шағым қаралып жатыр", "Возражение уже рассматривается", "An appeal is being looked at already")


class CorrectedSince(Refusal):
    """Facts of a rejected claim were corrected: their new lines are claimed by themselves, the old claim stays rejected."""

    code = "corrected_since"
    words = Words("Өтінім жолдары кейін түзетілген", "Строки заявки с тех пор исправлены",
                  "Lines of the claim were corrected since")


def file_appeal(*, actor: Actor, at: datetime, claim_id: UUID, words: str, version: int | None = None) -> AppealView:
    """The contractor disagrees with a return or a rejection. The claim stays as it is until somebody decides.

    Errors: NotFound, StaleVersion, WrongState; AppealOpen.
    """
    claim = take_claim(actor, claim_id, action="appeal", version=version)
    if Appeal.objects.filter(claim=claim, state="open").exists():
        raise AppealOpen
    made = Appeal.objects.create(id=uuid7(at), claim=claim, of_state=claim.state, words=words, against=claim.refused_by,
                                 filed_by=actor.user_id, filed_at=at)
    audit.record(actor=actor, at=at, verb="appeal.file", object_type="claim", object_id=claim_id,
                 after={"appeal": made.pk, "of_state": claim.state, "words": words})
    return appeal_views([made.pk])[0]


def decide_appeal(*, actor: Actor, at: datetime, appeal_id: UUID, granted: bool, answer: str,
                  version: int | None = None) -> AppealView:
    """Granted, the claim is verified, by whoever decided, and goes on to a second person; dismissed, the no stands.

    A granted appeal against a rejection brings back what the rejection took from the ledger and the cap, and has the
    programme repriced: rates that changed meanwhile are its lines' too.

    Errors: NotFound, StaleVersion, WrongState (decided already, or the claim has moved on); SamePerson (whoever said the no,
    prepared, filed or appealed); CorrectedSince.
    """
    row = Appeal.objects.locked(pk=appeal_id).first()
    if row is None:
        raise NotFound
    if version is not None and row.version != version:
        raise StaleVersion(version=row.version)
    if row.state != "open":
        raise WrongState(state=row.state, allowed_actions=[])
    claim = take_claim(actor, row.claim_id, action="appeal", version=None)
    if granted and claim.state != row.of_state:  # returned and appealed, filed again, and rejected by somebody else since
        raise WrongState(state=claim.state, allowed_actions=[])
    refuse_same_person(actor, row.against, claim.refused_by, row.filed_by, claim.prepared_by, claim.submitted_by)
    if granted and claim.state == "rejected" and AccrualLine.objects.filter(reverses__claim=claim).exists():
        raise CorrectedSince
    Appeal.objects.filter(pk=appeal_id).update(
        state="granted" if granted else "dismissed", decided_by=actor.user_id, decided_at=at, answer=answer,
        version=F("version") + 1)
    if granted:
        if claim.state == "rejected":
            ledger.reinstate([claim.pk], at=at)
            allot([Allot(of="cap", amount=claim.amount_tiyn, why="reinstated", object_id=claim.pk,
                         contract_id=claim.contract_id)], at=at)
            # Repricing passed by its lines while they were rejected.
            outbox.work(task="tariffs.changed", object_id=claim.programme_id, at=at)
        move_claims(actor, at, [claim], to="verified", verb="appeal.grant", appeal=appeal_id, answer=answer, changes={
            "verified_by": actor.user_id, "verified_at": at, "approved_by": None, "approved_at": None, "reason": ""})
    else:
        audit.record(actor=actor, at=at, verb="appeal.dismiss", object_type="claim", object_id=claim.pk,
                     after={"appeal": appeal_id, "answer": answer})
        people = accounts.recipients({claim.contract.organisation_id}, ("collector_admin", "recycler_admin"))
        outbox.put(notices.claim_moved("appeal_dismissed", claim.pk, claim.number, people[claim.contract.organisation_id]),
                   at=at)
    return appeal_views([appeal_id])[0]
