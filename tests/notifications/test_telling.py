"""How people chose to be told, when they are left in peace, and what is said another way when no push arrives."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection

from collection.kernel.db import in_transaction, rows
from collection.kernel.ids import uuid7
from collection.kernel.words import Words
from notifications import announcements, contacts, delivery, inbox, outbox, statistics
from notifications.contacts import Way
from notifications.events import AT_ONCE, EVENTS, MATTERS
from notifications.models import Notice, OutboxRow

pytestmark = pytest.mark.django_db
NUMBER = "+77011234567"
#: 23:30 in Almaty, Monday.
NIGHT = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)


@pytest.fixture
def known(person):
    """`known("ru", "kk")` is somebody with a number and two telephones, who may have chosen ways and hours."""
    def known(*languages: str, hours: tuple[time, time] | None = None, email: str = "", ways=(), value="") -> UUID:
        recipient_id = person(*languages, value=value)
        begins, ends = hours or (None, None)
        contacts.choose(recipient_id=recipient_id, phone=NUMBER, language="kk", email=email, zone="Asia/Almaty",
                        quiet_from=begins, quiet_until=ends, ways=ways)
        return recipient_id

    return known


def sent() -> list[tuple[str, str]]:
    return sorted(OutboxRow.objects.values_list("channel", "address"))


def test_the_usual_way_is_a_push_to_each_telephone_and_only_the_inbox_without_any(known, notice, at):
    outbox.put([notice(known("ru", "kk"), event="offer.new")], at=at)
    assert sent() == [("push", ""), ("push", "")]
    outbox.put([notice(known(), event="offer.new")], at=at)
    assert len(sent()) == 2 and Notice.objects.count() == 2


def test_each_event_goes_the_ways_that_were_chosen(known, notice, at):
    ways = [Way("offer.new", False, True, True), Way("claim.paid", True, False, False)]
    who = known("ru", email="aida@example.kz", ways=ways)
    outbox.put([notice(who, event="offer.new")], at=at)
    assert sent() == [("email", "aida@example.kz"), ("sms", NUMBER)]
    texts = dict(OutboxRow.objects.values_list("channel", "text"))
    assert texts == {"sms": "№7 өтінім: 12 км", "email": "Жаңа ұсыныс\n№7 өтінім: 12 км"}  # in the language they chose
    OutboxRow.objects.all().delete()
    outbox.put([notice(who, event="claim.paid"), notice(who, event="claim.draft")], at=at)
    assert sent() == [("push", ""), ("push", "")]


def test_an_sms_of_a_notice_is_sent_like_any_other_and_then_forgets_the_number(known, notice, at, fcm, settings):
    settings.SMS_GATEWAY_URL = f"{fcm.url}/sms"
    outbox.put([notice(known(ways=[Way("offer.new", False, True, False)]), event="offer.new")], at=at)
    row = OutboxRow.objects.get()
    delivery.message(row.id)
    row.refresh_from_db()
    assert (row.state, row.address, row.text) == ("done", "", "")
    assert fcm.messages[0]["message"]["to"] == NUMBER


@pytest.mark.parametrize(("event", "life", "held"), [
    ("claim.paid", None, True), ("job.assigned", None, False),  # a driver is told at any hour
    ("offer.new", timedelta(hours=1), False), ("offer.new", timedelta(hours=8), False),  # half an hour left in the morning
    ("offer.new", timedelta(hours=15), True), ("offer.new", timedelta(days=3), True),
])
def test_quiet_hours_hold_back_what_can_wait(known, notice, event, life, held):
    outbox.put([notice(known("ru", hours=(time(22), time(7))), event=event, expires_at=life and NIGHT + life)], at=NIGHT)
    row = OutboxRow.objects.get()
    morning = datetime(2026, 3, 3, 2, tzinfo=UTC)  # 07:00 in Almaty
    assert (row.not_before, row.held_until) == ((morning, morning) if held else (NIGHT, None))


def test_the_programmes_hours_hold_for_whoever_has_not_chosen(known, person, notice):
    contacts.set_house_hours(time(22), time(7))
    outbox.put([notice(person("ru"), event="claim.paid")], at=NIGHT)  # never chose anything
    outbox.put([notice(known("ru"), event="claim.paid")], at=NIGHT)
    outbox.put([notice(known("ru", hours=(time(0), time(0))), event="claim.paid")], at=NIGHT)  # wants none
    assert [row.held_until is not None for row in OutboxRow.objects.order_by("id")] == [True, True, False]
    contacts.set_house_hours(time(7), time(7))
    outbox.put([notice(person("ru"), event="claim.paid")], at=NIGHT)
    assert OutboxRow.objects.latest("id").held_until is None


@pytest.mark.parametrize(("at", "zone", "begins", "ends", "until"), [
    ("2026-03-02T16:59:59Z", "Asia/Almaty", "22:00", "07:00", None),  # 21:59:59
    ("2026-03-02T17:00:00Z", "Asia/Almaty", "22:00", "07:00", "2026-03-03T02:00:00Z"),
    ("2026-03-03T01:59:59Z", "Asia/Almaty", "22:00", "07:00", "2026-03-03T02:00:00Z"),
    ("2026-03-03T02:00:00Z", "Asia/Almaty", "22:00", "07:00", None),
    ("2026-03-02T08:30:00Z", "Asia/Oral", "13:00", "14:00", "2026-03-02T09:00:00Z"),  # a nap
    ("2024-02-29T16:30:00Z", "Asia/Almaty", "22:00", "07:00", "2024-03-01T02:00:00Z"),  # 22:30 (+06): the clock goes back at 0:00
    ("2026-03-02T17:00:00Z", "Asia/Almaty", "22:00", "22:00", None), ("2026-03-02T17:00:00Z", "Asia/Almaty", None, None, None),
])
def test_quiet_hours_are_those_of_the_clock_on_the_wall(db, at, zone, begins, ends, until):
    found = rows("SELECT notifications_quiet_until(%s::timestamptz, %s, %s::time, %s::time) AS until", [at, zone, begins, ends])
    assert found[0]["until"] == (until and datetime.fromisoformat(until.replace("Z", "+00:00")))


@pytest.mark.parametrize(("event", "ways", "email", "channels"), [
    ("pickup.accepted", (), "", ["push", "sms"]), ("claim.paid", (), "", ["push"]),  # does not matter enough
    ("pickup.accepted", [Way("pickup.accepted", True, False, False)], "a@b.kz", ["push"]),  # declined
    ("pickup.accepted", [Way("pickup.accepted", True, False, True)], "a@b.kz", ["email", "push"]),  # was sent at once
])
def test_what_matters_goes_another_way_when_the_push_is_dead(known, notice, at, fcm, event, ways, email, channels):
    outbox.put([notice(known("ru", ways=ways, email=email, value="UNREGISTERED-1"), event=event)], at=at)
    delivery.push([OutboxRow.objects.get(channel="push").id])
    assert sorted(OutboxRow.objects.values_list("channel", flat=True)) == channels


def test_one_living_telephone_is_enough(known, notice, at, fcm, person):
    who = known("ru", "kk")
    outbox.put([notice(who, event="pickup.accepted")], at=at)
    first, second = OutboxRow.objects.order_by("id")
    delivery.push([first.id])
    outbox.failed(second.id, "FCM: UNREGISTERED", None)
    assert not OutboxRow.objects.filter(channel="sms").exists()


def test_without_any_telephone_what_matters_is_said_by_sms_at_once(known, notice, at):
    outbox.put([notice(known(), event="pickup.accepted"), notice(known(), event="offer.new")], at=at)
    assert sent() == [("sms", NUMBER)]


@pytest.mark.django_db(transaction=True)
def test_of_two_pushes_that_die_at_the_same_moment_one_sms_comes(known, notice, at):
    for _ in range(10):
        who = in_transaction(lambda: known("ru", "kk"))
        in_transaction(lambda who=who: outbox.put([notice(who, event="pickup.accepted")], at=at))
        pushes = list(OutboxRow.objects.filter(channel="push", state="waiting").values_list("id", flat=True))
        assert len(pushes) == 2
        together = threading.Barrier(2)

        def die(row_id: int, together=together) -> None:
            together.wait()
            try:
                outbox.failed(row_id, "FCM: UNREGISTERED", None)
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as workers:
            list(workers.map(die, pushes))
    assert OutboxRow.objects.filter(channel="sms").count() == 10


def test_numbers_and_choices_of_a_forgotten_person_are_gone(known, notice, at):
    who = known("ru", ways=[Way("offer.new", False, True, False)])
    contacts.forget(recipient_id=who)
    assert contacts.of(who) is None
    outbox.put([notice(who, event="pickup.accepted")], at=at)
    assert sent() == []


def test_statistics_tell_what_arrived_and_why_not(known, notice, fcm, at):
    for value in ("ok-1", "ok-2", "UNREGISTERED-1", "MISMATCH-1", "INVALID-1"):
        outbox.put([notice(known("ru", value=value), event="offer.new")], at=at)
    delivery.push(list(OutboxRow.objects.values_list("id", flat=True)))
    arrived = Notice.objects.earliest("created_at", "id")
    first = OutboxRow.objects.get(notice=arrived)
    inbox.mark_delivered(recipient_id=arrived.recipient_id, notice_ids=[arrived.id], at=at)
    inbox.mark_delivered(recipient_id=uuid4(), notice_ids=list(Notice.objects.values_list("id", flat=True)), at=at)  # not theirs
    OutboxRow.objects.filter(pk=first.pk).update(held_until=first.created_at + timedelta(days=1),
                                                 done_at=first.created_at + timedelta(days=1, milliseconds=400))
    today = rows("SELECT (now() AT TIME ZONE 'Asia/Almaty')::date AS day")[0]["day"]
    found, = statistics.by_day(today, today)
    assert (found.event, found.channel) == ("offer.new", "push")
    assert (found.put, found.sent, found.delivered, found.under_way) == (5, 2, 1, 0)
    assert found.failed == {"FCM: UNREGISTERED": 1, "FCM: SENDER_ID_MISMATCH": 1, "FCM: INVALID_ARGUMENT": 1}
    assert found.median_ms is not None and found.median_ms <= found.p95_ms  # the night it was held back does not count
    assert found.p95_ms < 60_000
    assert statistics.by_day(date(2020, 1, 1), date(2020, 1, 2)) == []


def test_reading_is_having_received(notice, person, at):
    who = person()
    outbox.put([notice(who)], at=at)
    inbox.mark_read(recipient_id=who, at=at + timedelta(seconds=5))
    assert Notice.objects.get().delivered_at == Notice.objects.get().read_at


def test_announcements_are_for_a_while_and_for_some(at):
    words = Words("Хабарлама", "Объявление", "Notice")
    for roles, begins, ends in (([], 0, 9), (["driver"], 0, 9), ([], 5, 9), ([], -9, -1)):
        announcements.post(roles=roles, title=words, body=words, at=at, starts_at=at + timedelta(hours=begins),
                           ends_at=at + timedelta(hours=ends))
    assert [one.roles for one in announcements.current("driver")] == [["driver"], []]
    assert [one.roles for one in announcements.current("recycler")] == [[]]
    coming = announcements.current("manager", coming=True)
    assert len(coming) == 3 and coming[0].starts_at > at
    assert announcements.end(coming[0].id, at=at) and not announcements.end(coming[0].id, at=at)
    assert not announcements.end(uuid7(at), at=at)


def test_every_event_somebody_writes_has_its_place():
    assert set(EVENTS) >= AT_ONCE | MATTERS and len(set(EVENTS)) == len(EVENTS)
