"""Conditional steps of offers and jobs, for the verbs of this room and of custody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import F

from collection.kernel.db import execute, rows

from .models import Job
from .states import UNDERWAY


def finish_jobs(job_ids: Sequence[UUID], *, at: datetime) -> int:
    """Collected: underway -> done. Returns how many moved."""
    return Job.objects.filter(pk__in=job_ids, state__in=UNDERWAY).update(
        state="done", ended_at=at, version=F("version") + 1
    )


def end_job(job_id: UUID, *, state: str, reason: str, at: datetime) -> bool:
    """Underway -> withdrawn or failed, with its reason."""
    return bool(
        Job.objects.filter(pk=job_id, state__in=UNDERWAY).update(
            state=state, reason=reason, ended_at=at, version=F("version") + 1
        )
    )


def withdraw_offers(pickup_id: UUID, *, at: datetime) -> list[UUID]:
    """Every open offer of the pickup is withdrawn by one statement; returns the organisations to be told."""
    return [
        row["organisation_id"]
        for row in rows(
            "UPDATE dispatch_offer SET state = 'withdrawn', answered_at = %s "
            "WHERE pickup_id = %s AND state = 'open' RETURNING organisation_id",
            [at, pickup_id],
        )
    ]


def undo_acceptance(pickup_id: UUID, *, reason: str) -> None:
    """The accepted offer is withdrawn, so that another may win; when it had been answered stays on record."""
    execute(
        "UPDATE dispatch_offer SET state = 'withdrawn', reason = %s WHERE pickup_id = %s AND state = 'accepted'",
        [reason, pickup_id],
    )


def expire_offers(pickup_id: UUID) -> list[UUID]:
    """Offers whose time is over by the database clock become expired; returns their organisations."""
    return [
        row["organisation_id"]
        for row in rows(
            "UPDATE dispatch_offer SET state = 'expired', answered_at = house_clock() "
            "WHERE pickup_id = %s AND state = 'open' AND expires_at <= house_clock() RETURNING organisation_id",
            [pickup_id],
        )
    ]


def reserve(*, pickup_id: UUID, contract_ids: Sequence[UUID], facility_id: UUID | None, category: str, mass_g: int,
            month: date, at: datetime) -> bool:
    """Reserve `mass_g` of every contract's quota and of the plant's month, all or nothing; False when one has no room."""
    return rows(
        "SELECT dispatch_reserve(%s, %s::uuid[], %s, %s, %s, %s, %s) AS reserved",
        [pickup_id, list(contract_ids), facility_id, category, mass_g, month, at],
    )[0]["reserved"]
