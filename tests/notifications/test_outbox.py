"""What is written in the transaction, and how a row ends."""

from __future__ import annotations

import importlib
import logging
import re
import time
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from collection.kernel.clock import frozen
from collection.kernel.db import transaction
from collection.kernel.ids import uuid7
from collection.kernel.words import Words
from notifications import outbox
from notifications.models import Notice, OutboxRow

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


def test_a_notice_becomes_one_inbox_entry_and_a_push_for_each_telephone(person, notice, at):
    two, none = person("kk", "ru"), person()
    outbox.put([notice(two), notice(none)], at=at)
    assert set(Notice.objects.values_list("recipient_id", flat=True)) == {two, none}
    assert sorted(OutboxRow.objects.values_list("language", "state", "channel", "task")) == [
        ("kk", "waiting", "push", "notifications.push"), ("ru", "waiting", "push", "notifications.push")]
    assert set(OutboxRow.objects.values_list("notice__recipient_id", flat=True)) == {two}


def test_one_statement_for_three_thousand_notices(person, notice, at):
    people = [person("ru") for _ in range(5)]
    notices = [notice(people[number % 5]) for number in range(3000)]
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        outbox.put(notices, at=at)
    assert len(queries) == 1
    assert OutboxRow.objects.count() == 3000
    assert time.perf_counter() - began < 3
    with CaptureQueriesContext(connection) as queries:
        outbox.put([], at=at)
    assert len(queries) == 0


@pytest.mark.django_db(transaction=True)
def test_rolled_back_leaves_no_row_and_rings_no_bell(push, person, notice, at):
    place = {key: value for key, value in connection.get_connection_params().items() if key in ("dbname", "user", "host", "port")}
    with psycopg.connect(**place, autocommit=True) as ear:
        ear.execute("LISTEN house")
        recipient = person("ru")
        with pytest.raises(ZeroDivisionError), transaction():
            outbox.put([notice(recipient)], at=at)
            1 / 0  # noqa: B018
        assert (Notice.objects.count(), OutboxRow.objects.count()) == (0, 0)
        assert list(ear.notifies(timeout=0.2, stop_after=1)) == []
        with transaction():
            outbox.put([notice(recipient)], at=at)
            outbox.work(task="dispatch.advance", object_id=uuid7(at), at=at)
        assert [one.payload for one in ear.notifies(timeout=2, stop_after=1)] == ["outbox"]
        with transaction():  # nothing that is due now: nobody is woken
            outbox.put([notice(person())], at=at)
            outbox.work(task="dispatch.advance", object_id=uuid7(at), at=at, not_before=at + timedelta(hours=1))
        assert list(ear.notifies(timeout=0.2, stop_after=1)) == []


def test_the_running_house_may_do_all_of_it(as_house_app, push, at):
    row = push()
    assert outbox.claim(row.id)
    outbox.failed(row.id, "busy", at)
    outbox.done(row.id)


def test_a_claim_is_for_one_worker(push, at):
    row = push()
    claimed = outbox.claim(row.id)
    assert (claimed.id, claimed.notice_id, claimed.attempts, claimed.seconds_left) == (row.id, row.notice_id, 1, None)
    assert outbox.claim(row.id) is None
    OutboxRow.objects.update(leased_until=at - timedelta(seconds=1))  # that worker is gone
    assert outbox.claim(row.id).attempts == 2
    outbox.done(row.id)
    outbox.done(row.id)
    assert outbox.claim(row.id) is None
    row.refresh_from_db()
    assert (row.state, row.leased_until) == ("done", None)


def test_a_try_that_failed_waits_for_its_time(push, at):
    row = push()
    outbox.claim(row.id)
    later = at + timedelta(seconds=40)
    outbox.failed(row.id, "busy", later)
    row.refresh_from_db()
    assert (row.state, row.not_before, row.last_error, row.attempts) == ("waiting", later, "busy", 1)
    assert outbox.claim(row.id) is None  # a second message in the queue does not jump it
    with transaction(), frozen(later):
        assert outbox.claim(row.id).attempts == 2


def test_the_last_failure_is_an_alarm(push, at, caplog):
    row = push()
    for attempt in range(1, outbox.MAX_ATTEMPTS + 1):
        assert outbox.claim(row.id).attempts == attempt
        outbox.failed(row.id, "busy 100%", at)
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("dead", "busy 100%")
    assert outbox.claim(row.id) is None
    assert [(one.levelno, one.message) for one in caplog.records] == [
        (logging.ERROR, f"outbox row {row.id} (notifications.push) is dead after 8 attempts: busy 100%")]


def test_refused_for_good_is_dead_at_once(push, caplog):
    row = push()
    outbox.claim(row.id)
    outbox.failed(row.id, "no such thing", None)
    row.refresh_from_db()
    assert row.state == "dead" and [one.levelno for one in caplog.records] == [logging.WARNING]


def test_an_offer_that_has_expired_is_not_claimed(push, at):
    row = push(expires_at=at + timedelta(minutes=10))
    with transaction(), frozen(at + timedelta(minutes=9)):
        assert 59 <= outbox.claim(row.id).seconds_left <= 60
        outbox.failed(row.id, "busy", at + timedelta(hours=1))
    row.refresh_from_db()
    assert row.not_before == row.expires_at  # looked at again when it is over, not an hour later
    with transaction(), frozen(row.expires_at):
        assert outbox.claim(row.id) is None


def test_a_code_is_forgotten_once_it_is_sent(at):
    for end in (outbox.done, lambda row_id: outbox.failed(row_id, "refused", None)):
        outbox.message(channel="sms", address="+77011234567", text="Код: 123456", language="ru", object_id=uuid7(at), at=at)
        row = OutboxRow.objects.latest("id")
        assert outbox.claim(row.id).text == "Код: 123456"
        end(row.id)
        row.refresh_from_db()
        assert (row.address, row.text) == ("", "")


def test_settling_ends_all_open_work_of_an_object(at):
    mine, other = uuid7(at), uuid7(at)
    for object_id, task in ((mine, "dispatch.advance"), (mine, "dispatch.advance"), (mine, "stats.roll"),
                            (other, "dispatch.advance")):
        outbox.work(task=task, object_id=object_id, at=at, not_before=at + timedelta(days=1))
    outbox.settle(task="dispatch.advance", object_id=mine)
    assert list(OutboxRow.objects.order_by("id").values_list("state", flat=True)) == ["done", "done", "waiting", "waiting"]


@pytest.mark.parametrize("wrong", [
    {"state": "leased"}, {"state": "done"}, {"state": "expired", "done_at": "2026-01-01T00:00Z"}, {"notice": None},
    {"state": "dead", "done_at": "2026-01-01T00:00Z", "leased_until": "2026-01-01T00:00Z"}, {"address": "+77011234567"},
])
def test_the_database_ties_the_state_to_the_fields(push, wrong):
    row = push()
    with pytest.raises(IntegrityError):
        OutboxRow.objects.filter(pk=row.pk).update(**wrong)


def test_no_words_of_the_house_ask_for_personal_data_or_sums():
    """Every {mark} of every notice: numbers, distances and dates; never who, where exactly, or how much money."""
    forbidden = re.compile(
        r"name|phone|address|person|driver|iin|bin|identity|iban|account|sum|amount|money|tiyn|tenge|price|paid")
    seen = 0
    for path in sorted(ROOT.glob("collection/*/notices.py")):
        room = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for label, words in vars(room).items():
            if isinstance(words, Words):
                seen += 1
                marks = [set(re.findall(r"{(\w+)", text)) for text in (words.kk, words.ru, words.en)]
                assert marks[0] == marks[1] == marks[2], f"{path}: {label} differs between languages"
                assert not any(forbidden.search(mark) for mark in marks[0]), f"{path}: {label}"
                assert all(re.search(r"\d{10}|₸|\+7", text) is None for text in (words.kk, words.ru, words.en))
    assert seen > 10
