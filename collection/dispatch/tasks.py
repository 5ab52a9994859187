"""Shells: one task, one operation."""

from __future__ import annotations

import logging
from uuid import UUID

from celery import shared_task

from collection.kernel.actor import HOUSE
from collection.kernel.db import in_transaction, now
from collection.kernel.refusals import Refusal
from notifications import delivery
from notifications.channels.base import Transient

from . import queries
from .operations import (
    PlanOutdated,
    adopt_plan,
    advance,
    due_pickups,
    fail_plan,
    note_progress,
    programmes_at_work,
    queue_nightly,
    reap_plans,
    reoptimise,
    start_plan,
)

#: A day that changes while it is planned is read again so often at once; then its row waits for its next turn.
READINGS = 2

log = logging.getLogger(__name__)


@shared_task(name="dispatch.advance")
def advance_pickup(row_id: int) -> None:
    delivery.errand(row_id, lambda row: advance(actor=HOUSE, at=now(), pickup_id=row.object_id))


@shared_task(name="dispatch.sweep")
def sweep() -> None:
    for pickup_id in due_pickups():
        try:
            in_transaction(lambda pickup_id=pickup_id: advance(actor=HOUSE, at=now(), pickup_id=pickup_id))  # type: ignore[misc]
        except Exception:  # one that cannot be advanced must not hold up the others
            log.exception("pickup %s cannot be advanced", pickup_id)


@shared_task(name="dispatch.reoptimise")
def reoptimise_programmes() -> None:
    for code in programmes_at_work():
        try:
            in_transaction(lambda code=code: reoptimise(actor=HOUSE, at=now(), programme=code))  # type: ignore[misc]
        except Exception:  # one programme's trouble is not another's
            log.exception("programme %s cannot be planned again", code)


@shared_task(name="dispatch.plan_day")
def plan_day(row_id: int) -> None:
    delivery.carry_out(row_id, lambda row: _plan_day(row.object_id))


@shared_task(name="dispatch.plan_days")
def plan_days() -> None:
    in_transaction(lambda: queue_nightly(actor=HOUSE, at=now()))
    in_transaction(lambda: reap_plans(actor=HOUSE, at=now()))


def _plan_day(plan_id: UUID) -> None:
    """Read and plan without locks, then write: a worker that dies on the way leaves a queued row, and nothing half."""
    asked = in_transaction(lambda: start_plan(at=now(), plan_id=plan_id))
    if asked is None:
        return
    for _ in range(READINGS):
        try:
            base = queries.base_of(HOUSE, contract_id=asked.contract_id)
            given = queries.read_day(base, asked.day, at=now(), named=asked.named, incident=asked.why == "incident")
            found = queries.draft(given, progress=lambda percent: in_transaction(
                lambda: note_progress(plan_id=plan_id, percent=percent)))
            in_transaction(lambda found=found: adopt_plan(  # type: ignore[misc]
                actor=HOUSE, at=now(), draft=found, plan_id=plan_id, why=asked.why))
        except PlanOutdated:
            continue
        except Refusal as refusal:
            code = refusal.defects[0].code if refusal.defects else refusal.code
            in_transaction(lambda code=code: fail_plan(actor=HOUSE, at=now(), plan_id=plan_id, code=code))  # type: ignore[misc]
        return
    raise Transient("the day changes faster than it is planned")
