"""What the tasks do: claim a row, act outside any transaction, mark it. Every failure ends here, as a later time or death."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

from django.conf import settings

from collection.kernel.db import execute, in_transaction, now, outside_transaction, rows

from . import outbox
from .channels import email, fcm, log as log_channel, sms
from .channels.base import Message, Permanent, Push, Transient
from .outbox import Row

log = logging.getLogger(__name__)

T = TypeVar("T")
SENDERS = 10
#: SMS and letters at once in one worker.
PLACES = 4
FIRST_PAUSE_S, LONGEST_PAUSE_S = settings.OUTBOX_PAUSE_S, 600

_places = threading.BoundedSemaphore(PLACES)


def push(row_ids: Sequence[int]) -> None:
    """Send these pushes, a few at a time: one statement claims them all, one reads them, one marks those that went out.

    At worst all of them wait TIMEOUT_S in every round, which must be over before the claim is (BUNDLE / SENDERS rounds).
    """
    outside_transaction()
    claimed = {row.id: row for row in outbox.claim_all(row_ids)}
    letters = _letters(list(claimed))
    for row_id in claimed.keys() - letters.keys():
        outbox.failed(row_id, "the device is gone", None)
    if not letters:
        return
    with ThreadPoolExecutor(SENDERS) as senders:  # threads that only talk to the network: the database stays in this one
        outcomes = dict(zip(letters, senders.map(lambda letter: _outcome(_send_push, letter), letters.values()), strict=True))
    outbox.done(*(row_id for row_id, failure in outcomes.items() if failure is None))
    for row_id, failure in outcomes.items():
        if failure is not None:
            _mark_failure(claimed[row_id], failure)
            if isinstance(failure, Permanent) and failure.address_gone:  # unless it has given us a new one meanwhile
                execute("DELETE FROM notifications_device WHERE installation_id = %s AND value = %s",
                        [claimed[row_id].installation_id, letters[row_id].address])


def message(row_id: int) -> None:
    """Send this SMS or e-mail, or in a moment: a slow gateway must not take every thread of the worker."""
    if not _places.acquire(blocking=False):
        row = outbox.claim(row_id)
        if row is not None:
            outbox.put_off(row_id, now() + timedelta(seconds=1), anew=False)
        return
    try:
        carry_out(row_id, _send_message)
    finally:
        _places.release()


def errand(row_id: int, do: Callable[[Row], object]) -> None:
    """A room's later work: `do` and the mark "done" are one transaction; a crash counts as an attempt.

    The row is marked last, because requests lock their object first and settle its rows afterwards: the other order
    would be a deadlock. So `do` re-reads its object under that object's lock; two workers may come, one after the other.
    """
    def write(row: Row) -> None:
        do(row)
        outbox.done(row.id)

    carry_out(row_id, lambda row: in_transaction(lambda: write(row)))


def carry_out(row_id: int, act: Callable[[Row], object]) -> None:
    """Claim, act, mark. The claim is committed before `act`, so one that kills its worker is counted, too."""
    row = outbox.claim(row_id)
    if row is None:
        return
    failure = _outcome(act, row)
    if failure is None:
        outbox.done(row_id)
    else:
        _mark_failure(row, failure)


def pause(attempts: int, asked: float | None) -> timedelta:
    """Until the next try: what the other side asked for, or 10 s doubling to 10 min; never sooner, jittered upwards."""
    wait = asked if asked is not None else min(FIRST_PAUSE_S * 2 ** (attempts - 1), LONGEST_PAUSE_S)
    return timedelta(seconds=wait * random.uniform(1, 1.2 if asked is None else 1.05))


def _outcome(act: Callable[[T], object], what: T) -> Exception | None:
    """None when `act` went well, else what it raised."""
    try:
        act(what)
    except Exception as failure:
        return failure
    return None


def _mark_failure(row: Row, failure: Exception) -> None:
    if isinstance(failure, Permanent):
        outbox.failed(row.id, str(failure), None)
    elif isinstance(failure, Transient):
        outbox.failed(row.id, str(failure), now() + pause(row.attempts, failure.retry_after))
    else:  # our own mistake; its text may hold personal data, so only the log gets it
        log.error("outbox row %d: attempt %d failed", row.id, row.attempts, exc_info=failure)
        outbox.failed(row.id, type(failure).__name__, now() + pause(row.attempts, None))


def _letters(row_ids: Sequence[int]) -> dict[int, Push]:
    """What to send, by row, in each device's language; a row whose device is gone has none.

    The device must still be its recipient's: a telephone that changed hands shows nothing of its former owner.
    """
    found = rows(
        """
        SELECT row.id, notice.id AS notice_id, notice.event, notice.object_type, notice.object_id,
               CASE device.language WHEN 'kk' THEN title_kk WHEN 'ru' THEN title_ru ELSE title_en END AS title,
               CASE device.language WHEN 'kk' THEN body_kk WHEN 'ru' THEN body_ru ELSE body_en END AS body,
               device.kind, device.value AS address, device.language, row.expires_at,
               floor(extract(epoch FROM row.expires_at - house_clock()))::int AS seconds_left
        FROM notifications_outboxrow row JOIN notifications_notice notice ON notice.id = row.notice_id
        JOIN notifications_device device
            ON device.installation_id = row.installation_id AND device.recipient_id = notice.recipient_id
        WHERE row.id = ANY(%s)
        """,
        [list(row_ids)],
    )
    return {one.pop("id"): Push(**one) for one in found}


def _send_push(letter: Push) -> None:
    (fcm if settings.FCM_SERVICE_ACCOUNT else log_channel).send(letter)


def _send_message(row: Row) -> None:
    letter = Message(id=row.id, channel=row.channel, address=row.address, text=row.text, language=row.language)
    if row.channel == "sms":
        (sms if settings.SMS_GATEWAY_URL else log_channel).send(letter)
    else:
        (log_channel if settings.MESSAGE_LOG else email).send(letter)
