"""Shells: one task, one call."""

from __future__ import annotations

from celery import shared_task

from api.http.keys import prune
from collection.kernel.db import in_transaction, now


@shared_task(name="api.prune_keys")
def prune_keys() -> None:
    in_transaction(lambda: prune(at=now()))
