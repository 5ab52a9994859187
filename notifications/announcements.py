"""Notices of the programme to everybody, or to some roles, for a while. Apps ask for them and keep what they got (ETag)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from collection.kernel.db import execute, rows
from collection.kernel.ids import uuid7
from collection.kernel.words import Words


@dataclass(frozen=True, slots=True)
class Announcement:
    """`roles` empty: everybody who is signed in."""

    id: UUID
    roles: list[str]
    title: Words
    body: Words
    starts_at: datetime
    ends_at: datetime


def post(*, roles: Sequence[str], title: Words, body: Words, starts_at: datetime, ends_at: datetime, at: datetime) -> UUID:
    """A new one; its id."""
    announcement_id = uuid7(at)
    execute(
        "INSERT INTO notifications_announcement (id, roles, title_kk, title_ru, title_en, body_kk, body_ru, body_en, starts_at, "
        "ends_at, created_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [announcement_id, list(roles), title.kk, title.ru, title.en, body.kk, body.ru, body.en, starts_at, ends_at, at])
    return announcement_id


def end(announcement_id: UUID, *, at: datetime) -> bool:
    """It is over now; one that has not begun never begins. False when there is none that still holds."""
    return bool(execute(
        "UPDATE notifications_announcement SET starts_at = least(starts_at, %(at)s), ends_at = %(at)s "
        "WHERE id = %(id)s AND ends_at > %(at)s", {"at": at, "id": announcement_id}))


def current(role: str, *, coming: bool = False) -> list[Announcement]:
    """Those that hold now for this role, newest first; with `coming` everybody's, and those that have not begun."""
    found = rows(
        """
        SELECT id, roles, title_kk, title_ru, title_en, body_kk, body_ru, body_en, starts_at, ends_at
        FROM notifications_announcement WHERE ends_at > house_clock()
          AND (%(coming)s OR starts_at <= house_clock() AND (roles = '{}' OR %(role)s = ANY (roles)))
        ORDER BY starts_at DESC, id DESC LIMIT 50
        """,
        {"role": role, "coming": coming})
    return [Announcement(one["id"], one["roles"], Words(one["title_kk"], one["title_ru"], one["title_en"]),
                         Words(one["body_kk"], one["body_ru"], one["body_en"]), one["starts_at"], one["ends_at"])
            for one in found]
