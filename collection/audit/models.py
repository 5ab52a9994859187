"""The audit line: append-only, chained per aggregate by a database trigger."""

from __future__ import annotations

from django.db import models


class AuditLine(models.Model):
    """One verb done to one object. `seq`, `prev_hash` and `hash` are filled in by the database, never by code."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()  # the house clock of the write
    recorded_at = models.DateTimeField()  # the real clock, also during a replay
    actor_id = models.UUIDField(null=True)
    actor_role = models.CharField(max_length=20)
    organisation_id = models.UUIDField(null=True)
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40)
    object_id = models.UUIDField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)
    seq = models.PositiveIntegerField()
    prev_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["object_type", "object_id", "seq"], name="audit_chain_is_a_line")]
        indexes = [models.Index(fields=["verb", "at"])]


class StateChange(models.Model):
    """Every state a pickup, offer, job, consignment, claim, register or order has been in: written by trigger, never by code.

    The present state of an object is the last row of its changes (invariant I4).
    """

    id = models.BigAutoField(primary_key=True)
    object_type = models.CharField(max_length=40)
    object_id = models.UUIDField(db_index=True)
    was = models.CharField(max_length=12, blank=True)
    became = models.CharField(max_length=12)
    at = models.DateTimeField()
