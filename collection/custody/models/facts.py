"""Sealed facts: the only thing money, statistics and balances are read from."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from collection.contracts.deltas import Delta
from collection.registry.models import Facility

from .loads import Consignment
from .plant import Batch


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
            models.Index(fields=["facility", "category", "occurred_on"], include=["grams"],
                         condition=Q(measure="received"), name="fact_received_month"),
        ]
