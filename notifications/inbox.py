"""The inbox: the record of what somebody was told, whether or not a push ever arrived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from collection.kernel.db import execute, rows


@dataclass(frozen=True, slots=True)
class Entry:
    """One notice in the reader's language. `is_expired`: what it offers is over."""

    id: UUID
    event: str
    title: str
    body: str
    object_type: str
    object_id: UUID
    created_at: datetime
    expires_at: datetime | None
    is_expired: bool
    read_at: datetime | None

    @property
    def position(self) -> tuple[datetime, UUID]:
        """Where `entries(after=...)` goes on."""
        return self.created_at, self.id


def entries(*, recipient_id: UUID, language: str, unread: bool = False, after: tuple[datetime, UUID] | None = None,
            limit: int = 50) -> list[Entry]:
    """This person's notices, newest first; `after` is the position of the last one seen."""
    found = rows(
        """
        SELECT id, event, CASE %(language)s WHEN 'kk' THEN title_kk WHEN 'ru' THEN title_ru ELSE title_en END AS title,
               CASE %(language)s WHEN 'kk' THEN body_kk WHEN 'ru' THEN body_ru ELSE body_en END AS body,
               object_type, object_id, created_at, expires_at, read_at,
               coalesce(expires_at <= house_clock(), false) AS is_expired
        FROM notifications_notice
        WHERE recipient_id = %(recipient)s AND (read_at IS NULL OR NOT %(unread)s)
          AND (%(at)s::timestamptz IS NULL OR (created_at, id) < (%(at)s::timestamptz, %(id)s::uuid))
        ORDER BY created_at DESC, id DESC LIMIT %(limit)s
        """,
        {"recipient": recipient_id, "language": language, "unread": unread, "limit": limit,
         "at": after[0] if after else None, "id": after[1] if after else None},
    )
    return [Entry(**one) for one in found]


def unread(*, recipient_id: UUID) -> int:
    """How many this person has not read."""
    found = rows("SELECT count(*) AS n FROM notifications_notice WHERE recipient_id = %s AND read_at IS NULL",
                 [recipient_id])
    return int(found[0]["n"])


def mark_read(*, recipient_id: UUID, notice_ids: Sequence[UUID] | None = None, at: datetime) -> int:
    """Mark these notices read, or all (None); returns how many were not yet. Another person's ids are passed over."""
    return execute(
        "UPDATE notifications_notice SET read_at = greatest(%(at)s, created_at), "
        "delivered_at = coalesce(delivered_at, greatest(%(at)s, created_at)) WHERE recipient_id = %(recipient)s "
        "AND read_at IS NULL AND (%(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s::uuid[]))",
        {"at": at, "recipient": recipient_id, "ids": None if notice_ids is None else list(notice_ids)},
    )


def mark_delivered(*, recipient_id: UUID, notice_ids: Sequence[UUID], at: datetime) -> int:
    """A phone of theirs says that these arrived; returns how many it is the first to say so of."""
    return execute(
        "UPDATE notifications_notice SET delivered_at = greatest(%s, created_at) "
        "WHERE recipient_id = %s AND delivered_at IS NULL AND id = ANY(%s)", [at, recipient_id, list(notice_ids)])
