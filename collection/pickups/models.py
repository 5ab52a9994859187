"""The pickup's row, its photos, and the declared tonnes."""

from __future__ import annotations

from django.contrib.gis.db.models import PointField
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from collection.accounts.models import Organisation
from collection.accounts.rights import STAFF_ROLES
from collection.contracts.deltas import Delta
from collection.contracts.models import Contract, Programme
from collection.contracts.states import ORIGINS
from collection.kernel.actor import Actor
from collection.kernel.db import HouseQuerySet
from collection.kernel.fields import NumberField
from collection.registry.models import Facility, Site, Vehicle
from collection.waste.models import Category, WasteCode
from geo.models import District, Region

from .states import PICKUP_STEPS


class PickupQuerySet(HouseQuerySet):
    def own_to(self, actor: Actor) -> PickupQuerySet:
        """The generator's own pickups; all of them for the operator's staff and the house."""
        if actor.is_house or actor.role in STAFF_ROLES:
            return self.all()
        return self.filter(generator_id=actor.organisation_id)


class Pickup(models.Model):
    id = models.UUIDField(primary_key=True)
    number = NumberField(sequence="pickup_number")
    programme = models.ForeignKey(Programme, models.PROTECT, db_index=False)
    generator = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    site = models.ForeignKey(Site, models.PROTECT)
    category = models.ForeignKey(Category, models.PROTECT, db_index=False)
    waste_code = models.ForeignKey(WasteCode, models.PROTECT, null=True, db_index=False)
    declared_g = models.BigIntegerField()
    mass_assumed = models.BooleanField(default=False, db_default=False)  # nobody named the mass: a stand-in
    origin = models.CharField(max_length=20, choices=[(o, o) for o in ORIGINS])
    note = models.CharField(max_length=500, blank=True)
    window_from = models.DateTimeField()
    window_to = models.DateTimeField()
    point = PointField(geography=True, spatial_index=False)
    region = models.ForeignKey(Region, models.PROTECT, db_index=False)
    district = models.ForeignKey(District, models.PROTECT, null=True, db_index=False)
    state = models.CharField(max_length=10, choices=[(s, s) for s in PICKUP_STEPS])
    occurred_at = models.DateTimeField()  # the phone's clock
    submitted_at = models.DateTimeField(null=True)  # the house clock
    created_by = models.UUIDField(null=True)
    closed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True)  # why cancelled, failed or unserved
    handover_code = models.CharField(max_length=6, blank=True)  # the generator tells it to the driver
    wave = models.PositiveSmallIntegerField(default=0)
    # Written down by dispatch:
    collector = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    collector_contract = models.ForeignKey(Contract, models.PROTECT, null=True, related_name="+", db_index=False)
    recycler = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    recycler_contract = models.ForeignKey(Contract, models.PROTECT, null=True, related_name="+", db_index=False)
    facility = models.ForeignKey(Facility, models.PROTECT, null=True, db_index=False)
    driver_id = models.UUIDField(null=True)
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, null=True, db_index=False)
    accepted_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    #: What a lorry left of that one, or nobody had room for beside the rest of it; its grams were declared there.
    residual_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="residuals", db_index=False)

    objects = PickupQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(declared_g__gt=0), name="pickup_mass_positive"),
            models.CheckConstraint(condition=Q(window_to__gt=F("window_from")), name="pickup_window_forward"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(submitted_at__isnull=False) | Q(state__in=("cancelled", "expired")),
                name="pickup_submitted_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("accepted", "fulfilled"))
                | Q(collector__isnull=False, collector_contract__isnull=False, accepted_at__isnull=False),
                name="pickup_accepted_has_collector",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("submitted", "offered", "unserved")) | Q(collector_contract=None),
                name="pickup_open_has_no_collector",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("cancelled", "failed")) | ~Q(reason=""), name="pickup_end_has_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["generator", "-submitted_at", "-id"], name="pickup_mine"),
            models.Index(fields=["collector", "-accepted_at"], condition=Q(collector__isnull=False), name="pickup_jobs"),
            models.Index(fields=["recycler"], condition=Q(state="accepted"), name="pickup_inbound"),
            models.Index(fields=["programme", "state", "-submitted_at"], name="pickup_queue"),
            models.Index(fields=["-submitted_at", "-id"], name="pickup_newest"),
            models.Index(fields=["residual_of"], condition=Q(residual_of__isnull=False), name="pickup_residual"),
        ]


class Declared(Delta):
    """Declared tonnes: the generator's word, on the date of submission."""

    pickup = models.ForeignKey(Pickup, models.PROTECT)


class Upload(models.Model):
    """A photo on its way to a pickup: announced, put, checked, re-encoded without EXIF."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    pickup = models.ForeignKey(Pickup, models.PROTECT, null=True, related_name="photos")
    content_type = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)  # of the original bytes: evidence
    state = models.CharField(max_length=10, default="announced")  # announced | stored
    position = models.JSONField(default=dict)  # GPS read from EXIF, kept apart from the picture
    look_rows = models.BigIntegerField(null=True)  # what it looks like (`looks`): copies have nearly the same bits
    look_columns = models.BigIntegerField(null=True)
    look_bands = ArrayField(models.IntegerField(), null=True)  # of which near pictures have at least one in common
    created_at = models.DateTimeField()
    stored_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [  # one photo shown twice: its bytes, and copies of it
            models.Index(fields=["sha256"], name="upload_same_bytes"), GinIndex(fields=["look_bands"], name="upload_looks"),
        ]
