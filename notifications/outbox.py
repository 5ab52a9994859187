"""Words and work that leave the house, written in the transaction that causes them.

Nothing is sent here. The relay leases due rows and rings Celery with their ids; a task claims its row, acts, marks it.
So Redis may be emptied at any moment: the row is still here and is handed out again when its lease ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from collection.kernel.db import execute, rows
from collection.kernel.ids import uuid7
from collection.kernel.words import Words

#: After so many attempts a row is dead and an alarm is logged: a poison message must not circle for ever.
MAX_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Notice:
    """What somebody is told. The words hold no names, addresses, telephone numbers or sums."""

    recipient_id: UUID
    event: str
    title: Words
    body: Words
    object_type: str
    object_id: UUID
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A claimed outbox row."""

    id: int
    channel: str
    notice_id: UUID | None
    installation_id: str
    address: str
    text: str
    language: str
    object_id: UUID
    attempts: int
    expires_at: datetime | None


def put(notices: Sequence[Notice], *, at: datetime) -> None:
    """Write inbox entries and one push per live device of each recipient: two statements, however many there are."""
    if not notices:
        return
    ids = [uuid7(at) for _ in notices]
    columns = [
        ids, [n.recipient_id for n in notices], [n.event for n in notices],
        *([getattr(words, language) for words in texts]
          for texts in ([n.title for n in notices], [n.body for n in notices]) for language in ("kk", "ru", "en")),
        [n.object_type for n in notices], [n.object_id for n in notices], [n.expires_at for n in notices],
    ]
    execute(
        """
        INSERT INTO notifications_notice (id, recipient_id, event, title_kk, title_ru, title_en, body_kk, body_ru,
                                          body_en, object_type, object_id, expires_at, created_at)
        SELECT *, %s FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                                 %s::text[], %s::text[], %s::text[], %s::uuid[], %s::timestamptz[])
        """,
        [at, *columns],
    )
    execute(
        """
        INSERT INTO notifications_outboxrow (channel, task, notice_id, installation_id, address, text, language,
                                             object_id, state, not_before, attempts, last_error, created_at, expires_at)
        SELECT 'push', 'notifications.push', notice.id, device.installation_id, '', '', device.language,
               notice.object_id, 'waiting', %s, 0, '', %s, notice.expires_at
        FROM notifications_notice notice JOIN notifications_device device USING (recipient_id)
        WHERE notice.id = ANY(%s)
        """,
        [at, at, ids],
    )


def message(*, channel: str, address: str, text: str, language: str, object_id: UUID, at: datetime,
            expires_at: datetime | None = None) -> None:
    """A message to an address (sms, email) without an inbox entry: one-time codes."""
    _insert(channel=channel, task=f"notifications.{channel}", address=address, text=text, language=language,
            object_id=object_id, not_before=at, at=at, expires_at=expires_at)


def work(*, task: str, object_id: UUID, at: datetime, not_before: datetime | None = None) -> None:
    """A room's later work: `task` is called with the row's id, not before `not_before`."""
    _insert(channel="work", task=task, address="", text="", language="", object_id=object_id,
            not_before=not_before or at, at=at, expires_at=None)


def claim(row_id: int) -> Row | None:
    """Take the row for this task, if it is still to be done; None: done, dead or expired meanwhile."""
    found = rows(
        """
        UPDATE notifications_outboxrow SET
            state = CASE WHEN expires_at <= house_clock() THEN 'expired' ELSE 'leased' END,
            done_at = CASE WHEN expires_at <= house_clock() THEN house_clock() END,
            leased_until = greatest(leased_until, house_clock() + interval '60 seconds'), attempts = attempts + 1
        WHERE id = %s AND state IN ('waiting', 'leased')
        RETURNING id, channel, notice_id, installation_id, address, text, language, object_id, attempts, expires_at, state
        """,
        [row_id],
    )
    if not found or found[0].pop("state") == "expired":
        return None
    return Row(**found[0])


def done(row_id: int) -> None:
    """It is done; saying so twice changes nothing."""
    execute(
        "UPDATE notifications_outboxrow SET state = 'done', done_at = house_clock() "
        "WHERE id = %s AND state IN ('waiting', 'leased')",
        [row_id],
    )


def failed(row_id: int, error: str, retry_at: datetime | None) -> None:
    """It went wrong: try again at `retry_at`, or never (None, or MAX_ATTEMPTS reached)."""
    execute(
        """
        UPDATE notifications_outboxrow SET last_error = left(%(error)s, 300), leased_until = NULL,
            state = CASE WHEN %(retry)s::timestamptz IS NULL OR attempts >= %(most)s THEN 'dead' ELSE 'waiting' END,
            done_at = CASE WHEN %(retry)s::timestamptz IS NULL OR attempts >= %(most)s THEN house_clock() END,
            not_before = coalesce(%(retry)s::timestamptz, not_before)
        WHERE id = %(id)s AND state IN ('waiting', 'leased')
        """,
        {"error": error, "retry": retry_at, "most": MAX_ATTEMPTS, "id": row_id},
    )


def settle(*, task: str, object_id: UUID) -> None:
    """Every waiting piece of this work for this object is done: somebody just did it."""
    execute(
        "UPDATE notifications_outboxrow SET state = 'done', done_at = house_clock() "
        "WHERE object_id = %s AND task = %s AND channel = 'work' AND state IN ('waiting', 'leased')",
        [object_id, task],
    )


def _insert(*, channel: str, task: str, address: str, text: str, language: str, object_id: UUID,
            not_before: datetime, at: datetime, expires_at: datetime | None) -> None:
    execute(
        """
        INSERT INTO notifications_outboxrow (channel, task, installation_id, address, text, language, object_id, state,
                                             not_before, attempts, last_error, created_at, expires_at)
        VALUES (%s, %s, '', %s, %s, %s, %s, 'waiting', %s, 0, '', %s, %s)
        """,
        [channel, task, address, text, language, object_id, not_before, at, expires_at],
    )
