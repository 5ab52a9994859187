"""A session is one phone: kept open by a refresh token that is replaced at every use, closed by logout or theft."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.db import execute, rows
from collection.kernel.refusals import Kind, NotFound, Refusal
from collection.kernel.words import Words
from notifications import devices

from ..states import REFRESH_GRACE
from ..tokens import Safe, secret_hash


class SessionOver(Refusal):
    """Closed, expired, or ended because its refresh token was used twice."""

    code = "session_over"
    kind = Kind.UNAUTHENTICATED
    words = Words("Сеанс аяқталды, қайта кіріңіз", "Сеанс завершён, войдите снова",
                  "The session is over: sign in again")


@dataclass(frozen=True, slots=True)
class Opened:
    session_id: UUID
    user_id: UUID
    refresh_token: str
    refresh_expires_at: datetime


def safe() -> Safe:
    return Safe(settings.SECRET_KEY)


def refresh(*, actor: Actor, at: datetime, refresh_token: str, device: str) -> Opened | Refusal:
    """Replace a refresh token by its successor and prolong the session.

    Returns SessionOver for anything but the newest token on its own phone. An older token, or the newest on another
    phone, is a theft: the session ends for both. Only the token just replaced is forgiven for twenty seconds, to the
    same phone, which gets the same successor again. A plain replacement leaves no audit line: it decides nothing.
    """
    opened = safe().opened(refresh_token)
    if opened is None:
        return SessionOver()
    session_id, secret = opened
    found = rows(
        """
        SELECT s.user_id, s.device, s.refresh_hash, s.previous_hash, s.rotated_at, s.expires_at
        FROM accounts_session s JOIN accounts_user u ON u.id = s.user_id AND u.suspended_at IS NULL
        WHERE s.id = %s AND s.revoked_at IS NULL AND s.expires_at > %s FOR NO KEY UPDATE OF s
        """,
        [session_id, at],
    )
    if not found:
        return SessionOver()
    session, given, successor = found[0], secret_hash(secret), safe().next_secret(secret)
    token = safe().token(session_id=session_id, secret=successor)
    if session["device"] == device:
        if given == bytes(session["refresh_hash"]):
            expires_at = at + timedelta(days=settings.REFRESH_TOKEN_DAYS)
            execute(
                "UPDATE accounts_session SET refresh_hash = %s, previous_hash = %s, rotated_at = %s, expires_at = %s "
                "WHERE id = %s",
                [secret_hash(successor), given, at, expires_at, session_id],
            )
            return Opened(session_id, session["user_id"], token, expires_at)
        lost_answer = session["previous_hash"] is not None and given == bytes(session["previous_hash"])
        if lost_answer and at - session["rotated_at"] <= REFRESH_GRACE:
            return Opened(session_id, session["user_id"], token, session["expires_at"])
    execute("UPDATE accounts_session SET revoked_at = %s WHERE id = %s", [at, session_id])
    audit.record(actor=actor, at=at, verb="session.end_stolen", object_type="session", object_id=session_id,
                 after={"user_id": str(session["user_id"])})
    return SessionOver()


def revoke_session(*, actor: Actor, at: datetime, session_id: UUID) -> None:
    """Close one of the person's own sessions, on whatever device. Errors: NotFound (another's, or over already)."""
    if not _close(session_id, actor, at):
        raise NotFound
    audit.record(actor=actor, at=at, verb="session.revoke", object_type="session", object_id=session_id,
                 before={"user_id": str(actor.user_id)})


def logout(*, actor: Actor, at: datetime, session_id: UUID) -> None:
    """Close the session and forget its phone's push address."""
    if _close(session_id, actor, at):
        audit.record(actor=actor, at=at, verb="session.logout", object_type="session", object_id=session_id,
                     before={"user_id": str(actor.user_id)})


def _close(session_id: UUID, actor: Actor, at: datetime) -> bool:
    """End a session of this person and forget its phone's push address; False when there is none to end."""
    found = rows(
        "UPDATE accounts_session SET revoked_at = %s WHERE id = %s AND user_id = %s AND revoked_at IS NULL "
        "AND expires_at > %s RETURNING device",
        [at, session_id, actor.user_id, at],
    )
    if not found or actor.user_id is None:
        return False
    with contextlib.suppress(ValueError):  # a browser's session names no installation of an app
        devices.drop_device(recipient_id=actor.user_id, installation_id=UUID(found[0]["device"]), at=at)
    return True
