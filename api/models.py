"""The door's tables: which reply was given under which key, and when a phone says it did what."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class IdempotencyKey(models.Model):
    """One acknowledged POST. Written in the transaction of its effect, so the two exist together or not at all."""

    pk = models.CompositePrimaryKey("actor_id", "route", "key")
    actor_id = models.UUIDField()  # the user, or the phone's installation when nobody is signed in
    route = models.CharField(max_length=100)
    key = models.UUIDField()
    request_hash = models.BinaryField(max_length=32)  # SHA-256 of path and body
    status = models.PositiveSmallIntegerField()
    etag = models.CharField(max_length=60, blank=True)
    body = models.BinaryField(null=True)  # null: the reply holds secrets, so the (retry-safe) verb runs again
    created_at = models.DateTimeField()

    class Meta:
        indexes = [BrinIndex(fields=["created_at"], name="idempotency_key_age")]


class QueuedOperation(models.Model):
    """One operation of a phone's queue that took effect: the device's time beside ours. Never changed, never pruned.

    Written in the transaction of the effect. `request_id` is that of its audit lines. True time is about
    `occurred_at + skew`; the house's deadlines read neither, they go by `recorded_at`.
    """

    pk = models.CompositePrimaryKey("actor_id", "key")
    actor_id = models.UUIDField()
    key = models.UUIDField()
    method = models.CharField(max_length=6)
    path = models.CharField(max_length=220)
    device = models.CharField(max_length=64, blank=True)  # the installation id, as the phone gives it
    request_id = models.CharField(max_length=64)
    occurred_at = models.DateTimeField(null=True)  # by the device's clock; null: the phone did not say
    skew_s = models.IntegerField(null=True)  # our clock less the device's, when the queue came in; null: it did not say
    recorded_at = models.DateTimeField()  # by the house's clock
