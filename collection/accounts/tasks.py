"""Shells: one task, one operation."""

from __future__ import annotations

from celery import shared_task

from collection.kernel.db import in_transaction, now

from .operations import tidy


@shared_task(name="accounts.tidy")
def tidy_accounts() -> None:
    in_transaction(lambda: tidy(at=now()))
