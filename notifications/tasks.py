"""Shells: one task, one operation."""

from __future__ import annotations

from celery import shared_task

from . import delivery, hooks


@shared_task(name="notifications.push")
def push(row_ids: list[int]) -> None:
    delivery.push(row_ids)


@shared_task(name="notifications.sms")
def sms(row_id: int) -> None:
    delivery.message(row_id)


@shared_task(name="notifications.email")
def email(row_id: int) -> None:
    delivery.message(row_id)


@shared_task(name="notifications.hook")
def hook(row_id: int) -> None:
    hooks.tell(row_id)
