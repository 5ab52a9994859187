"""Envelopes, the devices they go to, and the outbox they wait in."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest

CHANNELS = ("push", "sms", "email", "work")
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
                | Q(~Q(channel="push"), notice=None, installation_id=""),
                name="push_has_notice",
            ),
            # One-time codes and numbers are in the row only while it is on its way.
            models.CheckConstraint(
                condition=Q(channel__in=("sms", "email"), state__in=OPEN) & ~Q(address="") | Q(address="", text=""),
                name="ended_message_forgets",
            ),
        ]
        indexes = [
            # What is due next in one channel: GREATEST passes over the null of a row that is not leased.
            models.Index("channel", Greatest(F("not_before"), F("leased_until")), "id", condition=Q(state__in=OPEN),
                         name="outbox_due"),
            models.Index(fields=["object_id", "task"], condition=Q(state__in=OPEN, channel="work"), name="outbox_work"),
        ]
