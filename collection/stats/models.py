"""The roll-up and how far it has come."""

from __future__ import annotations

from django.db import models

from collection.contracts.models import Contract, Programme
from collection.kernel.fields import XidField
from collection.waste.models import Category
from geo.models import District, Region

from .measures import MEASURES
from .rollup import GRAINS, SOURCES


class Rollup(models.Model):
    """The sums of one measure in one month at one grain; dimensions that the grain does not keep are NULL.

    Keys are not asked for again here: they come from rows that have them, and asking took four fifths of a roll.
    """

    id = models.BigAutoField(primary_key=True)
    programme = models.ForeignKey(Programme, models.PROTECT, db_index=False, db_constraint=False)
    grain = models.CharField(max_length=13, choices=[(g, g) for g in GRAINS])
    measure = models.CharField(max_length=10, choices=[(m, m) for m in MEASURES])
    month = models.DateField()
    region = models.ForeignKey(Region, models.PROTECT, null=True, db_index=False, db_constraint=False)
    district = models.ForeignKey(District, models.PROTECT, null=True, db_index=False, db_constraint=False)
    category = models.ForeignKey(Category, models.PROTECT, null=True, db_index=False, db_constraint=False)
    contract_kind = models.CharField(max_length=10, null=True)
    contract = models.ForeignKey(Contract, models.PROTECT, null=True, db_index=False, db_constraint=False)
    grams = models.BigIntegerField()
    tiyn = models.BigIntegerField()
    n = models.BigIntegerField()

    class Meta:
        constraints = [
            # Also the index that answers: one programme's rows of one grain stand together, by measure and month.
            models.UniqueConstraint(
                fields=["programme", "grain", "measure", "month", "region", "district", "category", "contract_kind",
                        "contract"],
                nulls_distinct=False, name="rollup_cell",
            )
        ]


class Watermark(models.Model):
    """Rows of the source written by transactions below `xid` are in the roll-up; the others are the tail."""

    source = models.CharField(max_length=10, primary_key=True, choices=[(s, s) for s in SOURCES])
    xid = XidField()
    rolled_at = models.DateTimeField()
