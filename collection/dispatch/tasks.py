"""Shells: one task, one operation."""

from __future__ import annotations

import logging

from celery import shared_task

from collection.kernel.actor import HOUSE
from collection.kernel.db import in_transaction, now
from notifications import delivery

from .operations import advance, due_pickups

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
