"""What leaves the house, by firebase-admin itself over HTTP, and what each refusal does to the row and the device."""

from __future__ import annotations

import json
import logging
import multiprocessing
import smtplib
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from collection.kernel.db import InsideTransaction, transaction
from collection.kernel.ids import uuid7
from notifications import delivery, devices, outbox
from notifications.channels import base, fcm as fcm_channel, log as log_channel
from notifications.models import Device, OutboxRow

pytestmark = pytest.mark.django_db
CODE = "Код для входа: 123456."


def wait_s(row: OutboxRow, at: datetime) -> float:
    return (row.not_before - at).total_seconds()


@pytest.mark.parametrize(("language", "title"), [("kk", "Жаңа ұсыныс"), ("ru", "Новое предложение"), ("en", "New offer")])
def test_a_push_speaks_its_devices_language_and_carries_ids_only(fcm, push, at, language, title):
    row = push("ok-1", language=language, expires_at=at + timedelta(minutes=10))
    delivery.push([row.id])
    row.refresh_from_db()
    assert (row.state, row.attempts, row.last_error) == ("done", 1, "")
    message = fcm.messages[0]["message"]
    notice = row.notice
    assert message["token"] == "ok-1"
    assert message["notification"] == {"title": title, "body": getattr(notice, f"body_{language}")}
    assert message["data"] == {
        "notification_id": str(notice.id), "type": "offer_made", "object_type": "offer", "object_id": str(notice.object_id),
        "deep_link": f"tonnage://offer/{notice.object_id}", "expires_at": notice.expires_at.isoformat().replace("+00:00", "Z"),
    }
    assert message["android"]["notification"] == {"tag": str(notice.id)} and message["android"]["priority"] == "high"
    assert 590 <= int(message["android"]["ttl"].removesuffix("s")) <= 600
    assert message["apns"]["headers"] == {
        "apns-collapse-id": str(notice.id), "apns-expiration": str(int(notice.expires_at.timestamp()))}


def test_an_installation_id_is_addressed_as_such(fcm, push):
    row = push("fid-1", kind="fid")
    delivery.push([row.id])
    assert fcm.messages[0]["message"]["fid"] == "fid-1" and "token" not in fcm.messages[0]["message"]


@pytest.mark.parametrize(("value", "state", "error", "device_stays", "wait", "alarm"), [
    ("UNREGISTERED-1", "dead", "UNREGISTERED", False, None, False),
    ("INVALID-1", "dead", "INVALID_ARGUMENT", False, None, False),
    ("PAYLOAD-1", "dead", "INVALID_ARGUMENT", True, None, False),
    ("MISMATCH-1", "dead", "SENDER_ID_MISMATCH", True, None, True),
    ("403-1", "dead", "PERMISSION_DENIED", True, None, True),
    ("APNS-1", "waiting", "THIRD_PARTY_AUTH_ERROR", True, (600, 640), True),
    ("429-1", "waiting", "QUOTA_EXCEEDED", True, (7, 10), False),
    ("503-1", "waiting", "UNAVAILABLE", True, (7, 10), False),
    ("500-1", "waiting", "INTERNAL", True, (10, 14), False),
    ("502-1", "waiting", "UNKNOWN", True, (10, 14), False),
    ("slow-1", "waiting", "DEADLINE_EXCEEDED", True, (10, 16), False),
    ("lost-1", "waiting", "UNAVAILABLE", True, (7, 10), False),
])
def test_each_answer_has_its_consequence(fcm, push, at, caplog, value, state, error, device_stays, wait, alarm):
    row = push(value)
    delivery.push([row.id])
    row.refresh_from_db()
    assert row.state == state and error in row.last_error
    assert Device.objects.filter(value=value).exists() == device_stays
    assert any(one.levelno == logging.ERROR for one in caplog.records) == alarm
    if wait:
        assert wait[0] <= wait_s(row, at) <= wait[1]
    if value != "APNS-1":  # google-auth renews the access token once or twice on a 401
        assert fcm.posts == {value: 1}  # the library's own retries are off


def test_two_failures_then_success(fcm, push, at):
    row = push("503*2-1")
    for _ in range(3):
        delivery.push([row.id])
        OutboxRow.objects.filter(state="waiting").update(not_before=at)
    row.refresh_from_db()
    assert (row.state, row.attempts, fcm.posts) == ("done", 3, {"503*2-1": 3})


def test_no_access_token_says_nothing_about_the_device(fcm, push, monkeypatch, settings, tmp_path):
    settings.FCM_SERVICE_ACCOUNT = str(tmp_path / "account.json")  # one that has no token yet
    fcm.write_account(tmp_path / "account.json")
    monkeypatch.setattr("google.auth._exponential_backoff.time.sleep", lambda seconds: None)  # it tries three times
    fcm.token_is_down = True
    row = push("ok-1")
    delivery.push([row.id])
    row.refresh_from_db()
    assert row.state == "waiting" and "no access token" in row.last_error and Device.objects.exists()
    assert fcm.posts == {}


def test_a_telephone_that_changed_hands_gets_nothing_of_its_former_owner(fcm, push, person, at):
    row = push("ok-1")
    Device.objects.update(recipient_id=person())
    delivery.push([row.id])
    row.refresh_from_db()
    assert (row.state, row.last_error, fcm.posts) == ("dead", "the device is gone", {})


def test_a_token_renewed_while_the_old_one_was_refused_stays(fcm, push, monkeypatch, at):
    row = push("UNREGISTERED-1")
    mark = delivery._mark_failure

    def mark_as_the_phone_registers_anew(*refused: object) -> None:
        device = Device.objects.get()
        devices.put_device(recipient_id=device.recipient_id, installation_id=device.installation_id, kind="token",
                           value="ok-2", platform="android", language="ru", at=at)
        mark(*refused)

    monkeypatch.setattr(delivery, "_mark_failure", mark_as_the_phone_registers_anew)
    delivery.push([row.id])
    assert Device.objects.get().value == "ok-2"


def test_a_bundle_is_claimed_and_marked_at_once_and_each_has_its_own_outcome(fcm, push, at):
    ids = [push(value).id for value in ("ok-1", "503-1", "UNREGISTERED-1", "ok-2", "slow-1", "ok-3")]
    ended = push("ok-4")
    outbox.done(ended.id)
    delivery.push([*ids, ended.id])
    assert list(OutboxRow.objects.filter(id__in=ids).order_by("id").values_list("state", flat=True)) == [
        "done", "waiting", "dead", "done", "waiting", "done"]
    assert "ok-4" not in fcm.posts
    more = [push(f"ok-{number}").id for number in range(10, 30)]
    with CaptureQueriesContext(connection) as queries:
        delivery.push(more)
    assert len(queries) == 3 and len(fcm.messages) == 4 + 20


def test_a_push_is_sent_once_however_often_it_is_rung(fcm, push):
    row = push("ok-1")
    for _ in range(3):
        delivery.push([row.id])
    assert len(fcm.messages) == 1


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_inside_a_transaction(fcm, push):
    row = push("ok-1")
    letter = base.Push(row.notice_id, "e", "t", "b", "offer", row.object_id, "token", "ok-1", "ru", None, None)
    with pytest.raises(InsideTransaction), transaction():
        fcm_channel.send(letter)
    assert fcm.posts == {}


def test_our_own_mistake_is_retried_and_never_quoted(fcm, push, monkeypatch, at, caplog):
    def broken(letter: base.Push) -> None:
        raise ValueError("+77011234567 has no such thing")

    monkeypatch.setattr(fcm_channel, "send", broken)
    row = push("ok-1")
    delivery.push([row.id])
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("waiting", "ValueError")
    assert f"outbox row {row.id}: attempt 1 failed" in caplog.text


def test_pauses_double_never_fall_short_and_end():
    for _ in range(50):
        waits = [delivery.pause(attempt, None).total_seconds() for attempt in range(1, 9)]
        assert all(10 * 2**n <= wait <= 12 * 2**n for n, wait in enumerate(waits[:6])) and 600 <= waits[7] <= 720
        assert 120 <= delivery.pause(1, 120).total_seconds() <= 126


# --- SMS, e-mail, log --------------------------------------------------------------------------------------------

def sms(number: str, at: datetime) -> OutboxRow:
    outbox.message(channel="sms", address=number, text=CODE, language="ru", object_id=uuid7(at), at=at)
    return OutboxRow.objects.latest("id")


@pytest.mark.parametrize(("number", "state", "error"), [
    ("+77011234567", "done", ""), ("429-7701", "waiting", "429"), ("503-7701", "waiting", "503"), ("400-7701", "dead", "400"),
    ("slow-7701", "waiting", "ReadTimeout"),
])
def test_sms_by_the_gateway(fcm, settings, monkeypatch, at, number, state, error):
    monkeypatch.setattr("notifications.channels.sms.TIMEOUT_S", 1)
    settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = f"{fcm.url}/sms", "secret"
    row = sms(number, at)
    delivery.message(row.id)
    row.refresh_from_db()
    assert row.state == state and error in row.last_error and "7701" not in row.last_error
    if state == "done":
        assert fcm.messages[0]["message"] == {"id": str(row.id), "to": number, "text": CODE}


def test_a_gateway_that_is_not_there(settings, at):
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:9/"
    row = sms("+77011234567", at)
    delivery.message(row.id)
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("waiting", "SMS gateway: ConnectError")


def test_the_log_stands_in_for_what_is_not_configured(settings, tmp_path, push, at):
    settings.MESSAGE_LOG = str(tmp_path / "new" / "messages.jsonl")
    delivery.message(sms("+77011234567", at).id)
    delivery.push([push("some-token").id])
    lines = [json.loads(line) for line in Path(settings.MESSAGE_LOG).read_text().splitlines()]
    assert (lines[0]["channel"], lines[0]["address"], lines[0]["text"]) == ("sms", "+77011234567", CODE)
    assert (lines[1]["channel"], lines[1]["title"], lines[1]["event"]) == ("push", "Новое предложение", "offer_made")


def test_production_without_a_gateway_says_so(settings, at):
    settings.MESSAGE_LOG = ""
    row = sms("+77011234567", at)
    delivery.message(row.id)
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("dead", "no service is configured for this channel")


def write_many(path: str, writer: int) -> None:
    with override_settings(MESSAGE_LOG=path):
        for number in range(200):
            log_channel.send(base.Message(number, "sms", f"writer {writer}", "ә" * 200, "kk"))


def test_lines_of_several_processes_never_mix(tmp_path):
    path = tmp_path / "messages.jsonl"
    writers = [multiprocessing.get_context("fork").Process(target=write_many, args=(str(path), number)) for number in range(4)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert sorted({line["address"] for line in lines}) == [f"writer {n}" for n in range(4)] and len(lines) == 800


def test_email_and_its_refusals(settings, at, monkeypatch):
    def letter() -> OutboxRow:
        outbox.message(channel="email", address="a@example.kz", text="Акт готов\nСкачайте его.", language="ru",
                       object_id=uuid7(at), at=at)
        row = OutboxRow.objects.latest("id")
        delivery.message(row.id)
        row.refresh_from_db()
        return row

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert letter().state == "done"
    assert (mail.outbox[0].subject, mail.outbox[0].body, mail.outbox[0].to) == ("Акт готов", "Скачайте его.", ["a@example.kz"])
    refusals: list[tuple[Exception, str]] = [
        (smtplib.SMTPRecipientsRefused({"a": (550, b"")}), "dead"), (smtplib.SMTPRecipientsRefused({"a": (451, b"")}), "waiting"),
        (smtplib.SMTPDataError(554, b""), "dead"), (smtplib.SMTPDataError(452, b""), "waiting"), (TimeoutError(), "waiting"),
    ]
    for error, state in refusals:
        def refuse(self: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
        assert letter().state == state


def test_a_slow_gateway_takes_four_threads_and_costs_nobody_an_attempt(at, monkeypatch):
    outbox.message(channel="sms", address="+77011234567", text=CODE, language="ru", object_id=uuid7(at), at=at)
    row = OutboxRow.objects.get()
    monkeypatch.setattr(delivery, "_places", threading.BoundedSemaphore(1))
    with delivery._places:  # somebody else waits for the gateway
        delivery.message(row.id)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("waiting", 0) and 0 < wait_s(row, at) < 10
    assert row.address  # not forgotten: it is yet to be sent
