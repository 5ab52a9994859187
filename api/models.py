"""The door's only table: which reply was given under which key."""

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
