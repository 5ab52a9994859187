"""Loads that inspectors look at: drawn by lot, kept as drawn, and what was found. All of it append-only."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from collection.contracts.models import Programme
from collection.custody.models import Consignment
from collection.pickups.models import Upload

from ..states import INSPECTION_OUTCOMES


class InspectionDraw(models.Model):
    """One lottery: a programme's month and a seed. What it was drawn from is kept, so anybody can draw it again."""

    id = models.UUIDField(primary_key=True)
    programme = models.ForeignKey(Programme, models.PROTECT, db_index=False)
    month = models.DateField()
    seed = models.CharField(max_length=80)
    loads = ArrayField(models.UUIDField())  # every load of the month, as it was then
    marked = ArrayField(models.UUIDField())  # those of them that a flag marked
    drawn_by = models.UUIDField(null=True)
    drawn_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "month"], name="drawn_once_a_month"),  # nobody draws until it fits
            models.CheckConstraint(condition=Q(month__day=1), name="draw_of_a_whole_month"),
            models.CheckConstraint(condition=~Q(seed=""), name="draw_has_seed"),
        ]


class Inspection(models.Model):
    """A load on which the lot fell, with the flags that made that likelier."""

    id = models.UUIDField(primary_key=True)
    draw = models.ForeignKey(InspectionDraw, models.PROTECT, related_name="inspections", db_index=False)
    consignment = models.ForeignKey(Consignment, models.PROTECT, related_name="+")
    flags = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "consignment"], name="inspected_once_a_draw")]


class InspectionResult(models.Model):
    """What an inspector found on the spot. A second look, by somebody else, is the last word."""

    id = models.UUIDField(primary_key=True)
    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="results", db_index=False)
    look = models.PositiveSmallIntegerField()  # 1, then 2
    outcome = models.CharField(max_length=12, choices=[(one, one) for one in INSPECTION_OUTCOMES])
    found_g = models.BigIntegerField(null=True)
    note = models.CharField(max_length=1000)
    inspected_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inspection", "look"], name="one_result_a_look"),
            models.CheckConstraint(condition=Q(look__in=(1, 2)), name="two_looks_at_most"),
            models.CheckConstraint(
                condition=Q(outcome="mass_differs", found_g__gt=0)
                | Q(outcome__in=("confirmed", "not_found"), found_g=None), name="differing_mass_is_told"),
        ]


class InspectionPhoto(models.Model):
    """A photo of an inspection. The hash of its original bytes is copied: the row proves it without the upload."""

    result = models.ForeignKey(InspectionResult, models.PROTECT, related_name="photos")
    upload = models.ForeignKey(Upload, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["result", "upload"], name="inspection_evidence_once")]
