"""Shells: one task, one operation."""

from __future__ import annotations

import logging

from celery import shared_task

from collection.kernel.actor import HOUSE
from collection.kernel.db import in_transaction, now

from .operations import anchor_lines

logger = logging.getLogger(__name__)


@shared_task(name="audit.anchor")
def anchor() -> None:
    if made := in_transaction(lambda: anchor_lines(actor=HOUSE, at=now())):
        logger.info("%s", made)  # where logs are collected elsewhere, they keep a copy of it
