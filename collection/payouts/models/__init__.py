"""Accrual lines, claims, the ledger, registers and payment orders."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from collection.accounts.rights import STAFF_ROLES
from collection.contracts.deltas import Delta
from collection.contracts.models import Contract, Programme, Tariff
from collection.contracts.states import STAGES
from collection.custody.models import Consignment, Fact
from collection.kernel.actor import Actor
from collection.kernel.db import HouseQuerySet
from collection.kernel.fields import NumberField, XidField
from collection.waste.models import Category

from ..states import CLAIM_STEPS, ORDER_STEPS, REGISTER_STEPS


class ContractOwnedQuerySet(HouseQuerySet):
    def visible_to(self, actor: Actor) -> ContractOwnedQuerySet:
        if actor.is_house or actor.role in STAFF_ROLES:
            return self.all()
        return self.filter(contract__organisation_id=actor.organisation_id)


class Claim(models.Model):
    """A contract's accrual lines of one month. `mass_g` adds up lines: a gram claimed for two stages is in it twice."""

    id = models.UUIDField(primary_key=True)
    number = NumberField(sequence="claim_number")
    programme = models.ForeignKey(Programme, models.PROTECT)
    contract = models.ForeignKey(Contract, models.PROTECT, db_index=False)
    month = models.DateField()
    state = models.CharField(max_length=10, choices=[(s, s) for s in CLAIM_STEPS], default="draft")
    lines_n = models.PositiveIntegerField()
    mass_g = models.BigIntegerField()
    amount_tiyn = models.BigIntegerField()
    vat_tiyn = models.BigIntegerField(default=0)
    act_number = models.CharField(max_length=40, blank=True)
    einvoice_number = models.CharField(max_length=60, null=True)
    declaration = models.CharField(max_length=20, blank=True)  # which text whoever submitted it declared (declarations.py)
    prepared_by = models.UUIDField(null=True)
    submitted_by = models.UUIDField(null=True)
    verified_by = models.UUIDField(null=True)
    approved_by = models.UUIDField(null=True)
    refused_by = models.UUIDField(null=True)  # who returned or rejected it last
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)  # also the place in the queue
    paid_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ContractOwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "month"], name="claim_once_a_month"),
            models.UniqueConstraint(fields=["einvoice_number"], name="claim_einvoice_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="claim_month_is_a_month"),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "returned", "rejected"))
                | (Q(einvoice_number__isnull=False) & ~Q(act_number="")),
                name="claim_has_papers",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None)
                | (~Q(approved_by=F("verified_by")) & (Q(submitted_by=None) | ~Q(approved_by=F("submitted_by")))
                   & (Q(prepared_by=None) | ~Q(approved_by=F("prepared_by")))),
                name="claim_two_persons",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("queued", "approved", "registered", "paid"))
                | Q(approved_by__isnull=False, approved_at__isnull=False, verified_by__isnull=False),
                name="claim_approved_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(state="paid") | Q(paid_at__isnull=False), name="claim_paid_has_time"),
            models.CheckConstraint(condition=Q(amount_tiyn__gt=0, lines_n__gt=0), name="claim_positive"),
            models.CheckConstraint(
                condition=~Q(state__in=("returned", "rejected")) | ~Q(reason=""), name="claim_no_has_reason"
            ),
        ]
        indexes = [models.Index(fields=["programme", "state", "approved_at"], name="claim_queue")]


class Rated(models.Model):
    """A sealed fact that has been looked at for money, whether or not any stage of it is payable.

    Its row is the lock and the memory of accrual: whoever inserts it rates the fact, and nobody rates it again.
    """

    fact = models.OneToOneField(Fact, models.PROTECT, primary_key=True)
    at = models.DateTimeField()


class RatedUpTo(models.Model):
    """Every fact of the programme written by a transaction below `xid` has been rated: where accrual starts to look."""

    programme = models.OneToOneField(Programme, models.PROTECT, primary_key=True)
    xid = XidField()


class AccrualLine(models.Model):
    """One sealed fact x one stage = money. Only `claim` is ever filled in afterwards.

    The line of a reversal is the line it takes back, negated: same rate, same grams, same tiyn.
    Where a rate changed afterwards, edition 2 takes edition 1 back and edition 3 has the new rate, and so on.
    """

    id = models.BigAutoField(primary_key=True)
    programme = models.ForeignKey(Programme, models.PROTECT, db_index=False)
    contract = models.ForeignKey(Contract, models.PROTECT, db_index=False)
    consignment = models.ForeignKey(Consignment, models.PROTECT, related_name="lines")
    fact = models.ForeignKey(Fact, models.PROTECT, db_index=False)  # accrued_once is its index
    stage = models.CharField(max_length=10, choices=[(s, s) for s in STAGES])
    category = models.ForeignKey(Category, models.PROTECT, db_index=False)
    tariff = models.ForeignKey(Tariff, models.PROTECT, db_index=False)
    coefficient = models.DecimalField(max_digits=9, decimal_places=4)
    index_tiyn = models.BigIntegerField()
    mass_g = models.BigIntegerField()
    amount_tiyn = models.BigIntegerField()
    supply_on = models.DateField()
    claim_month = models.DateField()
    claim = models.ForeignKey(Claim, models.PROTECT, null=True, related_name="lines")
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    accrued_at = models.DateTimeField()
    edition = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fact", "stage", "edition"], name="accrued_once"),
            models.CheckConstraint(
                condition=Q(reverses=None, mass_g__gt=0, amount_tiyn__gte=0)
                | Q(reverses__isnull=False, mass_g__lt=0, amount_tiyn__lte=0),
                name="line_signs",
            ),
        ]
        indexes = [
            models.Index(fields=["contract", "claim_month"], condition=Q(claim=None), name="line_unclaimed"),
        ]


class Hold(models.Model):
    """A stop on one line's money, with its rule. Lifting it fills in who, when and why; the row stays."""

    id = models.BigAutoField(primary_key=True)
    line = models.ForeignKey(AccrualLine, models.PROTECT, related_name="holds", db_index=False)
    rule = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    placed_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.UUIDField(null=True)
    lifted_why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "rule"], name="hold_once"),
            models.CheckConstraint(condition=Q(lifted_at=None) | ~Q(lifted_why=""), name="lift_has_reason"),
        ]
        indexes = [models.Index(fields=["line"], condition=Q(lifted_at=None), name="hold_open")]


class Verdict(models.Model):
    """The result of one rule of the format-logical control on one claim."""

    id = models.BigAutoField(primary_key=True)
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="verdicts")
    rule = models.CharField(max_length=40)
    passed = models.BooleanField()
    params = models.JSONField(default=dict)
    at = models.DateTimeField()


class Account(models.Model):
    """A ledger account of a programme, or of one contract in it."""

    class Kind(models.TextChoices):
        COST = "cost"  # what the programme owes for work done
        ACCRUED = "accrued"  # accrued to a contract, not yet approved
        APPROVED = "approved"  # approved, not yet paid
        BANK = "bank"

    id = models.BigAutoField(primary_key=True)
    programme = models.ForeignKey(Programme, models.PROTECT)
    contract = models.ForeignKey(Contract, models.PROTECT, null=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "contract", "kind"], nulls_distinct=False, name="account_once"
            )
        ]


class LedgerTransaction(models.Model):
    """What happened, once. Its entries sum to zero: a deferred trigger looks at commit."""

    id = models.BigAutoField(primary_key=True)
    what = models.CharField(max_length=20)  # accrual, reversal, approval, payment, rejection
    claim = models.ForeignKey(Claim, models.PROTECT, null=True)
    paid_before = models.ForeignKey("PaidBefore", models.PROTECT, null=True, db_index=False)  # what a takeover brought
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["paid_before"], condition=Q(paid_before__isnull=False), name="ledger_brought"),
        ]


class LedgerEntry(models.Model):
    """One side of a transaction, in tiyn: debit positive, credit negative."""

    id = models.BigAutoField(primary_key=True)
    transaction = models.ForeignKey(LedgerTransaction, models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, models.PROTECT)
    line = models.ForeignKey(AccrualLine, models.PROTECT, null=True, related_name="entries")
    amount_tiyn = models.BigIntegerField()


class Register(models.Model):
    """The bank file: prepared by one person, approved by another, settled by the bank's result."""

    id = models.UUIDField(primary_key=True)
    number = NumberField(sequence="register_number")
    programme = models.ForeignKey(Programme, models.PROTECT)
    state = models.CharField(max_length=10, choices=[(s, s) for s in REGISTER_STEPS], default="draft")
    orders_n = models.PositiveIntegerField()
    amount_tiyn = models.BigIntegerField()
    prepared_by = models.UUIDField(null=True)
    approved_by = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    payer = models.JSONField(null=True)  # whose account it was sent from: the programme's Payer on the day of approval
    version = models.PositiveIntegerField(default=1)

    objects = HouseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("prepared_by")), name="register_two_persons"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(approved_by__isnull=False), name="register_approved_by_somebody"
            ),
        ]


class PaymentOrder(models.Model):
    """One payment to one contract. A rejected order stays rejected; the claim is paid again by a new one."""

    id = models.UUIDField(primary_key=True)
    register = models.ForeignKey(Register, models.PROTECT, related_name="orders")
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="orders")
    iban = models.CharField(max_length=34)
    amount_tiyn = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=[(s, s) for s in ORDER_STEPS], default="waiting")
    bank_reference = models.CharField(max_length=60, null=True)
    reason = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True)
    reissue_of = models.ForeignKey("self", models.PROTECT, null=True)

    objects = HouseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim"], condition=~Q(state="rejected"), name="claim_paid_once"),
            models.UniqueConstraint(fields=["bank_reference"], name="bank_reference_once"),
            models.CheckConstraint(condition=Q(amount_tiyn__gt=0), name="order_positive"),
            models.CheckConstraint(
                condition=~Q(state="paid") | Q(bank_reference__isnull=False), name="paid_has_bank_reference"
            ),
        ]


class Paid(Delta):
    """Paid money and tonnes, one row per paid line, on the date of the bank's result.

    `tiyn` is the line's money. `grams` counts each gram of a load at most once, however many of its stages are paid:
    the load's paid tonnage is the largest mass paid for at any one stage.
    """

    line = models.OneToOneField(AccrualLine, models.PROTECT)
    order = models.ForeignKey(PaymentOrder, models.PROTECT)


from .appeals import Appeal, Payer  # noqa: E402  (they point at the claim above)
from .caps import Cap, ClaimShare  # noqa: E402
from .closing import MonthStatement, Period, StatementLine  # noqa: E402
from .inspections import Inspection, InspectionDraw, InspectionPhoto, InspectionResult  # noqa: E402
from .takeover import ImportedRow, PaidBefore  # noqa: E402

__all__ = [
    "Account", "AccrualLine", "Appeal", "Cap", "Claim", "ClaimShare", "ContractOwnedQuerySet", "Hold",
    "ImportedRow", "Inspection", "InspectionDraw", "InspectionPhoto", "InspectionResult", "LedgerEntry", "LedgerTransaction",
    "MonthStatement", "Paid", "PaidBefore", "Payer",
    "PaymentOrder", "Period", "Rated", "RatedUpTo", "Register", "StatementLine", "Verdict",
]
