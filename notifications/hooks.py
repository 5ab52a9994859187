"""Telling a webhook: one post at a time for each, so a slow receiver costs one worker and holds up nobody else.

Every try of an event carries the same id. A receiver that fails is left alone for longer and longer, all of its events
together; what it could not be told for three days is given up, and it is switched off with a notice to its owner.
"""

from __future__ import annotations

import json
import random
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from collection.kernel.db import execute, in_transaction, now, outside_transaction, rows
from collection.kernel.words import Words

from . import outbox, signing, webhooks
from .channels import webhook as channel
from .channels.webhook import Answer

TRIED_FOR = timedelta(days=3)
FIRST_PAUSE_S, LONGEST_PAUSE_S = 5, 6 * 3600
#: A turn is over by itself after this, should the worker have died: longer than any post, shorter than the claim.
TURN_S = 30
GONE = 410
#: However many receivers are slow at once, the other threads of a worker are free for pushes and messages.
PLACES = 4
OFF = Words("Веб-хук өшірілді", "Вебхук отключён", "A webhook was switched off")
OFF_BODY = Words(
    "Қабылдаушы сервер жауап бермеді немесе хабарламалардан бас тартты. Түзеткен соң веб-хукты қайта қосып, "
    "жеткізілмегенін сұратыңыз.",
    "Принимающий сервер не отвечал или отказался от сообщений. Исправьте его, включите вебхук и запросите неотправленное.",
    "The receiving server did not answer, or wants no more messages. Mend it, switch the webhook on and replay what it missed.",
)

_places = threading.BoundedSemaphore(PLACES)


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be posted where."""

    id: UUID
    webhook_id: UUID
    organisation_id: UUID
    owner_id: UUID
    url: str
    event: str
    object_type: str
    object_id: UUID
    created_at: datetime
    due_since: datetime
    failures: int


def tell(row_id: int) -> None:
    """Post the event of this outbox row, or put it off: its webhook's turn is taken, or it is paused after a failure."""
    outside_transaction()
    row = outbox.claim(row_id)
    if row is None:
        return
    if not _places.acquire(blocking=False):
        outbox.put_off(row_id, now() + timedelta(seconds=1))
        return
    try:
        _tell(row)
    finally:
        _places.release()


def _tell(row: outbox.Row) -> None:
    letter, until = in_transaction(lambda: _turn(row.object_id))
    if letter is None:
        if until is None:
            outbox.done(row.id)  # told already, switched off or removed
        else:
            outbox.put_off(row.id, until)
        return
    answer = _post(letter, now())
    in_transaction(lambda: _keep(row.id, letter, answer))


def body(letter: Letter) -> bytes:
    """CloudEvents 1.0, structured: which object changed, and nothing about it. Whoever may know asks the API."""
    return json.dumps({
        "specversion": "1.0", "id": str(letter.id), "source": "/api/v1", "type": f"tonnage.{letter.event}",
        "subject": f"{letter.object_type}/{letter.object_id}", "time": letter.created_at.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": {"object_type": letter.object_type, "object_id": str(letter.object_id),
                 "organisation_id": str(letter.organisation_id)},
    }, separators=(",", ":")).encode()


def pause(failures: int, asked: float | None) -> timedelta:
    """After so many failures in a row: 5 s, fourfold each time, at most 6 h, jittered; no sooner than it asked for."""
    wait = min(FIRST_PAUSE_S * 4 ** min(failures - 1, 10), LONGEST_PAUSE_S)
    return timedelta(seconds=max(wait * random.uniform(0.8, 1.2), min(asked or 0, LONGEST_PAUSE_S)))


def _post(letter: Letter, at: datetime) -> Answer:
    written = body(letter)
    signed = signing.headers(message_id=letter.id, timestamp=int(at.timestamp()), body=written,
                             secrets=webhooks.secrets_of(letter.webhook_id, at=at))
    return channel.post(letter.url, written, {"Content-Type": "application/cloudevents+json; charset=utf-8"} | signed)


def _turn(delivery_id: UUID) -> tuple[Letter | None, datetime | None]:
    """The letter, if it is this webhook's turn; else when to come again, or (None, None): never."""
    found = rows(
        """
        SELECT d.id, d.webhook_id, d.event, d.object_type, d.object_id, d.created_at, d.due_since, d.state, w.organisation_id,
               w.owner_id, w.url, w.failures, w.disabled_at IS NOT NULL OR w.removed_at IS NOT NULL AS is_off,
               greatest(w.busy_until, w.paused_until) AS until,
               coalesce(greatest(w.busy_until, w.paused_until) > house_clock(), false) AS waits,
               coalesce(w.paused_until > house_clock(), false) AS is_paused
        FROM notifications_webhookdelivery d JOIN notifications_webhook w ON w.id = d.webhook_id
        WHERE d.id = %s FOR UPDATE
        """,
        [delivery_id])
    if not found or found[0]["state"] != "pending":
        return None, None
    one = found[0]
    if one.pop("is_off"):
        _mark(delivery_id, "failed", None, "switched_off", tried=False)
        return None, None
    until, waits, is_paused = one.pop("until"), one.pop("waits"), one.pop("is_paused")
    one.pop("state")
    if waits:  # a post in progress is over in a moment; a pause is waited out
        return None, min(until, now() + timedelta(seconds=LONGEST_PAUSE_S if is_paused else 1))
    execute("UPDATE notifications_webhook SET busy_until = house_clock() + make_interval(secs => %s) WHERE id = %s",
            [TURN_S, one["webhook_id"]])
    return Letter(**one), None


def _keep(row_id: int, letter: Letter, answer: Answer) -> None:
    """What came of it, in one transaction: the delivery, the webhook's state of health, the outbox row."""
    at = now()
    if answer.is_good:
        execute("UPDATE notifications_webhook SET busy_until = NULL, paused_until = NULL, failures = 0 WHERE id = %s",
                [letter.webhook_id])
        _mark(letter.id, "delivered", answer.status, "")
        outbox.done(row_id)
        return
    wait = pause(letter.failures + 1, answer.retry_after)
    over = answer.status == GONE or at + wait > letter.due_since + TRIED_FOR
    execute("UPDATE notifications_webhook SET busy_until = NULL, failures = failures + 1, "
            "paused_until = greatest(paused_until, %s) WHERE id = %s", [at + wait, letter.webhook_id])
    _mark(letter.id, "failed" if over else "pending", answer.status, answer.error)
    if not over:
        outbox.put_off(row_id, at + wait)
        return
    outbox.done(row_id)
    if execute("UPDATE notifications_webhook SET disabled_at = %s, disabled_reason = %s, version = version + 1 "
               "WHERE id = %s AND disabled_at IS NULL AND removed_at IS NULL",
               [at, "gone" if answer.status == GONE else "failing", letter.webhook_id]):
        outbox.put([outbox.Notice(letter.owner_id, "webhook.disabled", OFF, OFF_BODY, "webhook", letter.webhook_id)], at=at)


def _mark(delivery_id: UUID, state: str, status: int | None, error: str, *, tried: bool = True) -> None:
    execute(
        "UPDATE notifications_webhookdelivery SET state = %s, last_status = %s, last_error = left(%s, 100), "
        "attempts = attempts + %s, last_at = house_clock() WHERE id = %s",
        [state, status, error, int(tried), delivery_id])
