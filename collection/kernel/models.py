"""The feed's rows: what changed for whom."""

from __future__ import annotations

from django.db import models

from .fields import XidField


class Change(models.Model):
    """An object that changed in a transaction, once for everybody who may see it. Written by triggers alone (`feed`)."""

    audience = models.UUIDField()  # an organisation, a driver, or `feed.STAFF`
    xid = XidField()
    kind = models.CharField(max_length=20)
    object_id = models.UUIDField()
    gone = models.BooleanField(default=False, db_default=False)  # the row was deleted
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["audience", "xid", "kind", "object_id"], name="change_told_once")]
        indexes = [models.Index(fields=["at"], name="change_age")]


class Forgotten(models.Model):
    """One row: changes of transactions before this one are no longer kept."""

    before = models.BigIntegerField(default=0)
