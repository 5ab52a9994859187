"""Shells: one task, one call."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task

from api.http.keys import prune
from collection.kernel import feed
from collection.kernel.db import in_transaction, now

#: A phone that was away for longer lists everything anew.
CHANGES_KEPT = timedelta(days=30)


@shared_task(name="api.prune_keys")
def prune_keys() -> None:
    in_transaction(lambda: prune(at=now()))


@shared_task(name="api.forget_changes")
def forget_changes() -> None:
    in_transaction(lambda: feed.forget(before=now() - CHANGES_KEPT))
