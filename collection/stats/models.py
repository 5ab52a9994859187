"""The roll-up and how far it has come."""

from __future__ import annotations

from django.db import models

from collection.contracts.models import Contract, Programme
from collection.kernel.fields import XidField
from collection.waste.models import Category
from geo.models import District, Region

MEASURES = ("declared", "collected", "received", "recycled", "paid")


class Rollup(models.Model):
    """The sums of one measure in one month, for one category, district and contract."""

    id = models.BigAutoField(primary_key=True)
    programme = models.ForeignKey(Programme, models.PROTECT, db_index=False)
    measure = models.CharField(max_length=10, choices=[(m, m) for m in MEASURES])
    month = models.DateField()
    category = models.ForeignKey(Category, models.PROTECT, db_index=False)
    region = models.ForeignKey(Region, models.PROTECT, db_index=False)
    district = models.ForeignKey(District, models.PROTECT, null=True, db_index=False)
    contract = models.ForeignKey(Contract, models.PROTECT, null=True, db_index=False)
    contract_kind = models.CharField(max_length=10, blank=True)
    grams = models.BigIntegerField()
    tiyn = models.BigIntegerField()
    n = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "measure", "month", "category", "region", "district", "contract", "contract_kind"],
                nulls_distinct=False, name="rollup_cell",
            )
        ]


class Watermark(models.Model):
    """Rows of the source with a transaction below `xid` are in the roll-up, the others are the tail."""

    source = models.CharField(max_length=10, primary_key=True)
    xid = XidField()
