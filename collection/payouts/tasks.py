"""Shells: one task, one operation."""

from __future__ import annotations

from celery import shared_task

from collection.kernel.actor import HOUSE
from collection.kernel.db import in_transaction, now
from notifications import delivery

from .operations import accrue, approve_queued, reprice
from .queries import programmes_with_a_queue


@shared_task(name="facts.sealed")
def accrue_facts(row_id: int) -> None:
    """Custody rings with the programme's id whenever it has sealed facts; it does not know who listens."""
    delivery.errand(row_id, lambda row: accrue(actor=HOUSE, at=now(), programme_id=row.object_id))


@shared_task(name="tariffs.changed")
def reprice_facts(row_id: int) -> None:
    """Contracts rings with the programme's id when prices of days that have begun are not what they were."""
    delivery.errand(row_id, lambda row: reprice(actor=HOUSE, at=now(), programme_id=row.object_id))


@shared_task(name="payouts.walk_queues")
def walk_queues() -> None:
    """Every minute: claims that wait for room are looked at, in their order, a transaction for each programme."""
    for programme_id in programmes_with_a_queue():
        in_transaction(lambda programme_id=programme_id: approve_queued(  # type: ignore[misc]
            actor=HOUSE, at=now(), programme_id=programme_id))
