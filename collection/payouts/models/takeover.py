"""What a programme brought along when its books were taken over: which rows, and what had been paid before."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from collection.contracts.models import Contract, Programme
from collection.waste.models import Category


class ImportedRow(models.Model):
    """A row of an old book that was taken over: the same row again is left alone, the same key with other words refused."""

    id = models.BigAutoField(primary_key=True)
    programme = models.ForeignKey(Programme, models.PROTECT, db_index=False)
    file = models.CharField(max_length=40)
    key = models.CharField(max_length=300)
    digest = models.CharField(max_length=64)
    object_id = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "file", "key"], name="imported_once")]


class PaidBefore(models.Model):
    """What a contract was paid for a month before the takeover. It uses up cap, ceiling and quota, and closes the month."""

    id = models.UUIDField(primary_key=True)
    contract = models.ForeignKey(Contract, models.PROTECT, db_index=False)
    month = models.DateField()
    category = models.ForeignKey(Category, models.PROTECT, db_index=False)
    mass_g = models.BigIntegerField()
    amount_tiyn = models.BigIntegerField()
    paid_on = models.DateField()
    bank_reference = models.CharField(max_length=60)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "month", "category"], name="paid_before_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="paid_before_is_a_month"),
            models.CheckConstraint(condition=Q(mass_g__gt=0, amount_tiyn__gt=0), name="paid_before_positive"),
        ]
