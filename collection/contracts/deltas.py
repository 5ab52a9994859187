"""One append-only row of something measured: the common shape that statistics add up.

Declared tonnes (pickups), collected, received and recycled tonnes (custody) and paid tonnes and tenge (payouts) are
different tables, because they are different measures and are never added together; only their columns are alike.
"""

from __future__ import annotations

from django.db import models

from collection.kernel.fields import XidField
from collection.waste.models import Category
from geo.models import District, Region


class Delta(models.Model):
    """`occurred_on` is the Almaty date the measure counts on. Negative values are corrections."""

    id = models.BigAutoField(primary_key=True)
    programme = models.ForeignKey("contracts.Programme", models.PROTECT, db_index=False)
    category = models.ForeignKey(Category, models.PROTECT, db_index=False)
    region = models.ForeignKey(Region, models.PROTECT, db_index=False)
    district = models.ForeignKey(District, models.PROTECT, null=True, db_index=False)
    contract = models.ForeignKey("contracts.Contract", models.PROTECT, null=True, db_index=False)
    contract_kind = models.CharField(max_length=10, blank=True)
    occurred_on = models.DateField()
    grams = models.BigIntegerField(default=0)
    tiyn = models.BigIntegerField(default=0)
    n = models.IntegerField(default=0)  # how many things: applications, loads, batches, lines
    recorded_at = models.DateTimeField()
    xid = XidField()

    class Meta:
        abstract = True
