"""Webhooks of organisations: where their systems hear what changed, what they were told, and telling it again.

The events come from the change feed (`kernel.feed`), in whose transaction a trigger writes one delivery for each webhook
that asked, and its outbox row: so a webhook tells an organisation exactly what `GET /sync` would, and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from collection.kernel.db import execute, rows
from collection.kernel.ids import uuid7

from . import outbox, signing

EVENTS = ("pickup.changed", "offer.changed", "job.changed", "consignment.changed")
TEST = "webhook.test"
#: The secret before goes on signing for so long after a new one was made.
OVERLAP = timedelta(hours=24)
PER_ORGANISATION = 10
REPLAYED_AT_ONCE = 1000
SHOWN = ("id, organisation_id, url, events, created_at, disabled_at, disabled_reason, failures, paused_until, previous_until, "
         "version")


@dataclass(frozen=True, slots=True)
class Webhook:
    """`failures` in a row; not tried before `paused_until`; `previous_until`: the secret before still signs."""

    id: UUID
    organisation_id: UUID
    url: str
    events: list[str]
    created_at: datetime
    disabled_at: datetime | None
    disabled_reason: str
    failures: int
    paused_until: datetime | None
    previous_until: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one webhook. `last_status` of the receiver, or None and `last_error`."""

    id: UUID
    event: str
    object_type: str
    object_id: UUID
    state: str  # pending | delivered | failed
    attempts: int
    last_status: int | None
    last_error: str
    created_at: datetime
    last_at: datetime | None

    @property
    def position(self) -> tuple[datetime, UUID]:
        return self.created_at, self.id


def of(organisation_id: UUID | None) -> list[Webhook]:
    """Those of this organisation, oldest first."""
    return [Webhook(**row) for row in rows(
        f"SELECT {SHOWN} FROM notifications_webhook WHERE organisation_id = %s AND removed_at IS NULL ORDER BY created_at, id",
        [organisation_id])]


def one(organisation_id: UUID | None, webhook_id: UUID) -> Webhook | None:
    return next((hook for hook in of(organisation_id) if hook.id == webhook_id), None)


def add(*, organisation_id: UUID, owner_id: UUID, url: str, events: Sequence[str], at: datetime) -> UUID | None:
    """A new one; None when the organisation has enough."""
    execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 4))", [str(organisation_id)])
    if len(of(organisation_id)) >= PER_ORGANISATION:
        return None
    webhook_id = uuid7(at)
    execute(
        "INSERT INTO notifications_webhook (id, organisation_id, owner_id, url, events, generation, created_at, "
        "disabled_reason, failures, version) VALUES (%s, %s, %s, %s, %s, 1, %s, '', 0, 1)",
        [webhook_id, organisation_id, owner_id, url, list(events), at])
    return webhook_id


def change(*, webhook_id: UUID, version: int, owner_id: UUID, url: str | None, events: Sequence[str] | None,
           enabled: bool | None, at: datetime) -> bool:
    """Change what is given; False when somebody else did so before. Switched on again, it starts with a clean slate."""
    return bool(execute(
        """
        UPDATE notifications_webhook SET url = coalesce(%(url)s, url), events = coalesce(%(events)s::text[], events),
            owner_id = %(owner)s, version = version + 1,
            disabled_at = CASE WHEN %(enabled)s THEN NULL WHEN NOT %(enabled)s THEN coalesce(disabled_at, %(at)s)
                          ELSE disabled_at END,
            disabled_reason = CASE WHEN %(enabled)s THEN '' WHEN NOT %(enabled)s AND disabled_at IS NULL THEN 'by_hand'
                              ELSE disabled_reason END,
            failures = CASE WHEN %(enabled)s OR %(url)s IS NOT NULL THEN 0 ELSE failures END,
            paused_until = CASE WHEN %(enabled)s OR %(url)s IS NOT NULL THEN NULL ELSE paused_until END
        WHERE id = %(id)s AND version = %(version)s AND removed_at IS NULL
        """,
        {"id": webhook_id, "version": version, "owner": owner_id, "url": url, "at": at, "enabled": enabled,
         "events": None if events is None else list(events)}))


def remove(*, webhook_id: UUID, at: datetime) -> bool:
    """Nothing goes there any more; what it was told stays on record."""
    return bool(execute(
        "UPDATE notifications_webhook SET removed_at = %s WHERE id = %s AND removed_at IS NULL", [at, webhook_id]))


def pause_all(*, organisation_id: UUID, until: datetime | None) -> None:
    """Hold everything back until then (a suspended organisation), or no longer (None)."""
    execute("UPDATE notifications_webhook SET paused_until = %s WHERE organisation_id = %s", [until, organisation_id])


def rotate(*, webhook_id: UUID, version: int, at: datetime) -> bool:
    """A new secret; the one before signs beside it for OVERLAP. False when somebody else changed the webhook before."""
    return bool(execute(
        "UPDATE notifications_webhook SET generation = generation + 1, previous_until = %s, version = version + 1 "
        "WHERE id = %s AND version = %s AND removed_at IS NULL", [at + OVERLAP, webhook_id, version]))


def secrets_of(webhook_id: UUID, *, at: datetime) -> list[str]:
    """The secrets in force, the newest first."""
    row = rows("SELECT generation, previous_until FROM notifications_webhook WHERE id = %s", [webhook_id])[0]
    old = [row["generation"] - 1] if row["previous_until"] is not None and at < row["previous_until"] else []
    return [signing.secret(settings.WEBHOOK_KEY, webhook_id, generation) for generation in (row["generation"], *old)]


def test(*, webhook_id: UUID, at: datetime) -> UUID:
    """Tell it that this is a test."""
    delivery_id = uuid7(at)
    execute(
        "INSERT INTO notifications_webhookdelivery (id, webhook_id, event, object_type, object_id, state, attempts, last_error, "
        "created_at, due_since) VALUES (%s, %s, %s, 'webhook', %s, 'pending', 0, '', %s, %s)",
        [delivery_id, webhook_id, TEST, webhook_id, at, at])
    outbox.hooks([delivery_id], at=at)
    return delivery_id


def deliveries(webhook_id: UUID, *, state: str | None = None, after: tuple[Any, ...] | None = None,
               limit: int = 50) -> list[Delivery]:
    """What it was or is to be told, newest first."""
    found = rows(
        """
        SELECT id, event, object_type, object_id, state, attempts, last_status, last_error, created_at, last_at
        FROM notifications_webhookdelivery
        WHERE webhook_id = %(webhook)s AND (%(state)s::text IS NULL OR state = %(state)s)
          AND (%(at)s::timestamptz IS NULL OR (created_at, id) < (%(at)s::timestamptz, %(id)s::uuid))
        ORDER BY created_at DESC, id DESC LIMIT %(limit)s
        """,
        {"webhook": webhook_id, "state": state, "limit": limit,
         "at": after[0] if after else None, "id": after[1] if after else None})
    return [Delivery(**row) for row in found]


def replay(*, webhook_id: UUID, at: datetime, since: datetime | None = None, delivery_ids: Sequence[UUID] = ()) -> int:
    """Tell it again what it was told since then, or these; how many. Those on their way already go once, and sooner.

    At most REPLAYED_AT_ONCE, oldest first: whoever missed more lists what is open and goes on.
    """
    found = rows(
        """
        UPDATE notifications_webhookdelivery SET state = 'pending', due_since = %(at)s WHERE id IN (
            SELECT id FROM notifications_webhookdelivery
            WHERE webhook_id = %(webhook)s AND (created_at >= %(since)s::timestamptz OR id = ANY(%(ids)s::uuid[]))
            ORDER BY created_at, id LIMIT %(most)s FOR UPDATE)
        RETURNING id
        """,
        {"webhook": webhook_id, "at": at, "since": since, "ids": list(delivery_ids), "most": REPLAYED_AT_ONCE})
    outbox.hooks([row["id"] for row in found], at=at)
    return len(found)
