"""Shells: one task, one operation."""

from __future__ import annotations

from celery import shared_task

from collection.kernel.actor import HOUSE
from collection.kernel.db import in_transaction, now
from notifications import outbox

from .operations import accrue


@shared_task(name="facts.sealed")
def accrue_facts(row_id: int) -> None:
    def write() -> None:
        row = outbox.claim(row_id)
        if row is not None:
            accrue(actor=HOUSE, at=now(), programme_id=row.object_id)
            outbox.done(row_id)

    in_transaction(write)
