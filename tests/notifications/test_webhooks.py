"""Webhooks: what changed reaches whoever asked, signed, once or with the same id, and never an address inside."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection

from collection.kernel.db import execute, in_transaction, now, transaction
from notifications import hooks, webhooks
from notifications.channels import webhook as channel
from notifications.models import Notice, OutboxRow, Webhook, WebhookDelivery
from tests.notifications.receiver import Receiver, drip, flood, reply, verify

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def inside(settings, monkeypatch):
    """The receivers of these tests listen on loopback, and slow ones are waited for briefly."""
    settings.WEBHOOK_ALLOW_INSIDE = True
    monkeypatch.setattr(channel.post, "__kwdefaults__", {"timeout_s": 1.0})


@pytest.fixture
def receiver():
    opened = []

    def receiver(answer=b"", **other) -> Receiver:
        opened.append(Receiver(answer, **other))
        return opened[-1]

    yield receiver
    for one in opened:
        one.close()


@pytest.fixture
def hook(at):
    """`hook(url)` is a webhook of a new organisation that wants to hear of pickups and jobs."""
    def hook(url: str, organisation_id: UUID | None = None) -> Webhook:
        webhook_id = webhooks.add(organisation_id=organisation_id or uuid4(), owner_id=uuid4(), url=url,
                                  events=["pickup.changed", "job.changed"], at=at)
        return Webhook.objects.get(pk=webhook_id)

    return hook


def changed(kind: str, *organisations: UUID) -> UUID:
    """A row of this kind changed, which these organisations may see."""
    thing = uuid4()
    execute("SELECT kernel_follow(%s, %s, %s::uuid[])", [kind, thing, list(organisations)])
    return thing


def told(webhook: Webhook) -> OutboxRow:
    """One event for it; its outbox row."""
    changed("pickup", webhook.organisation_id)
    return OutboxRow.objects.filter(channel="hook").latest("id")


def due(row: OutboxRow) -> OutboxRow:
    """Its pause is over."""
    OutboxRow.objects.filter(pk=row.pk).update(not_before=now())
    Webhook.objects.update(paused_until=None)
    row.refresh_from_db()
    return row


def test_those_who_may_see_a_change_and_asked_are_told_in_its_transaction(hook):
    mine, other = hook("http://a"), hook("http://b")
    off, gone = hook("http://c", mine.organisation_id), hook("http://d", mine.organisation_id)
    Webhook.objects.filter(pk=off.pk).update(disabled_at=now(), disabled_reason="by_hand")
    webhooks.remove(webhook_id=gone.id, at=now())
    pickup = changed("pickup", mine.organisation_id, uuid4())
    changed("offer", mine.organisation_id)  # not asked for
    changed("pickup", uuid4())
    assert list(WebhookDelivery.objects.values_list("webhook_id", "event", "object_type", "object_id", "state")) == [
        (mine.id, "pickup.changed", "pickup", pickup, "pending")]
    row = OutboxRow.objects.get(channel="hook")
    assert (row.object_id, row.task, row.state) == (WebhookDelivery.objects.get().id, "notifications.hook", "waiting")
    with pytest.raises(ZeroDivisionError), transaction():
        changed("pickup", other.organisation_id)
        raise ZeroDivisionError
    assert WebhookDelivery.objects.count() == 1


def test_the_running_house_may_write_deliveries(as_house_app, hook):
    assert told(hook("http://a")).state == "waiting"


def test_it_is_signed_by_the_standard_and_told_as_a_cloud_event(receiver, hook):
    server = receiver()
    webhook = hook(server.url)
    row = told(webhook)
    hooks.tell(row.id)
    row.refresh_from_db()
    delivery = WebhookDelivery.objects.get()
    assert (row.state, delivery.state, delivery.attempts, delivery.last_status) == ("done", "delivered", 1, 204)
    post = server.got[0]
    assert post["first"] == "POST /in?from=house HTTP/1.1"
    assert post["headers"]["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert post["headers"]["webhook-id"] == str(delivery.id)
    assert post["event"] == {
        "specversion": "1.0", "id": str(delivery.id), "source": "/api/v1", "type": "tonnage.pickup.changed",
        "subject": f"pickup/{delivery.object_id}", "time": delivery.created_at.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": {"object_type": "pickup", "object_id": str(delivery.object_id),
                 "organisation_id": str(webhook.organisation_id)},
    }
    secret = webhooks.secrets_of(webhook.id, at=now())[0]
    assert verify(secret, post["headers"], post["body"])
    assert not verify(secret, post["headers"], post["body"].replace(b"pickup", b"pickap"))
    assert not verify(webhooks.secrets_of(hook(server.url).id, at=now())[0], post["headers"], post["body"])


def test_for_a_day_both_secrets_sign(receiver, hook):
    server = receiver()
    webhook = hook(server.url)
    old = webhooks.secrets_of(webhook.id, at=now())
    assert webhooks.rotate(webhook_id=webhook.id, version=1, at=now())
    new, before = webhooks.secrets_of(webhook.id, at=now())
    assert [before] == old and new != before
    hooks.tell(told(webhook).id)
    post = server.got[0]
    assert verify(old[0], post["headers"], post["body"]) and verify(new, post["headers"], post["body"])
    assert webhooks.secrets_of(webhook.id, at=now() + timedelta(hours=25)) == [new]
    assert not webhooks.rotate(webhook_id=webhook.id, version=1, at=now())  # somebody was quicker


@pytest.mark.parametrize(("answer", "status", "error"), [
    (reply(500), 500, ""), (reply(404), 404, ""), (reply(301, "Location: http://127.0.0.1:1/"), 301, ""),
    (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", None, "not_http"), (drip, None, "too_slow"), (flood, 200, None),
    (lambda line, _: line.close(), None, "not_http"), (reply(200, body=b"x" * 100_000), 200, None),
])
def test_whatever_a_receiver_does_has_its_consequence(receiver, hook, answer, status, error):
    row = told(hook(receiver(answer).url))
    began = datetime.now()
    hooks.tell(row.id)
    assert (datetime.now() - began).total_seconds() < 3
    row.refresh_from_db()
    delivery, webhook = WebhookDelivery.objects.get(), Webhook.objects.get()
    assert (delivery.last_status, delivery.attempts) == (status, 1)
    if error is None:
        assert (row.state, delivery.state, webhook.failures) == ("done", "delivered", 0)
    else:
        assert (row.state, row.attempts, delivery.state, delivery.last_error) == ("waiting", 0, "pending", error)
        assert webhook.failures == 1 and row.not_before == webhook.paused_until
        assert 3 < (webhook.paused_until - now()).total_seconds() < 7


def test_a_tried_receiver_is_left_alone_for_longer_and_longer_with_the_same_id(receiver, hook):
    server = receiver(lambda line, count: line.sendall(reply(503 if count < 3 else 200, "Retry-After: 60")))
    webhook = hook(server.url)
    row, second = told(webhook), told(webhook)
    hooks.tell(row.id)
    hooks.tell(second.id)  # not tried: the receiver rests
    second.refresh_from_db()
    webhook.refresh_from_db()
    assert len(server.got) == 1 and second.state == "waiting" and second.not_before == webhook.paused_until
    assert (webhook.paused_until - now()).total_seconds() > 55  # as it asked
    hooks.tell(due(row).id)
    hooks.tell(due(row).id)
    hooks.tell(due(second).id)
    assert [one["headers"]["webhook-id"] for one in server.got][:3] == [str(row.object_id)] * 3 and len(server.got) == 4
    assert set(WebhookDelivery.objects.values_list("state", "attempts")) == {("delivered", 3), ("delivered", 1)}
    webhook.refresh_from_db()
    assert (webhook.failures, webhook.paused_until) == (0, None)


def test_pauses_reach_six_hours_and_three_days():
    waits = [hooks.pause(failures, None).total_seconds() for failures in range(1, 25)]
    assert 4 <= waits[0] <= 6 and max(waits) <= 6 * 3600 * 1.2
    assert sum(waits) > timedelta(days=3).total_seconds()
    assert hooks.pause(1, 10_000_000).total_seconds() == 6 * 3600


@pytest.mark.parametrize(("answer", "old", "reason"), [(reply(410), False, "gone"), (reply(500), True, "failing")])
def test_it_is_switched_off_with_a_notice(receiver, hook, at, answer, old, reason):
    webhook = hook(receiver(answer).url)
    row, later = told(webhook), told(webhook)
    if old:
        WebhookDelivery.objects.filter(pk=row.object_id).update(due_since=at - timedelta(days=3))
    hooks.tell(row.id)
    webhook.refresh_from_db()
    row.refresh_from_db()
    assert webhook.disabled_reason == reason and row.state == "done"
    assert WebhookDelivery.objects.get(pk=row.object_id).state == "failed"
    notice = Notice.objects.get()
    assert (notice.recipient_id, notice.event, notice.object_id) == (webhook.owner_id, "webhook.disabled", webhook.id)
    hooks.tell(due(later).id)  # nothing is sent any more
    assert WebhookDelivery.objects.get(pk=later.object_id).last_error == "switched_off"
    assert webhooks.change(webhook_id=webhook.id, version=webhook.version, owner_id=webhook.owner_id, url=None, events=None,
                           enabled=True, at=now())
    webhook.refresh_from_db()
    assert (webhook.disabled_at, webhook.failures, webhook.paused_until) == (None, 0, None)


def test_what_was_missed_is_told_again_with_the_same_ids(receiver, hook, at):
    server = receiver()
    webhook = hook(server.url)
    first, second, third = told(webhook), told(webhook), told(webhook)
    for row in (first, second):
        hooks.tell(row.id)
    WebhookDelivery.objects.filter(pk=first.object_id).update(created_at=at - timedelta(days=5))
    assert webhooks.replay(webhook_id=webhook.id, at=now(), since=at - timedelta(days=1)) == 2
    assert OutboxRow.objects.filter(channel="hook", state="waiting").count() == 2  # the third was on its way and goes once
    assert webhooks.replay(webhook_id=webhook.id, at=now(), delivery_ids=[first.object_id, uuid4()]) == 1
    for row in OutboxRow.objects.filter(channel="hook", state="waiting").order_by("id"):
        hooks.tell(row.id)
    ids = [one["headers"]["webhook-id"] for one in server.got]
    assert sorted(ids) == sorted([str(first.object_id)] * 2 + [str(second.object_id)] * 2 + [str(third.object_id)])
    assert webhooks.replay(webhook_id=hook("http://x").id, at=now(), delivery_ids=[first.object_id]) == 0  # not its own


def test_a_worker_that_died_after_posting_is_followed_by_one_with_the_same_id(receiver, hook, monkeypatch):
    server = receiver()
    row = told(hook(server.url))
    monkeypatch.setattr(hooks, "_keep", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        hooks.tell(row.id)
    monkeypatch.undo()
    hooks.tell(row.id)  # its claim still holds
    assert len(server.got) == 1
    OutboxRow.objects.update(leased_until=now())
    Webhook.objects.update(busy_until=now())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.WEBHOOK_ALLOW_INSIDE", True)
        hooks.tell(row.id)
    assert len({one["headers"]["webhook-id"] for one in server.got}) == 1 and len(server.got) == 2


@pytest.mark.django_db(transaction=True)
def test_eight_workers_post_each_event_once_and_one_at_a_time(receiver, hook):
    """Rung again and again by as many workers: no event twice, never two posts at once to one receiver."""
    gate = threading.Event()
    server = receiver(lambda line, _: (gate.wait(0.02), line.sendall(reply(200))))
    webhook = hook(server.url)
    rows = [in_transaction(lambda: told(webhook)).id for _ in range(12)]

    def work(_: int) -> None:
        try:
            for _ in range(60):
                for row_id in rows:
                    hooks.tell(row_id)
                OutboxRow.objects.filter(channel="hook", state="waiting").update(not_before=now())  # instead of a second's wait
                if not OutboxRow.objects.filter(channel="hook").exclude(state="done").exists():
                    return
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(work, range(8)))
    assert WebhookDelivery.objects.filter(state="delivered", attempts=1).count() == 12
    assert len({one["headers"]["webhook-id"] for one in server.got}) == len(server.got) == 12
    assert server.most == 1


@pytest.mark.django_db(transaction=True)
def test_a_slow_receiver_delays_no_other(receiver, hook):
    stuck = threading.Event()
    slow, quick = receiver(lambda line, _: stuck.wait(5)), receiver()
    lame, fit = hook(slow.url), hook(quick.url)
    rows = [in_transaction(lambda: told(lame)).id for _ in range(5)] + [in_transaction(lambda: told(fit)).id for _ in range(5)]

    def work(row_id: int) -> float:
        began = datetime.now()
        try:
            hooks.tell(row_id)
            return (datetime.now() - began).total_seconds()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as workers:  # one is held by the slow one, and only one
        took = list(workers.map(work, rows))
    stuck.set()
    assert sum(one > 0.9 for one in took) == 1
    assert len(slow.got) == 1 and quick.got
    assert not OutboxRow.objects.filter(state="dead").exists()


def test_a_suspended_organisations_systems_hear_nothing_until_it_is_resumed(receiver, hook):
    server = receiver()
    webhook = hook(server.url)
    webhooks.pause_all(organisation_id=webhook.organisation_id, until=now() + timedelta(days=3650))
    row = told(webhook)
    hooks.tell(row.id)
    row.refresh_from_db()
    assert server.got == [] and row.state == "waiting"
    assert (row.not_before - now()).total_seconds() <= 6 * 3600  # looked at again, however long it takes
    webhooks.pause_all(organisation_id=webhook.organisation_id, until=None)
    OutboxRow.objects.filter(pk=row.pk).update(not_before=now())
    hooks.tell(row.id)
    assert len(server.got) == 1
