"""Shells: one task, one operation."""

from __future__ import annotations

from celery import shared_task

from collection.kernel.actor import HOUSE
from collection.kernel.db import now
from notifications import delivery

from .operations import accrue


@shared_task(name="facts.sealed")
def accrue_facts(row_id: int) -> None:
    """Custody rings with the programme's id whenever it has sealed facts; it does not know who listens."""
    delivery.errand(row_id, lambda row: accrue(actor=HOUSE, at=now(), programme_id=row.object_id))
