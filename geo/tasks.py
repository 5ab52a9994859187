"""Shells: one task, one call."""

from __future__ import annotations

from celery import shared_task

from .distance import memory
from .geocoding.lookups import ask_next


@shared_task(name="geo.ask")
def ask() -> None:
    ask_next()


@shared_task(name="geo.forget")
def forget() -> None:
    memory.forget()
