"""Categories, classifier codes, streams and units. Reference data: written only by `operations`."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Q


class Category(models.Model):
    """One of the nine payment categories of the programme's money rules."""

    code = models.CharField(primary_key=True, max_length=20)
    name_kk = models.CharField(max_length=100)
    name_ru = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(unique=True)  # the order in which people see them

    class Meta:
        ordering = ["position"]


class Stream(models.Model):
    """A grouping of classifier codes made for this project (see NOTICE), itself in one of three groups."""

    class Group(models.TextChoices):
        PACKAGING = "packaging"
        AUTO = "auto"
        EWASTE = "ewaste"

    code = models.CharField(primary_key=True, max_length=30)
    group = models.CharField(max_length=10, choices=Group.choices)
    name_kk = models.CharField(max_length=100)
    name_ru = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(unique=True)

    class Meta:
        ordering = ["position"]


class WasteCode(models.Model):
    """A six-digit entry of the waste classifier. The Russian name is unofficial, and only for the codes in a stream."""

    code = models.CharField(primary_key=True, max_length=6)
    printed = models.CharField(max_length=9)  # "16 01 07*"
    hazardous = models.BooleanField()
    entry_type = models.CharField(max_length=30)
    chapter_en = models.CharField(max_length=250)
    subchapter_en = models.CharField(max_length=250)
    name_en = models.CharField(max_length=400)
    name_ru = models.CharField(max_length=400, blank=True)
    stream = models.ForeignKey(Stream, models.PROTECT, null=True, related_name="codes")

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{6}$"), name="waste_code_is_6_digits"),
            models.CheckConstraint(
                condition=Q(hazardous=True, printed__endswith="*") | Q(hazardous=False) & ~Q(printed__contains="*"),
                name="waste_code_star_means_hazardous",
            ),
        ]


class CategoryCode(models.Model):
    """`code` may stand on the papers of `category`."""

    category = models.ForeignKey(Category, models.PROTECT, related_name="category_codes")
    code = models.ForeignKey(WasteCode, models.PROTECT, related_name="category_codes")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["category", "code"], name="category_code_once")]


class YieldBand(models.Model):
    """What a plant plausibly makes of a category, on the days of `valid`: product per mille of a batch's input.

    Outside the band a batch is held, not refused: the plant may be right and the band too narrow.
    """

    category = models.ForeignKey(Category, models.PROTECT, db_index=False)
    valid = DateRangeField()
    least_permille = models.PositiveSmallIntegerField()
    most_permille = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category", "valid"], name="yield_band_once"),
            models.CheckConstraint(
                condition=Q(least_permille__lte=F("most_permille"), most_permille__lte=1000), name="yield_band_is_a_share"),
            # Deferred: one release may move the day on which one band ends and the next begins.
            ExclusionConstraint(
                name="yield_band_one_per_day", deferrable=Deferrable.DEFERRED,
                expressions=[("category", RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)]),
        ]


class UnuKey(models.Model):
    """A UNU-KEY: the product group in which e-waste is recorded and reported (SDG 12.5.1)."""

    key = models.CharField(primary_key=True, max_length=4)
    name_en = models.CharField(max_length=200)
    category6 = models.PositiveSmallIntegerField()  # the six reporting categories
    category6_name = models.CharField(max_length=60)
    is_photovoltaic = models.BooleanField()
    eu10 = models.CharField(max_length=4)  # the ten older categories of directive 2002/96/EC
    average_g = models.PositiveIntegerField()  # default weight of one appliance in 2014

    class Meta:
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(condition=Q(key__regex=r"^[0-9]{4}$"), name="unu_key_is_4_digits"),
            models.CheckConstraint(condition=Q(category6__range=(1, 6)), name="unu_key_category6"),
        ]
