"""Programmes, contracts, how they come about, what is left of them, and dated prices."""

from __future__ import annotations

from django.contrib.gis.db.models import PointField
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Func, Q, Value

from collection.accounts.models import Organisation
from collection.accounts.rights import STAFF_ROLES
from collection.kernel.actor import Actor
from collection.kernel.db import HouseQuerySet
from collection.registry.models import Base, Facility
from collection.waste.models import Category
from geo.models import Region


class Programme(models.Model):
    """A budget, a period and its rules."""

    class WholePayee(models.TextChoices):
        COLLECTION = "collection"
        RECYCLING = "recycling"

    id = models.UUIDField(primary_key=True)
    code = models.SlugField(max_length=40, unique=True)
    name_kk = models.CharField(max_length=200)
    name_ru = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    synthetic = models.BooleanField(default=False)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    #: The most that may be paid out in the period; approved claims beyond it wait in the order of their approval.
    ceiling_tiyn = models.BigIntegerField(null=True)
    #: A later claim that still fits does not wait for an earlier, larger one.
    fitting_first = models.BooleanField(default=False, db_default=False)
    offer_life_s = models.PositiveIntegerField(default=900)
    wave_size = models.PositiveSmallIntegerField(default=3)
    #: Steps, each from a wave on (`offering.Reach`); empty: only who serves the region, however far.
    widening = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    #: What differs from the usual weights of a ranking (`offering.Weights`).
    weights = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    max_trips = models.PositiveSmallIntegerField(default=10, db_default=10)  # that one job may take
    #: Days on which nobody works.
    holidays = ArrayField(models.DateField(), default=list, db_default=Value([], ArrayField(models.DateField())))
    #: More unserved grams than this in one district alarm the managers, once a day; empty: never.
    unserved_alarm_g = models.BigIntegerField(null=True, default=20_000_000, db_default=20_000_000)
    whole_payee = models.CharField(max_length=10, choices=WholePayee.choices, default=WholePayee.RECYCLING)
    version = models.PositiveIntegerField(default=1)

    objects = HouseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(offer_life_s__gte=1), name="offer_life_positive"),
            models.CheckConstraint(condition=Q(wave_size__range=(1, 20)), name="wave_size_sane"),
            models.CheckConstraint(condition=Q(max_trips__range=(1, 100)), name="max_trips_sane"),
        ]


class Enrolment(models.Model):
    """A generator's place in a programme."""

    programme = models.ForeignKey(Programme, models.PROTECT)
    generator = models.ForeignKey(Organisation, models.PROTECT)
    region = models.ForeignKey(Region, models.PROTECT, null=True)
    enrolled_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "generator"], name="enrolled_once")]


class ContractQuerySet(HouseQuerySet):
    def visible_to(self, actor: Actor) -> ContractQuerySet:
        if actor.is_house or actor.role in STAFF_ROLES:
            return self.all()
        return self.filter(organisation_id=actor.organisation_id)


class Contract(models.Model):
    class Kind(models.TextChoices):
        COLLECTION = "collection"
        RECYCLING = "recycling"
        FULL_CYCLE = "full_cycle"

    class State(models.TextChoices):
        DRAFT = "draft"
        ACTIVE = "active"
        SUSPENDED = "suspended"
        CLOSED = "closed"

    id = models.UUIDField(primary_key=True)
    programme = models.ForeignKey(Programme, models.PROTECT)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    number = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    valid = DateRangeField()
    cap_tiyn = models.BigIntegerField(null=True)
    iban = models.CharField(max_length=34)
    vat_payer = models.BooleanField(default=True)
    base = models.ForeignKey(Base, models.PROTECT, null=True)  # where its vehicles start (collection legs)
    facility = models.ForeignKey(Facility, models.PROTECT, null=True)  # where it recycles (recycling legs)
    drawn_up_by = models.UUIDField(null=True)
    approved_by = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = ContractQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="contract_number_once"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(drawn_up_by=None) | ~Q(approved_by=F("drawn_up_by")),
                name="contract_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(kind="collection", base__isnull=False)
                | Q(kind="recycling", facility__isnull=False)
                | Q(kind="full_cycle", base__isnull=False, facility__isnull=False),
                name="contract_has_its_places",
            ),
            models.CheckConstraint(condition=Q(cap_tiyn=None) | Q(cap_tiyn__gte=0), name="cap_not_negative"),
        ]


class ContractCategory(models.Model):
    """A category the contract covers, and its quota in grams over the contract's validity."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="categories")
    category = models.ForeignKey(Category, models.PROTECT)
    quota_g = models.BigIntegerField()

    objects = HouseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "category"], name="contract_category_once"),
            models.CheckConstraint(condition=Q(quota_g__gt=0), name="quota_positive"),
        ]


class ContractRegion(models.Model):
    """A region the contract serves (collection) or takes waste from (recycling)."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="regions")
    region = models.ForeignKey(Region, models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contract", "region"], name="contract_region_once")]


class ServedArea(models.Model):
    """What dispatch searches: one row per contract, leg, category and region, with the point it starts from.

    Written when a contract is approved and never by hand. One index answers "nearest to this point, for this
    category in this region", so the search does not slow down as contracts grow (libraries.md, section 9). In it one
    number stands for programme, region, category and leg: a third of the pages, and one comparison instead of four.
    """

    id = models.BigAutoField(primary_key=True)
    programme = models.ForeignKey(Programme, models.PROTECT, db_index=False)
    contract = models.ForeignKey(Contract, models.CASCADE, related_name="served_areas")
    leg = models.CharField(max_length=10, choices=[("collection", "collection"), ("recycling", "recycling")])
    category = models.ForeignKey(Category, models.PROTECT, db_index=False)
    region = models.ForeignKey(Region, models.PROTECT, db_index=False)
    point = PointField(geography=True, spatial_index=False)
    quota_g = models.BigIntegerField()  # as approved: never changed after
    cell = models.GeneratedField(
        expression=Func(F("programme"), F("region"), F("category"), F("leg"), function="contracts_cell"),
        output_field=models.BigIntegerField(), db_persist=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "leg", "category", "region"], name="served_area_once")
        ]
        indexes = [
            GistIndex(fields=["cell", "point"], name="served_area_nearest"),
        ]


class Allotment(models.Model):
    """A change of what is left: append-only, in grams (quota, capacity) or tiyn (cap). What is used is their sum."""

    class Of(models.TextChoices):
        QUOTA = "quota"  # contract x category, grams
        CAP = "cap"  # contract, tiyn
        CAPACITY = "capacity"  # facility x category x month, grams

    id = models.BigAutoField(primary_key=True)
    of = models.CharField(max_length=8, choices=Of.choices)
    contract = models.ForeignKey(Contract, models.PROTECT, null=True, db_index=False)
    facility = models.ForeignKey(Facility, models.PROTECT, null=True, db_index=False)
    category = models.ForeignKey(Category, models.PROTECT, null=True, db_index=False)
    month = models.DateField(null=True)
    amount = models.BigIntegerField()  # positive: reserved or used; negative: released
    why = models.CharField(max_length=20)  # accepted, weighed, received, processed, withdrawn, accrued, ...
    object_id = models.UUIDField()  # the pickup, consignment, batch or line behind it
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(of="quota", contract__isnull=False, category__isnull=False, facility=None)
                | Q(of="cap", contract__isnull=False, category=None, facility=None)
                | Q(of="capacity", facility__isnull=False, category__isnull=False, month__isnull=False),
                name="allotment_names_its_measure",
            )
        ]
        indexes = [
            models.Index(fields=["contract", "of", "category"], include=["amount"], name="allotment_contract"),
            models.Index(
                fields=["facility", "category", "month"], include=["amount"],
                condition=Q(of="capacity"), name="allotment_facility",
            ),
            models.Index(fields=["object_id"], name="allotment_object"),
        ]


from .applications import ContractApplication  # noqa: E402  (they point at the programme and the contract above)
from .prices import IndexValue, Tariff, TariffChange, VatRate  # noqa: E402

__all__ = [
    "Allotment", "Contract", "ContractApplication", "ContractCategory", "ContractQuerySet", "ContractRegion", "Enrolment",
    "IndexValue", "Programme", "ServedArea", "Tariff", "TariffChange", "VatRate",
]
