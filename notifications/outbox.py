"""Words and work that leave the house, written in the transaction that causes them.

Nothing is sent here. The relay leases due rows and rings Celery with their ids; a task claims its row, acts, marks it.
The states a row goes through are told in this package's docstring. Deadlines are decided by the house clock, in SQL.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from collection.kernel.db import execute, rows
from collection.kernel.ids import uuid7
from collection.kernel.words import Words

log = logging.getLogger(__name__)

#: After so many attempts a row is dead and an alarm is logged: a poison message must not circle for ever.
MAX_ATTEMPTS = 8
#: For so long a row belongs to Celery's queue, and then to the worker that claims it. Every channel answers sooner.
LEASE_S = 60


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
    """Write inbox entries and one push per live device of each recipient: one statement, however many there are."""
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
        WITH notice AS (
            INSERT INTO notifications_notice (id, recipient_id, event, title_kk, title_ru, title_en, body_kk, body_ru,
                                              body_en, object_type, object_id, expires_at, created_at)
            SELECT *, %s FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                                     %s::text[], %s::text[], %s::text[], %s::uuid[], %s::timestamptz[])
            RETURNING id, recipient_id, object_id, expires_at
        )
        INSERT INTO notifications_outboxrow (channel, task, notice_id, installation_id, address, text, language,
                                             object_id, state, not_before, attempts, last_error, created_at, expires_at)
        SELECT 'push', 'notifications.push', notice.id, device.installation_id, '', '', device.language,
               notice.object_id, 'waiting', %s, 0, '', %s, notice.expires_at
        FROM notice JOIN notifications_device device USING (recipient_id)
        """,
        [at, *columns, at, at],
        keep_plan=True,
    )


def message(*, channel: str, address: str, text: str, language: str, object_id: UUID, at: datetime,
            expires_at: datetime | None = None) -> None:
    """A message to an address (sms, email) without an inbox entry: one-time codes. Forgotten once it is sent."""
    _insert(channel=channel, task=f"notifications.{channel}", address=address, text=text, language=language,
            object_id=object_id, not_before=at, at=at, expires_at=expires_at)


def work(*, task: str, object_id: UUID, at: datetime, not_before: datetime | None = None) -> None:
    """A room's later work: `task` is called with the row's id, not before `not_before`."""
    _insert(channel="work", task=task, address="", text="", language="", object_id=object_id,
            not_before=not_before or at, at=at, expires_at=None)


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


def bury(row_ids: Sequence[int], error: str) -> None:
    """These rows are dead. One that used up its attempts is an alarm, any other was refused for good."""
    for row in rows(
        """
        UPDATE notifications_outboxrow SET state = 'dead', done_at = house_clock(), leased_until = NULL,
            last_error = left(%s, 300), address = '', text = ''
        WHERE id = ANY(%s) AND state IN ('waiting', 'leased', 'claimed') RETURNING id, task, attempts
        """,
        [error, list(row_ids)],
    ):
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
