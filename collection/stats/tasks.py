"""Shells: one task, one operation."""

from __future__ import annotations

from celery import shared_task

from collection.kernel.db import in_transaction, now

from . import operations


@shared_task(name="stats.roll")
def roll() -> None:
    in_transaction(lambda: operations.roll(at=now()))
