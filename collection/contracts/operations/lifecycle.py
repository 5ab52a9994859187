"""Putting contracts in force, and stopping them. Papers already begun are always finished."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F

from collection.accounts.queries import recipients
from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.refusals import Defect, NotFound, Refusal, SamePerson, StaleVersion, WrongState
from collection.kernel.words import Words
from notifications import outbox

from .. import notices, queries
from ..models import Contract, ContractApplication
from ..queries import ContractDetail
from ..states import CONTRACT_ACTIONS
from ..steps import serve


class NotSigned(Refusal):
    """The contractor who applied for it has not signed it yet."""

    code = "not_signed"
    words = Words("Мердігер шартқа әлі қол қоймаған", "Подрядчик ещё не подписал договор",
                  "The contractor has not signed the contract yet")


def approve_contracts(*, actor: Actor, at: datetime, contract_ids: Sequence[UUID],
                      version: int | None = None) -> list[ContractDetail]:
    """draft -> active, by a second person: from now on dispatch finds them. `version` is what the caller saw (of one).

    Writes one ServedArea row for each leg, category and region, at the base (collection) or the plant (recycling).
    Errors: NotFound, StaleVersion, WrongState, SamePerson (the database refuses the same person too), NotSigned.
    """
    rows = _locked(actor, contract_ids, "approve", version)
    same = [n for n, row in enumerate(rows) if actor.user_id is not None and row.drawn_up_by == actor.user_id]
    if same:
        raise SamePerson(defects=[Defect(f"/{n}", SamePerson.code) for n in same] if len(rows) > 1 else [])
    unsigned = set(ContractApplication.objects.filter(contract__in=contract_ids).exclude(state="signed").values_list(
        "contract_id", flat=True))
    if unsigned:
        raise NotSigned(defects=[Defect(f"/{n}", NotSigned.code) for n, row in enumerate(rows) if row.pk in unsigned]
                        if len(rows) > 1 else [])
    Contract.objects.filter(pk__in=contract_ids).update(
        state="active", approved_by=actor.user_id, approved_at=at, version=F("version") + 1)
    serve(contract_ids)
    return _moved(actor, at, rows, "approve")


def suspend_contract(*, actor: Actor, at: datetime, contract_id: UUID, reason: str,
                     version: int | None = None) -> ContractDetail:
    """active -> suspended: no new offers, what has begun is finished. Errors: NotFound, StaleVersion, WrongState."""
    return _move(actor, at, contract_id, "suspend", reason, version)


def resume_contract(*, actor: Actor, at: datetime, contract_id: UUID, reason: str,
                    version: int | None = None) -> ContractDetail:
    """suspended -> active. Errors as `suspend_contract`."""
    return _move(actor, at, contract_id, "resume", reason, version)


def close_contract(*, actor: Actor, at: datetime, contract_id: UUID, reason: str,
                   version: int | None = None) -> ContractDetail:
    """active or suspended -> closed, for good. Its served areas stay: eligibility reads the state."""
    return _move(actor, at, contract_id, "close", reason, version)


def _move(actor: Actor, at: datetime, contract_id: UUID, step: str, reason: str, version: int | None) -> ContractDetail:
    rows = _locked(actor, [contract_id], step, version)
    Contract.objects.filter(pk=contract_id).update(state=_RESULT[step], version=F("version") + 1)
    return _moved(actor, at, rows, step, reason=reason)[0]


_RESULT = {"approve": "active", "suspend": "suspended", "resume": "active", "close": "closed"}


def _locked(actor: Actor, contract_ids: Sequence[UUID], step: str, version: int | None) -> list[Contract]:
    """The contracts, locked, if all exist and each allows `step`."""
    rows = list(Contract.objects.visible_to(actor).locked(pk__in=contract_ids))
    if len(rows) != len(set(contract_ids)):
        raise NotFound
    for row in rows:
        if version is not None and row.version != version:
            raise StaleVersion(version=row.version)
        if step not in CONTRACT_ACTIONS[row.state]:
            raise WrongState(state=row.state, allowed_actions=list(CONTRACT_ACTIONS[row.state]))
    return rows


def _moved(actor: Actor, at: datetime, rows: Sequence[Contract], step: str, **why: str) -> list[ContractDetail]:
    """The audit lines, the notices to the contractors' admins, and the contracts as they are now."""
    audit.record_many(actor=actor, at=at, lines=[
        audit.Line(f"contract.{step}", "contract", row.id, before={"state": row.state},
                   after={"state": _RESULT[step], **why})
        for row in rows
    ])
    people = recipients({row.organisation_id for row in rows}, ("collector_admin", "recycler_admin"))
    outbox.put([
        notice for row in rows for notice in notices.contract_moved(
            step, contract_id=row.id, number=row.number, people=people[row.organisation_id])
    ], at=at)
    return queries.details(Contract.objects.filter(pk__in=[row.id for row in rows]))
