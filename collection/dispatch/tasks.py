"""Shells: one task, one operation."""

from __future__ import annotations

from celery import shared_task

from collection.kernel.actor import HOUSE
from collection.kernel.db import in_transaction, now
from notifications import outbox

from .operations import advance, due_pickups


@shared_task(name="dispatch.advance")
def advance_pickup(row_id: int) -> None:
    def write() -> None:
        row = outbox.claim(row_id)
        if row is not None:
            advance(actor=HOUSE, at=now(), pickup_id=row.object_id)
            outbox.done(row_id)

    in_transaction(write)


@shared_task(name="dispatch.sweep")
def sweep() -> None:
    for pickup_id in due_pickups():
        in_transaction(lambda pickup_id=pickup_id: advance(actor=HOUSE, at=now(), pickup_id=pickup_id))  # type: ignore[misc]
