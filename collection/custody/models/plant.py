"""The plant: batches, what went into them, and what was sold of their product."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from collection.accounts.rights import STAFF_ROLES
from collection.contracts.models import Contract, Programme
from collection.kernel.actor import Actor
from collection.kernel.db import HouseQuerySet
from collection.kernel.fields import NumberField
from collection.registry.models import Facility
from collection.waste.models import Category

from ..states import PRODUCTS
from .loads import Consignment


class BatchQuerySet(HouseQuerySet):
    def visible_to(self, actor: Actor) -> BatchQuerySet:
        if actor.is_house or actor.role in STAFF_ROLES:
            return self.all()
        return self.filter(contract__organisation_id=actor.organisation_id)


class Batch(models.Model):
    """Inputs became product, by-products and loss: in grams, and nothing else."""

    id = models.UUIDField(primary_key=True)
    number = NumberField(sequence="batch_number")
    programme = models.ForeignKey(Programme, models.PROTECT, db_index=False)
    contract = models.ForeignKey(Contract, models.PROTECT)
    facility = models.ForeignKey(Facility, models.PROTECT)
    category = models.ForeignKey(Category, models.PROTECT, db_index=False)
    input_g = models.BigIntegerField()
    product_g = models.BigIntegerField()
    byproduct_g = models.BigIntegerField(default=0)
    loss_g = models.BigIntegerField(default=0)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    sealed_by = models.UUIDField(null=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(input_g=F("product_g") + F("byproduct_g") + F("loss_g")), name="batch_closes"
            ),
            models.CheckConstraint(
                condition=Q(input_g__gt=0, product_g__gte=0, byproduct_g__gte=0, loss_g__gte=0), name="batch_signs"
            ),
        ]


class BatchInput(models.Model):
    """A consignment's share of a batch. A load is processed once: its whole accepted mass."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="inputs")
    consignment = models.OneToOneField(Consignment, models.PROTECT, related_name="batched")
    mass_g = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(mass_g__gt=0), name="batch_input_positive")]


class SaleQuerySet(HouseQuerySet):
    def visible_to(self, actor: Actor) -> SaleQuerySet:
        if actor.is_house or actor.role in STAFF_ROLES:
            return self.all()
        return self.filter(facility__organisation_id=actor.organisation_id)


class Sale(models.Model):
    """Product or by-product that left the plant. More sold than made is recorded too: the balance then blocks the claim."""

    id = models.UUIDField(primary_key=True)
    facility = models.ForeignKey(Facility, models.PROTECT, db_index=False)
    category = models.ForeignKey(Category, models.PROTECT, db_index=False)
    material = models.CharField(max_length=10, choices=[(one, one) for one in PRODUCTS], default="product")
    mass_g = models.BigIntegerField()
    buyer = models.CharField(max_length=200)
    buyer_number = models.CharField(max_length=12, blank=True)  # BIN or IIN
    einvoice_number = models.CharField(max_length=60)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    sold_by = models.UUIDField(null=True)

    objects = SaleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mass_g__gt=0), name="sale_positive"),
            models.UniqueConstraint(fields=["einvoice_number"], name="sale_einvoice_once"),
        ]
        indexes = [models.Index(fields=["facility", "category"], include=["mass_g"], name="sale_stock")]


class SaleLot(models.Model):
    """Which batch a sale was taken from: the oldest that has any left. What no batch made stands in no lot."""

    sale = models.ForeignKey(Sale, models.PROTECT, related_name="lots")
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="sold", db_index=False)
    mass_g = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "sale"], name="lot_once"),
            models.CheckConstraint(condition=Q(mass_g__gt=0), name="lot_positive"),
        ]
