"""Envelopes, the devices they go to, and the outbox they wait in."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest

CHANNELS = ("push", "sms", "email", "work", "hook")
OPEN = ("waiting", "leased", "claimed")
ENDED = ("done", "dead", "expired")
STATES = (*OPEN, *ENDED)


class Notice(models.Model):
    """An inbox entry: the record of what somebody was told. `recipient_id` is a user's id, without a foreign key."""

    id = models.UUIDField(primary_key=True)
    recipient_id = models.UUIDField()
    event = models.CharField(max_length=40)
    title_kk = models.CharField(max_length=100)
    title_ru = models.CharField(max_length=100)
    title_en = models.CharField(max_length=100)
    body_kk = models.CharField(max_length=500)
    body_ru = models.CharField(max_length=500)
    body_en = models.CharField(max_length=500)
    object_type = models.CharField(max_length=40)
    object_id = models.UUIDField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)  # the first phone that said it has it

    class Meta:
        indexes = [
            models.Index(fields=["recipient_id", "-created_at", "-id"], name="notice_inbox"),
            models.Index(fields=["recipient_id"], condition=Q(read_at=None), name="notice_unread"),
        ]


class Device(models.Model):
    """Where pushes go. One owner at a time: an installation or token seen with another user moves to them."""

    installation_id = models.CharField(max_length=64, primary_key=True)
    recipient_id = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=5, choices=[("token", "token"), ("fid", "fid")])
    value = models.CharField(max_length=4096)
    platform = models.CharField(max_length=10)
    language = models.CharField(max_length=2)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["value"], name="device_value_once")]


class OutboxRow(models.Model):
    """One thing to do outside the transaction: a push, a message, or a room's own later work."""

    id = models.BigAutoField(primary_key=True)
    channel = models.CharField(max_length=5, choices=[(c, c) for c in CHANNELS])
    task = models.CharField(max_length=60)  # the Celery task that does it
    notice = models.ForeignKey(Notice, models.PROTECT, null=True, db_index=False)
    installation_id = models.CharField(max_length=64, blank=True)  # of the device; no key, devices come and go
    address = models.CharField(max_length=200, blank=True)
    text = models.CharField(max_length=500, blank=True)
    language = models.CharField(max_length=2, blank=True)
    object_id = models.UUIDField()
    state = models.CharField(max_length=7, choices=[(s, s) for s in STATES], default="waiting")
    not_before = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)  # by workers; handing a row out is not an attempt
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)  # quiet hours kept it so long

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("leased", "claimed"), leased_until__isnull=False)
                | Q(state__in=("waiting", *ENDED), leased_until=None),
                name="lease_has_end",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, done_at=None) | Q(state__in=ENDED, done_at__isnull=False),
                name="end_has_time",
            ),
            models.CheckConstraint(condition=~Q(state="expired") | Q(expires_at__isnull=False), name="expiry_has_time"),
            models.CheckConstraint(
                condition=Q(channel="push", notice__isnull=False) & ~Q(installation_id="")
                | Q(channel__in=("sms", "email"), installation_id="")
                | Q(channel__in=("work", "hook"), notice=None, installation_id=""),
                name="push_has_notice",
            ),
            # One-time codes and numbers are in the row only while it is on its way.
            models.CheckConstraint(
                condition=Q(channel__in=("sms", "email"), state__in=OPEN) & ~Q(address="") | Q(address="", text=""),
                name="ended_message_forgets",
            ),
            # However many telephones of a person turn out dead at the same moment: one SMS.
            models.UniqueConstraint(fields=["notice", "channel"], condition=Q(channel__in=("sms", "email")),
                                    name="message_of_notice_once"),
            models.UniqueConstraint(fields=["object_id"], condition=Q(channel="hook", state__in=OPEN), name="hook_open_once"),
        ]
        indexes = [
            # What is due next in one channel: GREATEST passes over the null of a row that is not leased.
            models.Index("channel", Greatest(F("not_before"), F("leased_until")), "id", condition=Q(state__in=OPEN),
                         name="outbox_due"),
            models.Index(fields=["object_id", "task"], condition=Q(state__in=OPEN, channel="work"), name="outbox_work"),
            models.Index(fields=["notice"], condition=Q(channel="push"), name="outbox_pushes_of_notice"),
            models.Index(fields=["created_at"], condition=Q(notice__isnull=False), name="outbox_told"),
        ]


class Contact(models.Model):
    """How somebody wants to be told: written down by `accounts`. Without hours of their own the programme's hold."""

    recipient_id = models.UUIDField(primary_key=True)
    language = models.CharField(max_length=2, default="ru")
    phone = models.CharField(max_length=16, blank=True)
    email = models.CharField(max_length=200, blank=True)
    zone = models.CharField(max_length=40, default="Asia/Almaty")
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quiet_from=None, quiet_until=None)
                                   | Q(quiet_from__isnull=False, quiet_until__isnull=False), name="quiet_hours_are_two"),
        ]


class Preference(models.Model):
    """The ways one event reaches one person, where they chose; the inbox has it in any case."""

    recipient_id = models.UUIDField()
    event = models.CharField(max_length=40)
    push = models.BooleanField()
    sms = models.BooleanField()
    email = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient_id", "event"], name="preference_once")]


class QuietHours(models.Model):
    """The programme's own, for whoever has not chosen: one row or none."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    quiet_from = models.TimeField()
    quiet_until = models.TimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="quiet_hours_once")]


class Announcement(models.Model):
    """A notice of the programme to everybody, or to some roles, for a while. Apps ask for it; nothing is pushed."""

    id = models.UUIDField(primary_key=True)
    roles = ArrayField(models.CharField(max_length=20))  # empty: everybody who is signed in
    title_kk = models.CharField(max_length=100)
    title_ru = models.CharField(max_length=100)
    title_en = models.CharField(max_length=100)
    body_kk = models.CharField(max_length=1000)
    body_ru = models.CharField(max_length=1000)
    body_en = models.CharField(max_length=1000)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_at__gte=F("starts_at")), name="announcement_has_time")]
        indexes = [models.Index(fields=["ends_at"])]


class Webhook(models.Model):
    """Where an organisation's own systems hear what changed. The secret is derived from its id and `generation`."""

    id = models.UUIDField(primary_key=True)
    organisation_id = models.UUIDField(db_index=True)
    owner_id = models.UUIDField()  # who is told when it is switched off
    url = models.CharField(max_length=2000)
    events = ArrayField(models.CharField(max_length=40))
    generation = models.PositiveIntegerField(default=1)
    previous_until = models.DateTimeField(null=True)  # the secret before signs beside the new one until then
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True)
    disabled_reason = models.CharField(max_length=20, blank=True)
    busy_until = models.DateTimeField(null=True)  # one post at a time
    paused_until = models.DateTimeField(null=True)  # after a failure
    failures = models.PositiveIntegerField(default=0)  # in a row
    removed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(disabled_at=None, disabled_reason="")
                                   | Q(disabled_at__isnull=False) & ~Q(disabled_reason=""), name="disabled_has_reason"),
        ]


class WebhookDelivery(models.Model):
    """One event for one webhook. Its id is the `webhook-id` of every try, so a receiver can drop the repeats."""

    id = models.UUIDField(primary_key=True)
    webhook = models.ForeignKey(Webhook, models.PROTECT, db_index=False)
    event = models.CharField(max_length=40)
    object_type = models.CharField(max_length=40)
    object_id = models.UUIDField()
    state = models.CharField(max_length=9, choices=[(s, s) for s in ("pending", "delivered", "failed")])
    attempts = models.PositiveIntegerField(default=0)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()
    due_since = models.DateTimeField()  # when it was made, or last replayed: three days count from here
    last_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["webhook", "-created_at", "-id"], name="webhook_deliveries")]
