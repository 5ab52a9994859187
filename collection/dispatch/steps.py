"""Conditional steps of offers and jobs, for the verbs of this room and of custody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F

from collection.kernel.db import rows

from .models import Job

#: A job that can still be driven.
UNDERWAY = ("assigned", "en_route", "arrived")


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
