"""The relay: takes due rows out of the outbox and rings Celery with their ids. A plain loop in a process of its own.

It LISTENs for the outbox's bell and looks every second anyway. A lease is given before the id is posted and handed out
again when it ends, so whatever becomes of a message in Redis, the row comes round. Any number of relays may run: SKIP
LOCKED gives each row to one of them. No more than QUEUE_LIMIT messages wait in a queue, so a worker that is away, or slow,
does not fill Redis with repeats, and one slow channel does not hold up another.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from celery import Celery
from django.db import DatabaseError, InterfaceError, connection
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from collection.kernel.db import execute, rows
from collection.kernel.nudge import CHANNEL

from .outbox import LEASE_S, MAX_ATTEMPTS, bury

log = logging.getLogger(__name__)

BATCH = 200  # rows of each channel per turn
BUNDLE = 20  # pushes per message
QUEUE_LIMIT = 500  # messages
POLL_S = 1.0
REPORT_S = 60.0
QUEUES = {"push": "push", "sms": "sms", "email": "email", "work": "rooms", "hook": "hooks"}
REDIS_IS_AWAY = (OperationalError, RedisError, OSError)

LEASE = """
WITH due AS (
    SELECT found.id FROM unnest(%(channels)s::text[], %(rooms)s::int[]) AS queue (channel, room)
    CROSS JOIN LATERAL (
        SELECT id FROM notifications_outboxrow
        WHERE channel = queue.channel AND state IN ('waiting', 'leased', 'claimed')
          AND greatest(not_before, leased_until) <= (SELECT house_clock())
        ORDER BY greatest(not_before, leased_until), id
        LIMIT queue.room FOR UPDATE SKIP LOCKED
    ) AS found
)
UPDATE notifications_outboxrow AS row SET
    state = CASE WHEN expires_at <= house_clock() THEN 'expired' ELSE 'leased' END,
    leased_until = CASE WHEN expires_at <= house_clock() THEN NULL ELSE house_clock() + make_interval(secs => %(lease)s) END,
    done_at = CASE WHEN expires_at <= house_clock() THEN house_clock() END,
    address = CASE WHEN expires_at <= house_clock() THEN '' ELSE address END,
    text = CASE WHEN expires_at <= house_clock() THEN '' ELSE text END
FROM due WHERE row.id = due.id
RETURNING row.id, channel, task, state, attempts
"""


@dataclass(frozen=True, slots=True)
class Leased:
    id: int
    channel: str
    task: str
    state: str  # leased, or how it ended just now: expired, dead
    attempts: int


@dataclass(frozen=True, slots=True)
class Call:
    """One message to Celery: `task(argument)`, where the argument is a row id, or for pushes a list of them."""

    task: str
    queue: str
    row_ids: tuple[int, ...]

    @property
    def argument(self) -> int | list[int]:
        return list(self.row_ids) if self.queue == "push" else self.row_ids[0]


class Relay:
    """`run` until `stop` is set. `app` is the Celery application whose queues are rung."""

    def __init__(self, app: Celery, *, batch: int = BATCH, queue_limit: int = QUEUE_LIMIT) -> None:
        self.app, self.batch, self.queue_limit = app, batch, queue_limit
        self.stop = threading.Event()
        self.posted = 0  # in all
        self.ear: psycopg.Connection | None = None

    def run(self) -> None:
        """Turn after turn. PostgreSQL or Redis away is waited out, never an end."""
        log.info("relay: started")
        reported, next_report = 0, time.monotonic() + REPORT_S
        while not self.stop.is_set():
            try:
                if not self.turn() and not self.stop.is_set():
                    self.listen()
                if time.monotonic() >= next_report:
                    self.report(self.posted - reported)
                    reported, next_report = self.posted, time.monotonic() + REPORT_S
            except (DatabaseError, InterfaceError, psycopg.Error) as error:
                log.warning("relay: PostgreSQL is away: %s", error)
                self.close()
                self.stop.wait(POLL_S)
            except REDIS_IS_AWAY as error:
                log.warning("relay: Redis is away: %s", type(error).__name__)
                self.stop.wait(POLL_S)
        self.close()
        log.info("relay: stopped, %d posted", self.posted)

    def turn(self) -> int:
        """Lease one batch and post it; returns how many rows were due. Raises one of REDIS_IS_AWAY, rows released."""
        with self.app.producer_pool.acquire(block=True) as producer:
            redis = producer.connection.default_channel.client
            room = {channel: min(self.batch, self.queue_limit - redis.llen(queue)) for channel, queue in QUEUES.items()}
            due = lease({channel: free for channel, free in room.items() if free > 0})
            calls = bundled([row for row in due if row.state == "leased"])
            for position, call in enumerate(calls):
                try:
                    self.app.send_task(call.task, args=(call.argument,), queue=call.queue, producer=producer)
                except REDIS_IS_AWAY:
                    release([row_id for unposted in calls[position:] for row_id in unposted.row_ids])
                    raise
                self.posted += len(call.row_ids)
        return len(due)

    def listen(self) -> None:
        """Return when the bell rings, or after POLL_S."""
        if self.ear is None:
            self.ear = psycopg.connect(**connection.get_connection_params(), autocommit=True)
            self.ear.execute(f"LISTEN {CHANNEL}")
            return  # what was written before we listened is looked for once more
        for _ in self.ear.notifies(timeout=POLL_S, stop_after=1):
            pass

    def report(self, posted: int) -> None:
        """The heartbeat: what went out lately, and how old the oldest due row is (the age of the pipeline)."""
        due, age_s = backlog()
        log.info("relay: %d posted in %.0f s; %d due, the oldest for %.0f s", posted, REPORT_S, due, age_s)

    def close(self) -> None:
        if self.ear is not None:
            self.ear.close()
            self.ear = None
        connection.close()


def lease(room: dict[str, int]) -> list[Leased]:
    """Take up to `room[channel]` due rows of each channel for LEASE_S.

    Rows past their expiry end here as expired, and those whose attempts are used up (their worker died each time) as dead.
    """
    found = rows(LEASE, {"channels": list(room), "rooms": list(room.values()), "lease": LEASE_S})
    poison = {row["id"] for row in found if row["attempts"] >= MAX_ATTEMPTS and row["state"] == "leased"}
    if poison:
        bury(list(poison), "no worker survived it")
    return [Leased(**row | ({"state": "dead"} if row["id"] in poison else {})) for row in found]


def bundled(leased: Sequence[Leased]) -> list[Call]:
    """Pushes tried for the first time go BUNDLE to a message. Everything else goes alone: a poison row must not take
    others with it, and a room's work is one object's.
    """
    fresh = [row.id for row in leased if row.channel == "push" and not row.attempts]
    return [
        Call("notifications.push", QUEUES["push"], tuple(fresh[start:start + BUNDLE]))
        for start in range(0, len(fresh), BUNDLE)
    ] + [
        Call(row.task, QUEUES[row.channel], (row.id,)) for row in leased if row.channel != "push" or row.attempts
    ]


def release(row_ids: Sequence[int]) -> None:
    """Give back what could not be posted, unless a worker got it after all."""
    execute("UPDATE notifications_outboxrow SET state = 'waiting', leased_until = NULL "
            "WHERE id = ANY(%s) AND state = 'leased'", [list(row_ids)])


def backlog() -> tuple[int, float]:
    """How many rows are due and not handed out, and for how many seconds the oldest has been so."""
    found = rows(
        """
        SELECT count(*) AS due, coalesce(extract(epoch FROM house_clock() - min(greatest(not_before, leased_until))), 0)
            AS age FROM notifications_outboxrow
        WHERE state IN ('waiting', 'leased', 'claimed') AND greatest(not_before, leased_until) <= (SELECT house_clock())
        """
    )
    return found[0]["due"], float(found[0]["age"])
