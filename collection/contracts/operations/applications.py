"""How a contract comes about: applied for, verified, approved and drawn up, signed. Who refuses says why.

Finance then puts the signed contract in force (`approve_contracts`), so three officers and the contractor have agreed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from collection.accounts.queries import recipients
from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.ids import uuid7
from collection.kernel.refusals import (
    Defect,
    Kind,
    NotFound,
    Refusal,
    SamePerson,
    StaleVersion,
    Unprocessable,
    WrongState,
)
from collection.kernel.words import Words
from notifications import outbox

from .. import notices, queries
from ..models import ContractApplication
from ..queries import ApplicationView
from ..states import APPLICATION_ACTIONS, APPLICATION_REFUSALS
from .drawing_up import NewContract, check_contracts, insert_drafts


class ApplicationOpen(Refusal):
    """One application for one kind of contract at a time; `application_id` names it."""

    code = "application_open"
    kind = Kind.CONFLICT
    words = Words("Осындай өтініміңіз қаралып жатыр", "Такая заявка уже рассматривается",
                  "Such an application of yours is under way already")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a contractor asks for. Masses in grams over the whole validity; `valid_to` is the last day."""

    programme: str  # its code
    kind: str  # collection | recycling | full_cycle
    valid_from: date
    iban: str
    categories: Sequence[tuple[str, int]]  # (category, quota_g)
    regions: Sequence[str]
    valid_to: date | None = None
    vat_payer: bool = True
    base_id: UUID | None = None
    facility_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the operator agrees to; what is None is as asked for."""

    number: str
    cap_tiyn: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    categories: Sequence[tuple[str, int]] | None = None
    regions: Sequence[str] | None = None


def apply_for_contract(*, actor: Actor, at: datetime, asked: Asked) -> ApplicationView:
    """The contractor's application: judged at once by everything a contract is judged by.

    Errors: Unprocessable as `draw_up_contracts`; ApplicationOpen. Between two at once the unique index decides.
    """
    assert actor.organisation_id
    new = _contract(actor.organisation_id, asked)
    known = check_contracts([new])
    programme_id = known["programmes"][asked.programme]
    earlier = ContractApplication.objects.filter(
        programme=programme_id, organisation=actor.organisation_id, kind=asked.kind, state__in=APPLICATION_ACTIONS).first()
    if earlier is not None:
        raise ApplicationOpen(application_id=str(earlier.pk), state=earlier.state)
    row = ContractApplication.objects.create(
        id=uuid7(at), programme_id=programme_id, organisation_id=actor.organisation_id, kind=asked.kind,
        asked=stored(asked), submitted_by=actor.user_id, submitted_at=at)
    audit.record(actor=actor, at=at, verb="application.submit", object_type="application", object_id=row.pk,
                 after={"state": "submitted", "programme": asked.programme, "kind": asked.kind, **row.asked})
    return queries.application(actor, row.pk)


def verify_application(*, actor: Actor, at: datetime, application_id: UUID, version: int | None = None) -> ApplicationView:
    """An officer has looked at papers and places. Errors: NotFound, StaleVersion, WrongState."""
    row = _taken(actor, application_id, "verify", version)
    return _move(actor, at, row, "verify", state="verified", verified_by=actor.user_id, verified_at=at)


def approve_application(*, actor: Actor, at: datetime, application_id: UUID, agreed: Agreed,
                        version: int | None = None) -> ApplicationView:
    """Another officer agrees, and the contract is drawn up with its number: a draft, until signed and put in force.

    Errors: NotFound, StaleVersion, WrongState, SamePerson (who verified); as `draw_up_contracts` for what is agreed.
    """
    row = _taken(actor, application_id, "approve", version)
    if actor.user_id is not None and row.verified_by == actor.user_id:
        raise SamePerson
    new = _contract(row.organisation_id, read(row.programme.code, row.kind, row.asked))
    changes = {name: value for name, value in asdict(agreed).items() if value is not None}
    contract, line = insert_drafts(actor, at, [replace(new, **changes)])[0]
    return _move(actor, at, row, "approve", [line], state="approved", approved_by=actor.user_id, approved_at=at,
                 contract=contract)


def sign_application(*, actor: Actor, at: datetime, application_id: UUID, version: int | None = None) -> ApplicationView:
    """The contractor signs what was drawn up. Errors: NotFound, StaleVersion, WrongState."""
    row = _taken(actor, application_id, "sign", version)
    return _move(actor, at, row, "sign", state="signed", signed_by=actor.user_id, signed_at=at)


def refuse_application(*, actor: Actor, at: datetime, application_id: UUID, reason: str, words: str = "",
                       version: int | None = None) -> ApplicationView:
    """No contract, and why: a reason of APPLICATION_REFUSALS, in words where there are any.

    Errors: NotFound, StaleVersion, WrongState; Unprocessable with `not_a_choice`, or `words_needed` for "other".
    """
    row = _taken(actor, application_id, "refuse", version)
    if reason not in APPLICATION_REFUSALS:
        raise Unprocessable(defects=[Defect("/reason", "not_a_choice", {"choices": list(APPLICATION_REFUSALS)})])
    if reason == "other" and not words:
        raise Unprocessable(defects=[Defect("/words", "words_needed")])
    return _move(actor, at, row, "refuse", state="refused", reason=reason, words=words, **_ended(actor, at, row))


def withdraw_application(*, actor: Actor, at: datetime, application_id: UUID, version: int | None = None) -> ApplicationView:
    """The contractor thinks better of it. Errors: NotFound, StaleVersion, WrongState."""
    row = _taken(actor, application_id, "withdraw", version)
    return _move(actor, at, row, "withdraw", state="withdrawn", **_ended(actor, at, row))


def stored(asked: Asked) -> dict[str, Any]:
    """As JSON, without the programme and the kind, which are columns."""
    return {
        "valid_from": asked.valid_from.isoformat(), "valid_to": asked.valid_to and asked.valid_to.isoformat(),
        "iban": asked.iban, "vat_payer": asked.vat_payer, "base_id": asked.base_id and str(asked.base_id),
        "facility_id": asked.facility_id and str(asked.facility_id), "regions": list(asked.regions),
        "categories": [{"category": category, "quota_g": quota_g} for category, quota_g in asked.categories],
    }


def read(programme: str, kind: str, row: dict[str, Any]) -> Asked:
    return Asked(programme=programme, kind=kind, **row | {
        "valid_from": date.fromisoformat(row["valid_from"]),
        "valid_to": date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        "categories": [(one["category"], one["quota_g"]) for one in row["categories"]],
        **{name: UUID(row[name]) if row[name] else None for name in ("base_id", "facility_id")}})


def _contract(organisation_id: UUID, asked: Asked) -> NewContract:
    """Without a number yet."""
    return NewContract(organisation_id=organisation_id, number="", **asdict(asked))


def _ended(actor: Actor, at: datetime, row: ContractApplication) -> dict[str, Any]:
    return {"ended_by": actor.user_id, "ended_at": at, "ended_in": row.state}


def _taken(actor: Actor, application_id: UUID, step: str, version: int | None) -> ContractApplication:
    row = ContractApplication.objects.visible_to(actor).locked(pk=application_id).select_related("programme").first()
    if row is None:
        raise NotFound
    if version is not None and row.version != version:
        raise StaleVersion(version=row.version)
    if step not in APPLICATION_ACTIONS.get(row.state, ()):
        raise WrongState(state=row.state, allowed_actions=list(APPLICATION_ACTIONS.get(row.state, ())))
    return row


def _move(actor: Actor, at: datetime, row: ContractApplication, step: str, more: Sequence[audit.Line] = (),
          **changes: Any) -> ApplicationView:
    ContractApplication.objects.filter(pk=row.pk).update(version=F("version") + 1, **changes)
    told = {name: value for name, value in changes.items() if name in ("state", "reason", "words")}
    audit.record_many(actor=actor, at=at, lines=[*more, audit.Line(
        f"application.{step}", "application", row.pk, before={"state": row.state}, after=told)])
    people = recipients({row.organisation_id}, ("collector_admin", "recycler_admin"))
    outbox.put(notices.application_moved(step, application_id=row.pk, number=row.number,
                                         people=people[row.organisation_id]), at=at)
    return queries.application(actor, row.pk)
