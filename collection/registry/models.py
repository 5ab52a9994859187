"""Places and equipment. Every place carries the region and district its point was resolved to."""

from __future__ import annotations

from django.contrib.gis.db.models import PointField
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Q

from collection.accounts.models import Organisation
from collection.accounts.rights import STAFF_ROLES
from collection.kernel.actor import Actor
from collection.kernel.db import HouseQuerySet
from collection.waste.models import Category
from geo.models import District, Region


class OwnedQuerySet(HouseQuerySet):
    def visible_to(self, actor: Actor) -> OwnedQuerySet:
        """The actor's organisation's own rows; the operator's staff and the house see all."""
        if actor.is_house or actor.role in STAFF_ROLES:
            return self.all()
        return self.filter(organisation_id=actor.organisation_id)


#: Monday to Saturday, unless a place says otherwise (ISO: 1 is Monday).
WORKING_DAYS = [1, 2, 3, 4, 5, 6]


def usual_days() -> list[int]:
    return list(WORKING_DAYS)


class Place(models.Model):
    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=300, blank=True)
    point = PointField(geography=True, spatial_index=False)
    region = models.ForeignKey(Region, models.PROTECT, db_index=False)
    district = models.ForeignKey(District, models.PROTECT, null=True, db_index=False)
    precision = models.CharField(max_length=12)  # district | region | approximate
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        abstract = True


class Site(Place):
    """Where a generator hands over waste."""


class Workplace(Place):
    """A place that is open on some days of the week."""

    working_days = ArrayField(models.PositiveSmallIntegerField(), default=usual_days, db_default=WORKING_DAYS)

    class Meta:
        abstract = True


class Base(Workplace):
    """Where a contractor's vehicles start from: dispatch measures distance from here."""

    class Meta:
        constraints = [models.CheckConstraint(
            condition=Q(working_days__contained_by=list(range(1, 8)), working_days__len__gt=0), name="base_days_of_a_week")]
        indexes = [GistIndex(fields=["point"], name="base_nearest")]

class Facility(Workplace):
    """A recycler's plant or a collector's store. Without hours it takes loads at any time."""

    opens = models.TimeField(null=True)  # Almaty's
    closes = models.TimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(opens=None, closes=None) | Q(opens__lt=F("closes")),
                                   name="facility_hours_forward"),
            models.CheckConstraint(
                condition=Q(working_days__contained_by=list(range(1, 8)), working_days__len__gt=0),
                name="facility_days_of_a_week"),
        ]
        indexes = [GistIndex(fields=["point"], name="facility_nearest")]


class FacilityCapacity(models.Model):
    """The licensed ceiling of one plant for one category, in grams a month."""

    facility = models.ForeignKey(Facility, models.PROTECT, related_name="capacities")
    category = models.ForeignKey(Category, models.PROTECT)
    monthly_g = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["facility", "category"], name="capacity_once"),
            models.CheckConstraint(condition=Q(monthly_g__gt=0), name="capacity_positive"),
        ]


class Generator(models.Model):
    """An organisation that hands over waste. Its id is the organisation's."""

    organisation = models.OneToOneField(Organisation, models.PROTECT, primary_key=True)
    registered_at = models.DateTimeField()


class Vehicle(models.Model):
    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    plate = models.CharField(max_length=15)
    payload_g = models.BigIntegerField()
    shift_from = models.TimeField(null=True)  # Almaty's; none: the usual working day
    shift_to = models.TimeField(null=True)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plate"], condition=Q(retired_at=None), name="plate_once"),
            models.CheckConstraint(condition=Q(payload_g__gt=0), name="payload_positive"),
            models.CheckConstraint(condition=Q(shift_from=None, shift_to=None) | Q(shift_from__lt=F("shift_to")),
                                   name="vehicle_shift_forward"),
        ]
        indexes = [  # the largest in service: what dispatch asks of a contractor
            models.Index(fields=["organisation", "-payload_g"], condition=Q(retired_at=None), name="vehicle_largest"),
        ]


class Scale(models.Model):
    """A weighbridge with its calibration certificate. A weighing outside the certificate's dates is held, not refused."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    facility = models.ForeignKey(Facility, models.PROTECT, null=True)
    serial = models.CharField(max_length=40, unique=True)
    certificate_number = models.CharField(max_length=40)
    certified_from = models.DateField()
    certified_until = models.DateField()
    created_at = models.DateTimeField()

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(certified_until__gte=F("certified_from")), name="certificate_dates"),
        ]
