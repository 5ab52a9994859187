"""The devices pushes go to. One owner at a time; deleted at logout; a token the sender calls unregistered goes once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from collection.kernel.db import execute

#: The oldest beyond these are forgotten: nobody carries more, and a script could register thousands.
DEVICES_PER_PERSON = 20


def put_device(*, recipient_id: UUID, installation_id: UUID, kind: str, value: str, platform: str, language: str,
               at: datetime) -> None:
    """Register the installation for this person; the same value or installation with anybody else moves here.

    `kind` is `token` (an FCM registration token) or `fid` (a Firebase installation id), `value` the address itself.
    """
    # Two phones that report one value at the same moment (a restored backup) take turns: the later one has it.
    execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 3))", [value])
    execute("DELETE FROM notifications_device WHERE value = %s AND installation_id <> %s", [value, str(installation_id)])
    execute(
        """
        INSERT INTO notifications_device (installation_id, recipient_id, kind, value, platform, language, updated_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (installation_id) DO UPDATE SET recipient_id = excluded.recipient_id, kind = excluded.kind,
            value = excluded.value, platform = excluded.platform, language = excluded.language,
            updated_at = excluded.updated_at
        """,
        [str(installation_id), recipient_id, kind, value, platform, language, at],
    )
    execute(
        """
        DELETE FROM notifications_device WHERE installation_id IN (
            SELECT installation_id FROM notifications_device WHERE recipient_id = %s AND installation_id <> %s
            ORDER BY updated_at DESC, installation_id OFFSET %s)
        """,
        [recipient_id, str(installation_id), DEVICES_PER_PERSON - 1],
    )


def drop_device(*, recipient_id: UUID, installation_id: UUID, at: datetime) -> bool:
    """Forget this person's installation; False when it was not theirs."""
    return bool(execute(
        "DELETE FROM notifications_device WHERE installation_id = %s AND recipient_id = %s",
        [str(installation_id), recipient_id]))


def set_language(*, recipient_id: UUID, language: str) -> None:
    """Every device of this person speaks `language` (kk, ru, en) from now on."""
    execute("UPDATE notifications_device SET language = %s WHERE recipient_id = %s", [language, recipient_id])
