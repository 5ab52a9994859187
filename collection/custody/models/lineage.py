"""What became of loads between the scale and the gate: stored, divided, put together. Append-only."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from collection.accounts.models import Organisation
from collection.accounts.rights import STAFF_ROLES
from collection.contracts.models import Contract, Programme
from collection.kernel.actor import Actor
from collection.kernel.db import HouseQuerySet
from collection.kernel.fields import NumberField
from collection.registry.models import Facility, Vehicle
from collection.waste.models import Category

from ..states import LOSS_REASONS
from .loads import Consignment


class Stay(models.Model):
    """A load came into a temporary store of its collector. It leaves in a grouping, whole or in parts."""

    id = models.UUIDField(primary_key=True)
    consignment = models.ForeignKey(Consignment, models.PROTECT, related_name="stays")
    facility = models.ForeignKey(Facility, models.PROTECT, related_name="+")
    mass_g = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    stored_by = models.UUIDField(null=True)


class Division(models.Model):
    """A load became parts (consignments whose `parent` it is); what did not come out is lost, with a reason.

    Parts and loss are the load's mass to the gram: the deferred trigger `division_conserves` looks at commit.
    """

    consignment = models.OneToOneField(Consignment, models.PROTECT, primary_key=True, related_name="division")
    store = models.ForeignKey(Facility, models.PROTECT, null=True, related_name="+")  # where that happened, if in a store
    lost_g = models.BigIntegerField(default=0)
    lost_why = models.CharField(max_length=10, blank=True, choices=[(one, one) for one in LOSS_REASONS])
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    divided_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(lost_g=0, lost_why="") | Q(lost_g__gt=0) & ~Q(lost_why=""),
                                   name="loss_has_reason"),
        ]


class GroupingQuerySet(HouseQuerySet):
    def visible_to(self, actor: Actor) -> GroupingQuerySet:
        if actor.is_house or actor.role in STAFF_ROLES:
            return self.all()
        if actor.role == "driver":
            return self.filter(collector_id=actor.organisation_id, driver_id=actor.user_id)
        mine = actor.organisation_id
        return self.filter(Q(collector_id=mine) | Q(recycler_contract__organisation_id=mine))


class Grouping(models.Model):
    """Loads put together on one vehicle for one plant. Each member keeps its source; the mass is their sum."""

    id = models.UUIDField(primary_key=True)
    number = NumberField(sequence="grouping_number")
    programme = models.ForeignKey(Programme, models.PROTECT, db_index=False)
    category = models.ForeignKey(Category, models.PROTECT, db_index=False)
    collector = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    recycler_contract = models.ForeignKey(Contract, models.PROTECT, related_name="+")
    facility = models.ForeignKey(Facility, models.PROTECT, db_index=False)
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, null=True, db_index=False)
    plate = models.CharField(max_length=15)
    driver_id = models.UUIDField(null=True)
    mass_g = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    grouped_by = models.UUIDField(null=True)

    objects = GroupingQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(mass_g__gt=0), name="grouping_positive")]


class GroupingMember(models.Model):
    """A load or part of a grouping. It is grouped once: to be grouped anew it is divided first."""

    grouping = models.ForeignKey(Grouping, models.PROTECT, related_name="members")
    consignment = models.OneToOneField(Consignment, models.PROTECT, related_name="grouped")
    mass_g = models.BigIntegerField()
    store = models.ForeignKey(Facility, models.PROTECT, null=True, related_name="+")  # which it left
