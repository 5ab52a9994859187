"""What is closed: a programme's month, and each contract's statement of it. Written once; nothing in it ever changes."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from collection.contracts.models import Contract, Programme
from collection.contracts.states import STAGES
from collection.waste.models import Category

from ..states import STATEMENT_PARTS
from . import Claim


class Period(models.Model):
    """A month that is closed for the whole programme: what is sealed or corrected later belongs to a later one."""

    programme = models.ForeignKey(Programme, models.PROTECT, db_index=False)
    month = models.DateField()
    closed_at = models.DateTimeField()
    closed_by = models.UUIDField(null=True)
    claims_n = models.PositiveIntegerField()
    amount_tiyn = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "month"], name="period_closed_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="period_is_a_month"),
        ]


class MonthStatement(models.Model):
    """A contract's month as it stood when it was closed, in tiyn owed to the contract.

    Each figure counts what was posted since the statement before: closing = opening + accrued + reversed - rejected - paid.
    """

    id = models.BigAutoField(primary_key=True)
    contract = models.ForeignKey(Contract, models.PROTECT, db_index=False)
    month = models.DateField()
    claim = models.OneToOneField(Claim, models.PROTECT, null=True)
    closed_at = models.DateTimeField()
    opening_tiyn = models.BigIntegerField()
    accrued_tiyn = models.BigIntegerField()
    reversed_tiyn = models.BigIntegerField()  # not above zero
    rejected_tiyn = models.BigIntegerField()  # without what an appeal brought back
    paid_tiyn = models.BigIntegerField()
    closing_tiyn = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "month"], name="statement_once_a_month"),
            models.CheckConstraint(
                condition=Q(closing_tiyn=F("opening_tiyn") + F("accrued_tiyn") + F("reversed_tiyn") - F("rejected_tiyn")
                            - F("paid_tiyn")), name="statement_adds_up"),
        ]


class StatementLine(models.Model):
    """What a closed month holds of one category and stage: claimed, or held back by a rule that day."""

    id = models.BigAutoField(primary_key=True)
    statement = models.ForeignKey(MonthStatement, models.PROTECT, related_name="lines", db_index=False)
    part = models.CharField(max_length=8, choices=[(part, part) for part in STATEMENT_PARTS])
    category = models.ForeignKey(Category, models.PROTECT, db_index=False)
    stage = models.CharField(max_length=10, choices=[(s, s) for s in STAGES])
    lines_n = models.PositiveIntegerField()
    mass_g = models.BigIntegerField()
    amount_tiyn = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "part", "category", "stage"], name="statement_line_once")
        ]
