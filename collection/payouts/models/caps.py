"""What may be approved at most, and what each claim takes of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from collection.contracts.models import Contract, Programme
from collection.waste.models import Category
from geo.models import Region

from . import Claim


class Cap(models.Model):
    """The most of a programme's claims that may be approved, narrowed by any of contract, category, region and month.

    The programme's own ceiling and the contract's cap stand on their rows; `payouts_limit` is the view of them all.
    """

    id = models.UUIDField(primary_key=True)
    programme = models.ForeignKey(Programme, models.PROTECT)
    contract = models.ForeignKey(Contract, models.PROTECT, null=True, db_index=False)
    category = models.ForeignKey(Category, models.PROTECT, null=True, db_index=False)
    region = models.ForeignKey(Region, models.PROTECT, null=True, db_index=False)
    month = models.DateField(null=True)  # of the claim
    limit_tiyn = models.BigIntegerField()
    why = models.CharField(max_length=200)
    set_by = models.UUIDField(null=True)
    set_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "contract", "category", "region", "month"], nulls_distinct=False, name="cap_once"),
            models.CheckConstraint(condition=Q(limit_tiyn__gte=0), name="spending_cap_not_negative"),
            models.CheckConstraint(condition=Q(month=None) | Q(month__day=1), name="cap_of_a_whole_month"),
        ]


class ClaimShare(models.Model):
    """A claim's lines of one category and region (where the waste arose): what it takes of the caps. Never changes."""

    id = models.BigAutoField(primary_key=True)
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="shares", db_index=False)
    category = models.ForeignKey(Category, models.PROTECT, db_index=False)
    region = models.ForeignKey(Region, models.PROTECT, db_index=False)
    lines_n = models.PositiveIntegerField()
    mass_g = models.BigIntegerField()
    amount_tiyn = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["claim", "category", "region"], name="claim_share_once")]
