"""Dated prices: coefficients, the index and VAT; no two for one thing on one day."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from collection.kernel.db import HouseQuerySet
from collection.waste.models import Category

from ..states import STAGES
from . import Programme


class Tariff(models.Model):
    """The coefficient of the monthly index paid per tonne, for a category and stage, on the days of `valid`."""

    id = models.UUIDField(primary_key=True)
    programme = models.ForeignKey(Programme, models.PROTECT)
    category = models.ForeignKey(Category, models.PROTECT)
    stage = models.CharField(max_length=10, choices=[(s, s) for s in STAGES])
    coefficient = models.DecimalField(max_digits=9, decimal_places=4)
    valid = DateRangeField()
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(coefficient__gt=0), name="tariff_positive"),
            ExclusionConstraint(
                name="tariff_one_per_day",
                expressions=[
                    ("programme", RangeOperators.EQUAL), ("category", RangeOperators.EQUAL),
                    ("stage", RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        ]


class TariffChange(models.Model):
    """Coefficients for days that have begun: proposed by one person, put in force by another, with its reason.

    `tariffs` as `operations.repricing.stored` writes them. The rows it puts aside stay, in force on no day: lines name them.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed"
        APPROVED = "approved"
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True)
    programme = models.ForeignKey(Programme, models.PROTECT)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    tariffs = models.JSONField()
    reason = models.CharField(max_length=200)
    proposed_by = models.UUIDField(null=True)
    proposed_at = models.DateTimeField()
    approved_by = models.UUIDField(null=True)
    approved_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = HouseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(proposed_by=None) | ~Q(approved_by=F("proposed_by")),
                name="tariff_change_two_persons",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="tariff_change_has_reason"),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(approved_at__isnull=False), name="tariff_change_approved_at"),
        ]


class IndexValue(models.Model):
    """The monthly calculation index (МРП), in tiyn, on the days of `valid`."""

    valid = DateRangeField()
    tiyn = models.BigIntegerField()
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            ExclusionConstraint(name="index_one_per_day", expressions=[("valid", RangeOperators.OVERLAPS)]),
            models.CheckConstraint(condition=Q(tiyn__gt=0), name="index_positive"),
        ]


class VatRate(models.Model):
    valid = DateRangeField()
    percent = models.DecimalField(max_digits=5, decimal_places=2)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [ExclusionConstraint(name="vat_one_per_day", expressions=[("valid", RangeOperators.OVERLAPS)])]
