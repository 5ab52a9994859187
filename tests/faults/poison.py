"""Work that no worker survives, for the worker of a trial alone (`--include`)."""

from __future__ import annotations

import os
import signal

from celery import shared_task

from notifications import delivery


@shared_task(name="trial.segfault")
def segfault(row_id: int) -> None:
    delivery.errand(row_id, lambda row: os.kill(os.getpid(), signal.SIGSEGV))


@shared_task(name="trial.crash")
def crash(row_id: int) -> None:
    delivery.errand(row_id, lambda row: 1 // 0)
