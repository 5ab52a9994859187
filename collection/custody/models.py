"""Consignments, tickets, receipts, batches, and the facts they seal."""

from __future__ import annotations

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
from collection.kernel.mass import ROAD_LIMIT_G
from collection.pickups.models import Pickup
from collection.registry.models import Facility, Scale, Vehicle
from collection.waste.models import Category, WasteCode
from geo.models import District, Region

from .states import CONSIGNMENT_STEPS


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
    """A physical load moving together, with or without a pickup behind it."""

    id = models.UUIDField(primary_key=True)
    number = NumberField(sequence="consignment_number")
    programme = models.ForeignKey(Programme, models.PROTECT, db_index=False)
    category = models.ForeignKey(Category, models.PROTECT, db_index=False)
    waste_code = models.ForeignKey(WasteCode, models.PROTECT, null=True, db_index=False)
    origin = models.CharField(max_length=20, choices=[(o, o) for o in ORIGINS])
    generator = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    region = models.ForeignKey(Region, models.PROTECT, db_index=False)  # where the waste arose
    district = models.ForeignKey(District, models.PROTECT, null=True, db_index=False)
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
    version = models.PositiveIntegerField(default=1)

    objects = ConsignmentQuerySet.as_manager()

    class Meta:
        indexes = [
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


class TransportSheet(models.Model):
    """The signed record of the hand-over."""

    consignment = models.OneToOneField(Consignment, models.PROTECT, primary_key=True, related_name="sheet")
    plate = models.CharField(max_length=15)
    driver_name = models.CharField(max_length=200, blank=True)
    generator_signed_by = models.CharField(max_length=10)  # code | none (own load)
    signed_at = models.DateTimeField()


class Weighing(models.Model):
    """One ticket. Net is computed by the database; the ticket (scale + number + time) is unique."""

    id = models.UUIDField(primary_key=True)
    consignment = models.OneToOneField(Consignment, models.PROTECT, related_name="weighing")
    scale = models.ForeignKey(Scale, models.PROTECT)
    ticket_number = models.CharField(max_length=40)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    gross_g = models.BigIntegerField()
    tare_g = models.BigIntegerField()
    net_g = models.GeneratedField(
        expression=F("gross_g") - F("tare_g"), output_field=models.BigIntegerField(), db_persist=True
    )
    manual = models.BooleanField(default=False)
    operator_id = models.UUIDField(null=True)
    #: Copied at sealing: a later certificate must not heal an earlier weighing.
    certified_from = models.DateField()
    certified_until = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scale", "ticket_number", "occurred_at"], name="ticket_once"),
            models.CheckConstraint(condition=Q(tare_g__gte=0), name="tare_not_negative"),
            models.CheckConstraint(condition=Q(gross_g__gt=F("tare_g")), name="net_positive"),
            models.CheckConstraint(condition=Q(gross_g__lte=F("tare_g") + ROAD_LIMIT_G), name="net_within_road_limit"),
        ]


class Receipt(models.Model):
    """The recycler's decision. Accepted + refused = net."""

    id = models.UUIDField(primary_key=True)
    consignment = models.OneToOneField(Consignment, models.PROTECT, related_name="receipt")
    accepted_g = models.BigIntegerField()
    refused_g = models.BigIntegerField()
    reason = models.CharField(max_length=20, blank=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    received_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(accepted_g__gte=0, refused_g__gte=0), name="receipt_not_negative"),
            models.CheckConstraint(condition=Q(refused_g=0) | ~Q(reason=""), name="refusal_has_reason"),
        ]


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


class Correction(models.Model):
    """The accepted mass as it should have been. The receipt stays as it was signed; the last edition counts.

    `batch` is set where the load had been processed: its input and its loss change by the same grams.
    """

    id = models.UUIDField(primary_key=True)
    consignment = models.ForeignKey(Consignment, models.PROTECT, related_name="corrections")
    edition = models.PositiveSmallIntegerField()  # 2 for the first one: the receipt itself is the first edition
    was_g = models.BigIntegerField()
    accepted_g = models.BigIntegerField()
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="corrections")
    reason = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()
    corrected_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consignment", "edition"], name="correction_edition_once"),
            models.CheckConstraint(condition=Q(accepted_g__gt=0) & ~Q(accepted_g=F("was_g")), name="correction_corrects"),
            models.CheckConstraint(condition=~Q(reason="") & Q(edition__gte=2), name="correction_has_reason"),
        ]


class SaleQuerySet(HouseQuerySet):
    def visible_to(self, actor: Actor) -> SaleQuerySet:
        if actor.is_house or actor.role in STAFF_ROLES:
            return self.all()
        return self.filter(facility__organisation_id=actor.organisation_id)


class Sale(models.Model):
    """Product that left the plant. More sold than made is recorded too: the balance then blocks the plant's claim."""

    id = models.UUIDField(primary_key=True)
    facility = models.ForeignKey(Facility, models.PROTECT, db_index=False)
    category = models.ForeignKey(Category, models.PROTECT, db_index=False)
    mass_g = models.BigIntegerField()
    buyer = models.CharField(max_length=200)
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


class Fact(Delta):
    """A sealed fact: so many grams were collected, received or recycled. Append-only; money and statistics read it.

    `supply_on` is the Almaty date of the weighing: it picks tariff, index and contract version for every stage.
    `sealed_on` is the Almaty date the fact was sealed on: it picks the claim month.
    A correction appends two rows: the reversal of the edition before (negative grams), and the next edition.
    """

    class Measure(models.TextChoices):
        COLLECTED = "collected"
        RECEIVED = "received"
        RECYCLED = "recycled"

    measure = models.CharField(max_length=10, choices=Measure.choices)
    consignment = models.ForeignKey(Consignment, models.PROTECT, related_name="facts", db_index=False)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, db_index=False)
    facility = models.ForeignKey(Facility, models.PROTECT, null=True, db_index=False)
    supply_on = models.DateField()
    sealed_on = models.DateField()
    edition = models.PositiveSmallIntegerField(default=1)
    reversal_of = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversal")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["consignment", "measure", "edition"], condition=Q(reversal_of=None), name="fact_once"
            ),
            models.CheckConstraint(
                condition=Q(reversal_of=None, grams__gt=0, n=1) | Q(reversal_of__isnull=False, grams__lt=0, n=-1),
                name="fact_signs",
            ),
        ]
        indexes = [
            models.Index(fields=["xid"], name="fact_xid"),
            models.Index(fields=["consignment"], name="fact_consignment"),
            models.Index(fields=["facility", "category", "occurred_on"], include=["grams"],
                         condition=Q(measure="recycled"), name="fact_plant_month"),
        ]
