"""The relay on a real PostgreSQL and a real Redis: nothing lost, nothing handed out twice at once, whatever stops."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from celery.contrib.testing.worker import start_worker
from django.db import connection

from collection.kernel.db import execute, in_transaction, transaction
from collection.kernel.ids import uuid7
from notifications import delivery, outbox
from notifications.models import OutboxRow
from notifications.relay import backlog, lease
from tests.notifications.conftest import wait

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]


def errands(count: int, at, **other) -> list[int]:
    for _ in range(count):
        outbox.work(task="dispatch.advance", object_id=uuid7(at), at=at, **other)
    return list(OutboxRow.objects.order_by("id").values_list("id", flat=True))


def end_leases(at) -> None:
    OutboxRow.objects.filter(leased_until__isnull=False).update(leased_until=at - timedelta(seconds=1))


def test_each_row_goes_to_its_queue_in_order_within_a_moment(relay, queued, push, at):
    running = relay()
    time.sleep(0.3)  # it listens by now
    began = time.monotonic()
    push()
    outbox.message(channel="sms", address="+77011234567", text="123456", language="ru", object_id=uuid7(at), at=at)
    outbox.message(channel="email", address="a@example.kz", text="-", language="ru", object_id=uuid7(at), at=at)
    errands(2, at)
    wait(lambda: running.posted == 5)
    assert time.monotonic() - began < 0.8  # the bell, not the poll
    ids = {row.channel: row.id for row in OutboxRow.objects.order_by("-id")}
    assert (queued("push"), queued("sms"), queued("email")) == ([ids["push"]], [ids["sms"]], [ids["email"]])
    assert queued("rooms") == list(OutboxRow.objects.filter(channel="work").order_by("id").values_list("id", flat=True))
    assert set(OutboxRow.objects.values_list("state", flat=True)) == {"leased"}


def test_work_waits_for_its_time(relay, queued, at):
    running = relay()
    errands(1, at, not_before=datetime.now(UTC) + timedelta(seconds=0.8))
    time.sleep(0.4)
    assert running.posted == 0
    wait(lambda: running.posted == 1, 4)


def test_first_tries_travel_in_bundles_and_later_ones_alone(relay, celery, push, at):
    ids = [push().id for _ in range(45)]
    OutboxRow.objects.filter(id__in=ids[-2:]).update(attempts=1)
    running = relay()
    wait(lambda: running.posted == 45)
    with celery.connection_for_read() as broker:
        assert broker.default_channel.client.llen("push") == 3 + 2


def test_two_relays_hand_out_each_row_once(relay, queued, at):
    ids = errands(600, at)
    one, other = relay(batch=20, queue_limit=5000), relay(batch=20, queue_limit=5000)
    wait(lambda: one.posted + other.posted == 600)
    time.sleep(0.3)
    assert sorted(queued("rooms")) == ids and one.posted + other.posted == 600
    assert one.posted and other.posted


def test_a_message_that_vanished_is_posted_again(relay, queued, redis, celery, at):
    ids = errands(3, at)
    running = relay()
    wait(lambda: running.posted == 3)
    redis.stop()  # and all it held
    redis.start()
    assert queued("rooms") == []
    end_leases(at)
    wait(lambda: sorted(queued("rooms")) == ids)


def test_a_worker_that_died_is_followed_by_another_until_the_row_is_poison(push, caplog):
    row = push()
    for attempt in range(1, outbox.MAX_ATTEMPTS + 1):
        assert [(one.id, one.state) for one in lease({"push": 10})] == [(row.id, "leased")]
        assert lease({"push": 10}) == []
        assert outbox.claim(row.id).attempts == attempt  # and the worker is gone
        assert lease({"push": 10}) == []
        end_leases(row.created_at)
    assert [one.state for one in lease({"push": 10})] == ["dead"]
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("dead", "no worker survived it")
    assert [one.levelno for one in caplog.records] == [logging.ERROR]


def test_handing_out_is_not_an_attempt(push, at):
    row = push()
    for _ in range(20):  # twenty minutes without a worker
        assert len(lease({"push": 10})) == 1
        end_leases(at)
    assert outbox.claim(row.id).attempts == 1


def test_what_has_expired_is_never_sent(relay, queued, push, at):
    old, live = push(expires_at=at), push(expires_at=at + timedelta(hours=1))
    outbox.message(channel="sms", address="+77011234567", text="123456", language="ru", object_id=uuid7(at), at=at, expires_at=at)
    running = relay()
    wait(lambda: running.posted == 1)
    assert queued("push") == [live.id] and queued("sms") == []
    old.refresh_from_db()
    assert old.state == "expired" and OutboxRow.objects.get(channel="sms").text == ""


def test_one_full_queue_holds_up_no_other(relay, queued, push, at):
    errands(30, at)
    running = relay(queue_limit=10)
    wait(lambda: running.posted == 10)
    push()
    wait(lambda: len(queued("push")) == 1)
    end_leases(at)  # nobody works: nothing is posted again on top of a full queue
    time.sleep(1.2)
    assert len(queued("rooms")) == 10
    due, oldest_s = backlog()
    assert due >= 20 and oldest_s > 0


def test_redis_refuses_then_comes_back(relay, queued, redis, at):
    redis.stop()
    ids = errands(5, at)
    running = relay()
    time.sleep(1)
    assert running.posted == 0
    assert set(OutboxRow.objects.values_list("state", flat=True)) == {"waiting"}
    redis.start()
    wait(lambda: sorted(queued("rooms")) == ids)


def test_redis_hangs_while_posting(relay, queued, redis, celery, at, monkeypatch):
    """The worst moment: rows are leased, the first is posted, then Redis says nothing more."""
    celery.conf.broker_transport_options |= {"socket_timeout": 0.5}  # two seconds in the running house
    ids = errands(5, at)
    send, sent = celery.send_task, threading.Event()

    def send_then_hang(*args, **options):
        if sent.is_set() and redis.is_well:
            redis.process.send_signal(signal.SIGSTOP)
            redis.is_well = False
        sent.set()
        return send(*args, **options)

    redis.is_well = True
    monkeypatch.setattr(celery, "send_task", send_then_hang)
    began = time.monotonic()
    running = relay()
    wait(lambda: OutboxRow.objects.filter(state="waiting").count() == 4 and not redis.is_well, 15)
    assert time.monotonic() - began < 10  # released at once, not when the lease ends
    redis.process.send_signal(signal.SIGCONT)
    wait(lambda: set(queued("rooms")) == set(ids), 15)
    assert running.posted >= 5


def test_postgresql_drops_the_connections(relay, queued, at):
    running = relay()
    errands(1, at)
    wait(lambda: running.posted == 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                       "WHERE datname = current_database() AND pid <> pg_backend_pid()")
    errands(1, at)
    wait(lambda: running.posted == 2)


def test_the_process_ends_well_on_sigterm(redis, queued, at):
    ids = errands(3, at)
    place = connection.settings_dict
    env = os.environ | {
        "REDIS_URL": redis.url, "PGHOST": place["HOST"], "PGPORT": place["PORT"] or "5432", "HOUSE_DB_ROLE": "",
        "DATABASE_URL": f"postgres://house_app@/{place['NAME']}",
    }
    process = subprocess.Popen([sys.executable, "manage.py", "relay"], cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True)
    try:
        wait(lambda: queued("rooms") == ids, 20)
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
    finally:
        process.kill()
        output = process.communicate()[1]
    assert "relay: stopped, 3 posted" in output


def test_from_a_transaction_to_a_telephone(relay, celery, fcm, person, notice, at):
    """Outbox, relay, Redis, a Celery worker, firebase-admin, HTTP: with refused, repeated and unreachable ones among them."""
    celery.task(name="notifications.push")(delivery.push)
    people = [person("kk", "ru") for _ in range(20)]
    bad = person("ru", value="UNREGISTERED-1")
    with start_worker(celery, pool="solo", perform_ping_check=False, queues=["push"], shutdown_timeout=20):
        relay()
        outbox.put([notice(one) for one in (*people, bad)], at=at)
        wait(lambda: not OutboxRow.objects.filter(state__in=("waiting", "leased", "claimed")).exists(), 20)
    assert len(fcm.messages) == 40
    assert len({(one["address"]) for one in fcm.messages}) == 40
    assert OutboxRow.objects.filter(state="done").count() == 40
    assert OutboxRow.objects.get(state="dead").last_error == "FCM: UNREGISTERED"


# --- a room's own work -------------------------------------------------------------------------------------------

def test_an_errand_and_its_mark_are_one(at):
    [row_id] = errands(1, at)
    told = []

    def breaks(row: outbox.Row) -> None:
        outbox.work(task="stats.roll", object_id=row.object_id, at=at)
        raise ZeroDivisionError

    delivery.errand(row_id, breaks)
    row = OutboxRow.objects.get()  # what it wrote went with it
    assert (row.state, row.attempts, row.last_error) == ("waiting", 1, "ZeroDivisionError")
    OutboxRow.objects.update(not_before=at)
    delivery.errand(row_id, lambda row: told.append(row.object_id))
    delivery.errand(row_id, lambda row: told.append(row.object_id))
    assert told == [row.object_id] and OutboxRow.objects.get().state == "done"


def test_an_errand_settled_by_itself_is_done(at):
    [row_id] = errands(1, at)
    delivery.errand(row_id, lambda row: outbox.settle(task="dispatch.advance", object_id=row.object_id))
    assert OutboxRow.objects.get().state == "done"


def test_an_errand_and_a_request_for_the_same_object_do_not_deadlock(person, at):
    """A request locks its object, then settles the object's work; the errand wants the object meanwhile."""
    [row_id] = errands(1, at)
    person("ru")  # the object: its telephone's row
    lock, asked = "UPDATE notifications_device SET updated_at = updated_at", threading.Event()

    def want(row: outbox.Row) -> None:
        asked.set()
        execute(lock)

    def work() -> None:
        delivery.errand(row_id, want)
        connection.close()

    thread = threading.Thread(target=work)
    with transaction():
        execute(lock)
        thread.start()
        asked.wait(5)
        time.sleep(0.1)
        began = time.monotonic()
        outbox.settle(task="dispatch.advance", object_id=OutboxRow.objects.get().object_id)
        assert time.monotonic() - began < 0.5  # PostgreSQL looks for deadlocks after a second
    thread.join()
    row = OutboxRow.objects.get()
    assert (row.state, row.attempts, row.last_error) == ("done", 1, "")


def test_offers_reach_their_phones_beside_phones_fcm_is_slow_for(relay, celery, fcm, person, notice, at):
    """One worker of four threads, as `sender` is: four answers that never come in time, in as many bundles."""
    recipients = [person("kk", value=f"slow-{n}" if n % 20 == 0 else f"ok-{n}") for n in range(80)]
    in_transaction(lambda: outbox.put([notice(one, expires_at=at + timedelta(minutes=5)) for one in recipients], at=at))
    relay()
    began = time.monotonic()
    with start_worker(celery, pool="threads", concurrency=4, perform_ping_check=False, queues=["push"], shutdown_timeout=20):
        wait(lambda: sum(one["address"].startswith("ok-") for one in fcm.messages) == 76, 5)
        took = time.monotonic() - began
        assert OutboxRow.objects.filter(state="dead").count() == 0
    assert took < 5
    assert len({one["address"] for one in fcm.messages if one["address"].startswith("ok-")}) == 76
