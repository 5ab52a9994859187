"""What the tasks do: claim a row, act outside any transaction, mark it. Every failure ends here, as a later time or death."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings

from collection.kernel.db import execute, in_transaction, now, rows

from . import outbox
from .channels import email, fcm, log as log_channel, sms
from .channels.base import Message, Permanent, Push, Transient
from .outbox import Row

log = logging.getLogger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 10, 600


def push(row_id: int) -> None:
    """Send this push."""
    carry_out(row_id, _push)


def message(row_id: int) -> None:
    """Send this SMS or e-mail."""
    carry_out(row_id, _message)


def errand(row_id: int, do: Callable[[Row], object]) -> None:
    """A room's later work: `do` and the mark "done" are one transaction; a crash counts as an attempt.

    Two workers with the same row (an expired claim) take turns, and the second finds it done.
    """
    def write(row: Row) -> None:
        if outbox.hold(row.id):
            do(row)
            outbox.done(row.id)

    carry_out(row_id, lambda row: in_transaction(lambda: write(row)))


def carry_out(row_id: int, act: Callable[[Row], object]) -> None:
    """Claim, act, mark. The claim is committed before `act`, so one that kills its worker is counted, too."""
    row = outbox.claim(row_id)
    if row is None:
        return
    try:
        act(row)
    except Permanent as failure:
        outbox.failed(row_id, str(failure), None)
    except Transient as failure:
        outbox.failed(row_id, str(failure), now() + pause(row.attempts, failure.retry_after))
    except Exception as error:  # our own mistake; its text may hold personal data, so only the log gets it
        log.exception("outbox row %d: attempt %d failed", row_id, row.attempts)
        outbox.failed(row_id, type(error).__name__, now() + pause(row.attempts, None))
    else:
        outbox.done(row_id)


def pause(attempts: int, asked: float | None) -> timedelta:
    """Until the next try: what the other side asked for, or 10 s doubling to 10 min; never sooner, jittered upwards."""
    wait = asked if asked is not None else min(FIRST_PAUSE_S * 2 ** (attempts - 1), LONGEST_PAUSE_S)
    return timedelta(seconds=wait * random.uniform(1, 1.2 if asked is None else 1.05))


def _push(row: Row) -> None:
    # The device must still be its recipient's: a telephone that changed hands shows nothing of its former owner.
    found = rows(
        """
        SELECT notice.event, notice.object_type, notice.object_id, device.kind, device.value AS address, device.language,
               CASE device.language WHEN 'kk' THEN title_kk WHEN 'ru' THEN title_ru ELSE title_en END AS title,
               CASE device.language WHEN 'kk' THEN body_kk WHEN 'ru' THEN body_ru ELSE body_en END AS body
        FROM notifications_notice notice JOIN notifications_device device USING (recipient_id)
        WHERE notice.id = %s AND device.installation_id = %s
        """,
        [row.notice_id, row.installation_id],
    )
    if not found or row.notice_id is None:
        raise Permanent("the device is gone")
    letter = Push(notice_id=row.notice_id, expires_at=row.expires_at, seconds_left=row.seconds_left, **found[0])
    try:
        (fcm if settings.FCM_SERVICE_ACCOUNT else log_channel).send(letter)
    except Permanent as failure:
        if failure.address_gone:  # unless the phone has given us a new address meanwhile
            execute("DELETE FROM notifications_device WHERE installation_id = %s AND value = %s",
                    [row.installation_id, letter.address])
        raise


def _message(row: Row) -> None:
    letter = Message(id=row.id, channel=row.channel, address=row.address, text=row.text, language=row.language)
    if row.channel == "sms":
        (sms if settings.SMS_GATEWAY_URL else log_channel).send(letter)
    else:
        (log_channel if settings.MESSAGE_LOG else email).send(letter)
