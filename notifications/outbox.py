"""Words and work that leave the house, written in the transaction that causes them.

Nothing is sent here. The relay leases due rows and rings Celery with their ids; a task claims its row, acts, marks it.
The states a row goes through are told in this package's docstring. Deadlines are decided by the house clock, in SQL.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from collection.kernel.db import execute, in_transaction, rows
from collection.kernel.ids import uuid7
from collection.kernel.words import Words

from .events import AT_ONCE, MATTERS
from .fallback import fall_back

log = logging.getLogger(__name__)

#: After so many attempts a row is dead and an alarm is logged: a poison message must not circle for ever.
MAX_ATTEMPTS = 8
#: For so long a row belongs to Celery's queue, and then to the worker that claims it. Every channel answers sooner.
LEASE_S = settings.OUTBOX_LEASE_S


PUT = """
WITH notice AS (
    INSERT INTO notifications_notice (id, recipient_id, event, title_kk, title_ru, title_en, body_kk, body_ru,
                                      body_en, object_type, object_id, expires_at, created_at)
    SELECT *, %s FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                             %s::text[], %s::text[], %s::text[], %s::uuid[], %s::timestamptz[])
    RETURNING *
), wished AS (
    SELECT notice.id, notice.recipient_id, notice.object_id, notice.expires_at, contact.language, contact.phone,
           contact.email, coalesce(chosen.push, true) AS by_push, chosen.sms AS by_sms, chosen.email AS by_email,
           CASE contact.language WHEN 'kk' THEN title_kk WHEN 'ru' THEN title_ru ELSE title_en END AS title,
           CASE contact.language WHEN 'kk' THEN body_kk WHEN 'ru' THEN body_ru ELSE body_en END AS body,
           notifications_quiet_until(%s::timestamptz, coalesce(contact.zone, 'Asia/Almaty'),
               coalesce(contact.quiet_from, house.quiet_from), coalesce(contact.quiet_until, house.quiet_until)) AS quiet,
           notice.event = ANY (%s::text[]) AS at_once,
           notice.event = ANY (%s::text[]) AND NOT EXISTS (
               SELECT FROM notifications_device device WHERE device.recipient_id = notice.recipient_id) AS needs_more
    FROM notice LEFT JOIN notifications_contact contact USING (recipient_id)
    LEFT JOIN notifications_preference chosen USING (recipient_id, event)
    LEFT JOIN notifications_quiethours house ON true
), told AS (
    SELECT *, CASE WHEN NOT at_once AND (expires_at IS NULL OR expires_at - quiet >= (expires_at - %s::timestamptz) / 2)
              THEN quiet END AS held
    FROM wished
), way AS (
    SELECT 'push' AS channel, told.id, device.installation_id, '' AS address, '' AS text, device.language FROM told
    JOIN notifications_device device USING (recipient_id) WHERE by_push
    UNION ALL SELECT 'sms', id, '', phone, body, language FROM told WHERE phone <> '' AND coalesce(by_sms, needs_more)
    UNION ALL SELECT 'email', id, '', email, left(title || E'\\n' || body, 500), language FROM told
    WHERE email <> '' AND coalesce(by_email, needs_more AND phone = '')
)
INSERT INTO notifications_outboxrow (channel, task, notice_id, installation_id, address, text, language, object_id, state,
                                     not_before, attempts, last_error, created_at, expires_at, held_until)
SELECT channel, 'notifications.' || channel, way.id, installation_id, address, text, way.language, told.object_id, 'waiting',
       coalesce(held, %s::timestamptz), 0, '', %s, told.expires_at, held
FROM way JOIN told ON told.id = way.id
"""


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
    """A claimed outbox row. `seconds_left` until it expires; None: it does not."""

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
    seconds_left: int | None


def put(notices: Sequence[Notice], *, at: datetime) -> None:
    """Write inbox entries and what goes out for them, as each person chose: one statement, however many there are.

    A push to each device, unless it is unwanted; an SMS or a letter where asked for, or where the event matters and there is
    no device. In somebody's quiet hours it waits for their end, unless the event is one of AT_ONCE or, of what expires, less
    than half its life would be left by then.
    """
    if not notices:
        return
    ids = [uuid7(at) for _ in notices]
    columns = [
        ids, [n.recipient_id for n in notices], [n.event for n in notices],
        *([getattr(words, language) for words in texts]
          for texts in ([n.title for n in notices], [n.body for n in notices]) for language in ("kk", "ru", "en")),
        [n.object_type for n in notices], [n.object_id for n in notices], [n.expires_at for n in notices],
    ]
    execute(PUT, [at, *columns, at, sorted(AT_ONCE), sorted(MATTERS), at, at, at], keep_plan=True)


def message(*, channel: str, address: str, text: str, language: str, object_id: UUID, at: datetime,
            expires_at: datetime | None = None) -> None:
    """A message to an address (sms, email) without an inbox entry: one-time codes. Forgotten once it is sent."""
    _insert(channel=channel, task=f"notifications.{channel}", address=address, text=text, language=language,
            object_id=object_id, not_before=at, at=at, expires_at=expires_at)


def work(*, task: str, object_id: UUID, at: datetime, not_before: datetime | None = None) -> None:
    """A room's later work: `task` is called with the row's id, not before `not_before`."""
    _insert(channel="work", task=task, address="", text="", language="", object_id=object_id,
            not_before=not_before or at, at=at, expires_at=None)


def hooks(delivery_ids: Sequence[UUID], *, at: datetime) -> None:
    """Let these deliveries of webhooks be posted now; those that wait for a later try are tried at once."""
    execute(
        """
        INSERT INTO notifications_outboxrow (channel, task, installation_id, address, text, language, object_id, state,
                                             not_before, attempts, last_error, created_at)
        SELECT 'hook', 'notifications.hook', '', '', '', '', id, 'waiting', %s, 0, '', %s FROM unnest(%s::uuid[]) id
        ON CONFLICT (object_id) WHERE channel = 'hook' AND state IN ('waiting', 'leased', 'claimed')
        DO UPDATE SET not_before = least(notifications_outboxrow.not_before, excluded.not_before)
        """,
        [at, at, list(delivery_ids)])


def claim(row_id: int) -> Row | None:
    """Take the row for this task; None: it has ended, expired, is not due again yet, or another worker is on it."""
    return next(iter(claim_all([row_id])), None)


def claim_all(row_ids: Sequence[int]) -> list[Row]:
    """Of these rows, take those that `claim` would."""
    found = rows(
        """
        WITH mine AS (
            SELECT id FROM notifications_outboxrow WHERE id = ANY(%(ids)s)
              AND not_before <= house_clock() AND (expires_at > house_clock() OR expires_at IS NULL)
              AND attempts < %(most)s AND (state IN ('waiting', 'leased') OR state = 'claimed' AND leased_until <= house_clock())
            ORDER BY id FOR UPDATE
        )
        UPDATE notifications_outboxrow AS row SET attempts = attempts + 1, state = 'claimed',
            leased_until = house_clock() + make_interval(secs => %(lease)s)
        FROM mine WHERE row.id = mine.id
        RETURNING row.id, channel, notice_id, installation_id, address, text, language, object_id, attempts, expires_at,
            floor(extract(epoch FROM expires_at - house_clock()))::int AS seconds_left
        """,
        {"ids": list(row_ids), "most": MAX_ATTEMPTS, "lease": LEASE_S},
    )
    return [Row(**one) for one in found]


def done(*row_ids: int) -> None:
    """They are done; saying so twice changes nothing."""
    execute(
        "UPDATE notifications_outboxrow SET state = 'done', done_at = house_clock(), leased_until = NULL, "
        "address = '', text = '' WHERE id = ANY(%s) AND state IN ('waiting', 'leased', 'claimed')",
        [list(row_ids)],
    )


def failed(row_id: int, error: str, retry_at: datetime | None) -> None:
    """It went wrong: try again at `retry_at`, or never (None, or MAX_ATTEMPTS reached).

    A row that expires before `retry_at` is looked at when it does, to be marked so.
    """
    again = retry_at is not None and execute(
        "UPDATE notifications_outboxrow SET state = 'waiting', leased_until = NULL, last_error = left(%s, 300), "
        "not_before = least(%s, expires_at) "
        "WHERE id = %s AND attempts < %s AND state IN ('waiting', 'leased', 'claimed')",
        [error, retry_at, row_id, MAX_ATTEMPTS],
    )
    if not again:
        bury([row_id], error)


def put_off(row_id: int, until: datetime, *, anew: bool = True) -> None:
    """Nothing is wrong with the row that this worker claimed, only with the moment: this was no attempt.

    `anew`: nor do those before it count any more.
    """
    execute("UPDATE notifications_outboxrow SET state = 'waiting', leased_until = NULL, not_before = %s, "
            "attempts = CASE WHEN %s THEN 0 ELSE greatest(attempts - 1, 0) END WHERE id = %s AND state = 'claimed'",
            [until, anew, row_id])


def bury(row_ids: Sequence[int], error: str) -> None:
    """These rows are dead. One that used up its attempts is an alarm, any other was refused for good.

    A notice that matters and whose last push this was, goes another way. The notice is locked first: of two pushes that
    die at the same moment the second sees that it is the last.
    """
    def write() -> list[dict[str, Any]]:
        execute("SELECT FROM notifications_notice WHERE id IN (SELECT notice_id FROM notifications_outboxrow WHERE id = ANY(%s)) "
                "ORDER BY id FOR NO KEY UPDATE", [list(row_ids)])
        dead = rows(
            """
            UPDATE notifications_outboxrow SET state = 'dead', done_at = house_clock(), leased_until = NULL,
                last_error = left(%s, 300), address = '', text = ''
            WHERE id = ANY(%s) AND state IN ('waiting', 'leased', 'claimed') RETURNING id, task, attempts, channel, notice_id
            """,
            [error, list(row_ids)])
        fall_back([row["notice_id"] for row in dead if row["channel"] == "push"])
        return dead

    for row in in_transaction(write):
        log.log(logging.ERROR if row["attempts"] >= MAX_ATTEMPTS else logging.WARNING,
                "outbox row %d (%s) is dead after %d attempts: %s", row["id"], row["task"], row["attempts"], error)


def settle(*, task: str, object_id: UUID) -> None:
    """Every open piece of this work for this object is done: somebody just did it."""
    execute(
        "UPDATE notifications_outboxrow SET state = 'done', done_at = house_clock(), leased_until = NULL "
        "WHERE object_id = %s AND task = %s AND channel = 'work' AND state IN ('waiting', 'leased', 'claimed')",
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
        keep_plan=True,
    )
