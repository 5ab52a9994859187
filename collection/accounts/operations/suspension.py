"""Stopping and starting again: a suspended person is signed out at once, a suspended organisation's members act for
nobody. Nothing of what they did is touched."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.db import execute
from collection.kernel.refusals import NotFound
from notifications import webhooks


def suspend_user(*, actor: Actor, at: datetime, user_id: UUID, reason: str) -> None:
    """Sign the person out everywhere and let them in no more."""
    _set("accounts_user", user_id, at)
    execute("UPDATE accounts_session SET revoked_at = %s WHERE user_id = %s AND revoked_at IS NULL", [at, user_id])
    audit.record(actor=actor, at=at, verb="user.suspend", object_type="user", object_id=user_id,
                 after={"reason": reason})


def resume_user(*, actor: Actor, at: datetime, user_id: UUID, reason: str) -> None:
    _set("accounts_user", user_id, None)
    audit.record(actor=actor, at=at, verb="user.resume", object_type="user", object_id=user_id,
                 after={"reason": reason})


def suspend_organisation(*, actor: Actor, at: datetime, organisation_id: UUID, reason: str) -> None:
    """Its members can do nothing for it from their next request on."""
    _set("accounts_organisation", organisation_id, at)
    webhooks.pause_all(organisation_id=organisation_id, until=at + timedelta(days=3650))
    audit.record(actor=actor, at=at, verb="organisation.suspend", object_type="organisation",
                 object_id=organisation_id, after={"reason": reason})


def resume_organisation(*, actor: Actor, at: datetime, organisation_id: UUID, reason: str) -> None:
    _set("accounts_organisation", organisation_id, None)
    webhooks.pause_all(organisation_id=organisation_id, until=None)
    audit.record(actor=actor, at=at, verb="organisation.resume", object_type="organisation",
                 object_id=organisation_id, after={"reason": reason})


def _set(table: str, row_id: UUID, suspended_at: datetime | None) -> None:
    """NotFound when there is no such row, or it is in that state already."""
    changed = execute(
        f"UPDATE {table} SET suspended_at = %s "
        "WHERE id = %s AND (suspended_at IS NULL) = (%s::timestamptz IS NOT NULL)",
        [suspended_at, row_id, suspended_at],
    )
    if not changed:
        raise NotFound
