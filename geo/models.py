"""Regions, districts, the classifier KATO and named places. Reference data: written only by `reference.py`.

A KATO code is a string of nine digits, never a number. `valid_from` and `valid_to` are dates; an empty `valid_from`
means "since before these records", an empty `valid_to` "still"; `valid_to` is the first day it is no longer so.
"""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import BrinIndex
from django.db.models import F, Q
from django.db.models.functions import Now

SRID = 4326


def is_kato(field: str, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__regex": r"^[0-9]{9}$"}), name=name)


def is_period(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name=name)  # NULL passes: an open end


class Region(models.Model):
    """One of the 17 regions and three cities of republican significance."""

    kato = models.CharField(primary_key=True, max_length=9)
    kind = models.CharField(max_length=10)  # region, city
    iso_code = models.CharField(max_length=6, unique=True)  # ISO 3166-2, "KZ-75"
    iso_code_before_2022 = models.CharField(max_length=6, blank=True)  # "KZ-ALA"
    name_kk = models.CharField(max_length=100)
    name_ru = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    polygon = models.MultiPolygonField(srid=SRID)
    overview = models.MultiPolygonField(srid=SRID)  # simplified, for maps only: never for a lookup
    label_point = models.PointField(srid=SRID)
    area_km2 = models.FloatField()
    population = models.PositiveIntegerField(null=True)  # 1 January 2023
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        ordering = ["kato"]
        constraints = [is_kato("kato", "region_kato_is_9_digits"), is_period("region_period")]


class District(models.Model):
    """A district, a city with its akimat, or a district of a city. Four are only in the classifier: no polygon."""

    kato = models.CharField(primary_key=True, max_length=9)
    region = models.ForeignKey(Region, models.PROTECT, related_name="districts")
    kind = models.CharField(max_length=20)  # district, city_akimat, city_district
    name_kk = models.CharField(max_length=100)
    name_ru = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100, blank=True)
    polygon = models.MultiPolygonField(srid=SRID, null=True)
    label_point = models.PointField(srid=SRID, null=True)
    area_km2 = models.FloatField(null=True)
    population = models.PositiveIntegerField(null=True)  # 1 January 2023
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        ordering = ["kato"]
        constraints = [is_kato("kato", "district_kato_is_9_digits"), is_period("district_period")]


class Piece(models.Model):
    """A small part (at most 64 corners) of a district's polygon: what a point is looked up in.

    `district` is empty on ground that is known to belong to a district without a polygon (`reference.pieces`).
    """

    id = models.AutoField(primary_key=True)
    region = models.ForeignKey(Region, models.CASCADE, related_name="+")
    district = models.ForeignKey(District, models.CASCADE, null=True, related_name="+")
    polygon = models.PolygonField(srid=SRID)


class Kato(models.Model):
    """A row of the classifier of administrative-territorial objects (NK RK 11-2025)."""

    kato = models.CharField(primary_key=True, max_length=9)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    level = models.CharField(max_length=12)  # oblast, district, sub_district, settlement
    type_code = models.CharField(max_length=1)
    name_kk = models.CharField(max_length=150)
    name_ru = models.CharField(max_length=150)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        ordering = ["kato"]
        constraints = [is_kato("kato", "kato_is_9_digits"), is_period("kato_period")]


class Place(models.Model):
    """A settlement with a point. `id` is its GeoNames id."""

    id = models.IntegerField(primary_key=True)
    kato = models.ForeignKey(Kato, models.PROTECT, null=True, related_name="places")
    region = models.ForeignKey(Region, models.PROTECT, related_name="places")
    district = models.ForeignKey(District, models.PROTECT, null=True, related_name="places")
    kind = models.CharField(max_length=10)  # town (500 people or more in GeoNames), village
    name_kk = models.CharField(max_length=150, blank=True)
    name_ru = models.CharField(max_length=150, blank=True)
    name_en = models.CharField(max_length=150)
    point = models.PointField(srid=SRID)
    population = models.PositiveIntegerField(null=True)  # 1 January 2023, else GeoNames' figure
    suspect = models.BooleanField(default=False)  # the source itself is in doubt: found, but never ranked first
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [is_period("place_period")]


class PlaceName(models.Model):
    """One spelling of a place's name, official or not; `normal` is `gazetteer.normal(name)`."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="names")
    name = models.CharField(max_length=200)
    normal = models.CharField(max_length=200, db_index=True)
    official = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "name"], name="place_name_once")]


class Population(models.Model):
    """People living in a unit on 1 January of a year; "000000000" is the country.

    Censuses break the series in 2009 and 2022; the regions of 2022 have no earlier rows.
    """

    kato = models.CharField(max_length=9)
    year = models.PositiveSmallIntegerField()
    total = models.PositiveIntegerField()
    male = models.PositiveIntegerField(null=True)
    female = models.PositiveIntegerField(null=True)
    urban = models.PositiveIntegerField(null=True)
    rural = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            is_kato("kato", "population_kato_is_9_digits"),
            models.UniqueConstraint(fields=["kato", "year"], name="population_once_a_year"),
        ]


class Geocoding(models.Model):
    """One answer of an outside geocoder, or the wish for one (`asked_at` empty); without a point it knows no such address."""

    provider = models.CharField(max_length=100)
    query = models.CharField(max_length=300)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    label = models.CharField(max_length=300, blank=True)
    wanted_at = models.DateTimeField(db_default=Now())
    tries = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)  # answered

    class Meta:
        indexes = [
            models.Index(fields=["wanted_at"], condition=Q(asked_at=None), name="geocoding_wanted"),
            models.Index(fields=["tried_at"], name="geocoding_tried"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["provider", "query"], name="geocoding_once"),
            models.CheckConstraint(
                condition=Q(longitude=None, latitude=None) | Q(longitude__range=(-180, 180), latitude__range=(-90, 90)),
                name="geocoding_point_is_on_earth",
            ),
        ]


class Distance(models.Model):
    """What a routing engine said of a way; without metres there is no road. A place is a number: `distance.memory.codes`.

    One narrow index and whole numbers: rows come by the ten thousand, while somebody waits for a route.
    """

    pk = models.CompositePrimaryKey("origin", "destination", "provider")
    origin = models.BigIntegerField()
    destination = models.BigIntegerField()
    provider = models.CharField(max_length=100)
    metres = models.IntegerField(null=True)
    seconds = models.IntegerField(null=True)
    asked_at = models.DateTimeField()

    class Meta:
        indexes = [BrinIndex(fields=["asked_at"], name="distance_asked_at")]
