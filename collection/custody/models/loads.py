"""Consignments, which pickups they serve, and the recycler's decision about them."""

from __future__ import annotations

from django.contrib.gis.db.models import PointField
from django.db import models
from django.db.models import F, Q

from collection.accounts.models import Organisation
from collection.accounts.rights import STAFF_ROLES
from collection.contracts.models import Contract, Programme
from collection.contracts.states import ORIGINS
from collection.kernel.actor import Actor
from collection.kernel.db import HouseQuerySet
from collection.kernel.fields import NumberField
from collection.pickups.models import Pickup
from collection.registry.models import Facility, Vehicle
from collection.waste.models import Category, WasteCode
from geo.models import District, Region

from ..states import CONSIGNMENT_STEPS


class ConsignmentQuerySet(HouseQuerySet):
    def visible_to(self, actor: Actor) -> ConsignmentQuerySet:
        """Generators their own, collectors their own, drivers the ones they drive, recyclers the inbound; staff all."""
        if actor.is_house or actor.role in STAFF_ROLES:
            return self.all()
        if actor.role == "driver":
            return self.filter(collector_id=actor.organisation_id, driver_id=actor.user_id)
        mine = actor.organisation_id
        return self.filter(Q(collector_id=mine) | Q(recycler_id=mine) | Q(generator_id=mine))


class Consignment(models.Model):
    """A physical load moving together, with or without a pickup behind it; or a part of one that was divided.

    A part never loses its source, the load that was taken and weighed: its ticket, place and supply date are the part's.
    """

    id = models.UUIDField(primary_key=True)
    number = NumberField(sequence="consignment_number")
    source = models.ForeignKey("self", models.PROTECT, related_name="pieces", db_index=False)  # itself, if not a part
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="parts", db_index=False)
    part_g = models.BigIntegerField(null=True)  # of a part; of a load the ticket says it
    programme = models.ForeignKey(Programme, models.PROTECT, db_index=False)
    category = models.ForeignKey(Category, models.PROTECT, db_index=False)
    waste_code = models.ForeignKey(WasteCode, models.PROTECT, null=True, db_index=False)
    origin = models.CharField(max_length=20, choices=[(o, o) for o in ORIGINS])
    generator = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    region = models.ForeignKey(Region, models.PROTECT, db_index=False)  # where the waste arose
    district = models.ForeignKey(District, models.PROTECT, null=True, db_index=False)
    point = PointField(geography=True, null=True)  # where it was taken: the payment rules ask how far and how fast
    collector = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    collector_contract = models.ForeignKey(Contract, models.PROTECT, related_name="+", db_index=False)
    recycler = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    recycler_contract = models.ForeignKey(Contract, models.PROTECT, related_name="+", db_index=False)
    facility = models.ForeignKey(Facility, models.PROTECT, db_index=False)
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, null=True, db_index=False)
    driver_id = models.UUIDField(null=True)
    state = models.CharField(max_length=10, choices=[(s, s) for s in CONSIGNMENT_STEPS], default="loaded")
    loaded_at = models.DateTimeField()  # the phone's clock
    recorded_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    store = models.ForeignKey(Facility, models.PROTECT, null=True, related_name="+", db_index=False)  # while it is stored
    version = models.PositiveIntegerField(default=1)

    objects = ConsignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(parent=None, part_g=None, source=F("id"))
                | (Q(parent__isnull=False, part_g__gt=0) & ~Q(source=F("id"))), name="consignment_is_load_or_part"),
            models.CheckConstraint(condition=Q(state="stored", store__isnull=False) | ~Q(state="stored") & Q(store=None),
                                   name="consignment_stored_somewhere"),
        ]
        indexes = [
            models.Index(fields=["source"], condition=Q(parent__isnull=False), name="consignment_parts"),
            models.Index(fields=["store"], condition=Q(store__isnull=False), name="consignment_stored"),
            models.Index(fields=["collector", "-recorded_at"], name="consignment_collector"),
            models.Index(fields=["recycler", "-recorded_at"], name="consignment_recycler"),
            models.Index(fields=["generator", "-recorded_at"], condition=Q(generator__isnull=False),
                         name="consignment_generator"),
            models.Index(fields=["programme", "state", "-recorded_at"], name="consignment_programme"),
        ]


class ConsignmentPickup(models.Model):
    """Which pickups a load serves. A pickup may fill several loads; a load may serve several pickups or none."""

    consignment = models.ForeignKey(Consignment, models.PROTECT, related_name="served")
    pickup = models.ForeignKey(Pickup, models.PROTECT, related_name="loads")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consignment", "pickup"], name="served_once")]


class Receipt(models.Model):
    """The recycler's decision. Accepted + refused = net; the impurity that was found is part of what was refused."""

    id = models.UUIDField(primary_key=True)
    consignment = models.OneToOneField(Consignment, models.PROTECT, related_name="receipt")
    accepted_g = models.BigIntegerField()
    refused_g = models.BigIntegerField()
    impurity_g = models.BigIntegerField(null=True)  # None: it was not measured
    reason = models.CharField(max_length=20, blank=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    received_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(accepted_g__gte=0, refused_g__gte=0), name="receipt_not_negative"),
            models.CheckConstraint(condition=Q(refused_g=0) | ~Q(reason=""), name="refusal_has_reason"),
            models.CheckConstraint(condition=Q(impurity_g=None) | Q(impurity_g__gte=0, impurity_g__lte=F("refused_g")),
                                   name="impurity_was_refused"),
        ]
