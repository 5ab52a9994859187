"""Shells: one task, one operation."""

from __future__ import annotations

import logging

from celery import shared_task

from collection.kernel.actor import HOUSE
from collection.kernel.db import in_transaction, now
from notifications import delivery

from .operations import advance, due_pickups, programmes_at_work, reoptimise

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
