"""The record: lines chained per object, the chains' heads, daily anchors, and what became of rows. All append-only.

Triggers write everything here but the line's own words and the anchors; the running house may not even insert the rest.
"""

from __future__ import annotations

from django.db import models

from .states import ROW_CHANGES


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
        indexes = [
            models.Index(fields=["verb", "at"]),
            models.Index(fields=["organisation_id", "verb"], include=["at"], condition=models.Q(organisation_id__isnull=False),
                         name="audit_what_a_company_did"),
        ]


class ChainHead(models.Model):
    """The last line of each chain, kept by the trigger that writes the line: so a chain cut short does not go unseen.

    The row is also the queue in which two writers on one object stand; writers on other objects pass.
    """

    pk = models.CompositePrimaryKey("object_id", "object_type")
    object_id = models.UUIDField()
    object_type = models.CharField(max_length=40)
    last_seq = models.PositiveIntegerField()
    prev_hash = models.BinaryField(max_length=32)
    last_hash = models.BinaryField(max_length=32)
    last_at = models.DateTimeField()  # by the real clock


class AuditAnchor(models.Model):
    """One hash over every chain that grew since the anchor before, and over that anchor's own root.

    Who keeps a copy elsewhere can tell that nothing written until `made_at` has been changed since, by whomever.
    """

    number = models.PositiveIntegerField(primary_key=True)  # 1, 2, 3, ... without gaps
    day = models.DateField(db_index=True)  # in Asia/Almaty, on which it was made
    made_at = models.DateTimeField()
    chains = models.PositiveIntegerField()  # that grew
    lines = models.PositiveIntegerField()  # by so many
    root = models.BinaryField(max_length=32)

    class Meta:
        db_table = "audit_anchor"


class AnchoredHead(models.Model):
    """How far a chain reached when an anchor was made."""

    pk = models.CompositePrimaryKey("object_id", "object_type", "seq")
    object_id = models.UUIDField()
    object_type = models.CharField(max_length=40)
    seq = models.PositiveIntegerField()
    hash = models.BinaryField(max_length=32)
    anchor = models.PositiveIntegerField(db_index=True)


class RowHistory(models.Model):
    """A row of a contract, a price or an organisation as it was and as it became, whoever changed it and by whatever means.

    `line` is the id of the audit line of the same transaction; without one the change was made past the verbs.
    """

    id = models.BigAutoField(primary_key=True)
    object_type = models.CharField(max_length=40)
    object_id = models.UUIDField()  # the contract of a contract's category; else the row's own id
    table = models.CharField(max_length=63)
    change = models.CharField(max_length=6, choices=[(change, change) for change in ROW_CHANGES])
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    at = models.DateTimeField()  # the house clock
    recorded_at = models.DateTimeField()  # the real clock
    database_user = models.CharField(max_length=63)
    line = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["object_id", "id"])]


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
