"""Reads of applications, and of the funnel they make: how many came how far, how long each step took, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from collection.kernel.actor import Actor
from collection.kernel.db import rows
from collection.kernel.refusals import NotFound

from ..models import ContractApplication


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """`asked`: what was asked for; `contract_id`: what was drawn up of it, once approved."""

    id: UUID
    number: int
    programme: str
    organisation_id: UUID
    organisation: str
    kind: str
    state: str
    asked: dict[str, Any]
    contract_id: UUID | None
    submitted_at: datetime
    verified_at: datetime | None
    approved_at: datetime | None
    signed_at: datetime | None
    ended_at: datetime | None
    ended_in: str
    reason: str
    words: str
    version: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the funnel: who reached it, and how long those took from the step before. Seconds; None: nobody yet."""

    step: str
    reached: int
    median_s: int | None
    longest_s: int | None
    waiting: int  # who reached it and is still there
    refused: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class Funnel:
    programme: str
    steps: tuple[Step, ...]
    reasons: dict[str, int]  # of refusal -> how often


_FUNNEL = """
SELECT step.name AS step, count(step.at)::int AS reached,
       percentile_disc(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM step.at - step.since))::bigint AS median_s,
       max(extract(epoch FROM step.at - step.since))::bigint AS longest_s,
       (count(*) FILTER (WHERE one.state = step.name))::int AS waiting,
       (count(*) FILTER (WHERE one.state = 'refused' AND one.ended_in = step.name))::int AS refused,
       (count(*) FILTER (WHERE one.state = 'withdrawn' AND one.ended_in = step.name))::int AS withdrawn
FROM contracts_contractapplication one
JOIN contracts_programme programme ON programme.id = one.programme_id
LEFT JOIN contracts_contract contract ON contract.id = one.contract_id
CROSS JOIN LATERAL (VALUES
    (1, 'submitted', one.submitted_at, NULL::timestamptz), (2, 'verified', one.verified_at, one.submitted_at),
    (3, 'approved', one.approved_at, one.verified_at), (4, 'signed', one.signed_at, one.approved_at),
    (5, 'in_force', contract.approved_at, one.signed_at)) AS step (place, name, at, since)
WHERE programme.code = %s GROUP BY step.place, step.name ORDER BY step.place
"""
_REASONS = """
SELECT reason, count(*)::int AS n FROM contracts_contractapplication one
JOIN contracts_programme programme ON programme.id = one.programme_id
WHERE programme.code = %s AND one.state = 'refused' GROUP BY reason ORDER BY n DESC, reason
"""


def application(actor: Actor, application_id: UUID) -> ApplicationView:
    """NotFound for a stranger's."""
    found = ContractApplication.objects.visible_to(actor).filter(pk=application_id).select_related(
        "programme", "organisation").first()
    if found is None:
        raise NotFound
    return _view(found)


def applications(actor: Actor, *, programme: str | None = None, state: str | None = None, after: UUID | None = None,
                 limit: int | None = None) -> list[ApplicationView]:
    """One's own, or all for the operator's staff, in the order they came."""
    asked = {"programme__code": programme, "state": state, "pk__gt": after}
    found = ContractApplication.objects.visible_to(actor).filter(**{name: value for name, value in asked.items() if value})
    return [_view(row) for row in found.select_related("programme", "organisation").order_by("pk")[:limit]]


def funnel(programme: str) -> Funnel:
    """Every step of the programme's applications, with its times, and the reasons of refusal by how often."""
    steps = tuple(Step(**row) for row in rows(_FUNNEL, [programme]))
    return Funnel(programme, steps, {row["reason"]: row["n"] for row in rows(_REASONS, [programme])})


def _view(row: ContractApplication) -> ApplicationView:
    return ApplicationView(
        row.id, row.number, row.programme.code, row.organisation_id, row.organisation.name, row.kind, row.state, row.asked,
        row.contract_id, row.submitted_at, row.verified_at, row.approved_at, row.signed_at, row.ended_at, row.ended_in,
        row.reason, row.words, row.version)
