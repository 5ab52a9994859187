"""Another way for what must not get lost: an SMS, or else a letter, once every push of a notice is dead."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from collection.kernel.db import execute

from .events import MATTERS


def fall_back(notice_ids: Sequence[UUID]) -> int:
    """Of these, locked by the caller, send those that matter, are unread and in time, and have no push left; how many.

    Not to whoever declined the channel for this event. Once for each notice: the database allows no second.
    """
    if not notice_ids:
        return 0
    return execute(
        """
        INSERT INTO notifications_outboxrow (channel, task, notice_id, installation_id, address, text, language, object_id,
                                             state, not_before, attempts, last_error, created_at, expires_at)
        SELECT channel, 'notifications.' || channel, notice.id, '', CASE channel WHEN 'sms' THEN phone ELSE contact.email END,
               CASE channel WHEN 'sms' THEN body ELSE left(title || E'\\n' || body, 500) END, language, notice.object_id,
               'waiting', house_clock(), 0, '', house_clock(), notice.expires_at
        FROM notifications_notice notice JOIN notifications_contact contact USING (recipient_id)
        LEFT JOIN notifications_preference chosen USING (recipient_id, event)
        CROSS JOIN LATERAL (SELECT
            CASE WHEN phone <> '' AND coalesce(chosen.sms, true) THEN 'sms'
                 WHEN contact.email <> '' AND coalesce(chosen.email, true) THEN 'email' END AS channel,
            CASE language WHEN 'kk' THEN title_kk WHEN 'ru' THEN title_ru ELSE title_en END AS title,
            CASE language WHEN 'kk' THEN body_kk WHEN 'ru' THEN body_ru ELSE body_en END AS body) way
        WHERE notice.id = ANY(%s) AND event = ANY(%s) AND channel IS NOT NULL AND read_at IS NULL
          AND (notice.expires_at IS NULL OR notice.expires_at > house_clock())
          AND NOT EXISTS (SELECT FROM notifications_outboxrow push WHERE push.notice_id = notice.id AND push.channel = 'push'
                          AND push.state IN ('waiting', 'leased', 'claimed', 'done'))
        ON CONFLICT DO NOTHING
        """,
        [list(notice_ids), sorted(MATTERS)])
