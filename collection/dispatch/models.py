"""Offers, jobs, incidents, the explanation of each wave, and the routes of a day."""

from __future__ import annotations

from django.contrib.gis.db.models import PointField
from django.db import models
from django.db.models import F, Q

from collection.accounts.models import Organisation
from collection.accounts.rights import STAFF_ROLES
from collection.contracts.models import Contract, Programme
from collection.kernel.actor import Actor
from collection.kernel.db import HouseQuerySet
from collection.pickups.models import Pickup, Upload
from collection.registry.models import Facility, Vehicle
from collection.waste.models import Category

from .states import JOB_STEPS, LIVE_JOB_STATES, OFFER_STEPS, OPEN_PLAN_STATES, PLAN_REASONS, PLAN_STEPS, STOP_KINDS


class OfferQuerySet(HouseQuerySet):
    def visible_to(self, actor: Actor) -> OfferQuerySet:
        if actor.is_house or actor.role in STAFF_ROLES:
            return self.all()
        return self.filter(organisation_id=actor.organisation_id)


class Offer(models.Model):
    """A pickup shown to one contract until `expires_at`."""

    id = models.UUIDField(primary_key=True)
    pickup = models.ForeignKey(Pickup, models.PROTECT, related_name="offers", db_index=False)
    contract = models.ForeignKey(Contract, models.PROTECT, db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False)
    wave = models.PositiveSmallIntegerField()
    rank = models.PositiveSmallIntegerField()
    distance_m = models.PositiveIntegerField()
    trips = models.PositiveSmallIntegerField(default=1, db_default=1)  # of the contractor's largest vehicle
    recycler_contract = models.ForeignKey(Contract, models.PROTECT, null=True, related_name="+", db_index=False)
    facility = models.ForeignKey(Facility, models.PROTECT, null=True, db_index=False)
    state = models.CharField(max_length=10, choices=[(s, s) for s in OFFER_STEPS], default="open")
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pickup"], condition=Q(state="accepted"), name="offer_one_winner"),
            models.UniqueConstraint(fields=["pickup", "contract"], condition=Q(state="open"), name="offer_open_once"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("offered_at")), name="offer_has_a_life"),
            models.CheckConstraint(condition=~Q(state="declined") | ~Q(reason=""), name="decline_has_reason"),
            models.CheckConstraint(
                condition=Q(state="open", answered_at=None) | (~Q(state="open") & Q(answered_at__isnull=False)),
                name="offer_answer_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["pickup", "wave"], name="offer_of_pickup"),
            models.Index(fields=["organisation", "-offered_at"], name="offer_mine"),
            models.Index(fields=["expires_at"], condition=Q(state="open"), name="offer_due"),
            models.Index(fields=["contract", "-offered_at"], name="offer_history"),
        ]


class JobQuerySet(HouseQuerySet):
    def visible_to(self, actor: Actor) -> JobQuerySet:
        """Collectors see their own, drivers the assigned, recyclers the inbound, generators their pickups' jobs."""
        if actor.is_house or actor.role in STAFF_ROLES:
            return self.all()
        if actor.role == "driver":
            return self.filter(organisation_id=actor.organisation_id, driver_id=actor.user_id)
        mine = actor.organisation_id
        return self.filter(Q(organisation_id=mine) | Q(recycler_id=mine) | Q(pickup__generator_id=mine))


class Job(models.Model):
    """An accepted pickup in a collector's hands."""

    id = models.UUIDField(primary_key=True)
    pickup = models.ForeignKey(Pickup, models.PROTECT, related_name="jobs", db_index=False)
    contract = models.ForeignKey(Contract, models.PROTECT, db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False)
    recycler = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    recycler_contract = models.ForeignKey(Contract, models.PROTECT, null=True, related_name="+", db_index=False)
    facility = models.ForeignKey(Facility, models.PROTECT, null=True, db_index=False)
    driver_id = models.UUIDField(null=True)
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, null=True, db_index=False)
    state = models.CharField(max_length=10, choices=[(s, s) for s in JOB_STEPS], default="assigned")
    frozen = models.BooleanField(default=False, db_default=False)  # a person decided: the optimiser leaves it
    trips = models.PositiveSmallIntegerField(default=1, db_default=1)  # that the load takes
    trips_done = models.PositiveSmallIntegerField(default=0, db_default=0)
    assigned_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pickup"], condition=Q(state__in=LIVE_JOB_STATES), name="job_one_live"),
            models.CheckConstraint(
                condition=~Q(state__in=("withdrawn", "failed")) | ~Q(reason=""), name="job_end_has_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-assigned_at"], name="job_mine"),
            models.Index(fields=["pickup"], name="job_of_pickup"),
            models.Index(fields=["recycler"], condition=Q(state__in=LIVE_JOB_STATES), name="job_inbound"),
        ]


class Incident(models.Model):
    """What went wrong on the way, with the phone's time and the house's."""

    id = models.UUIDField(primary_key=True)
    job = models.ForeignKey(Job, models.PROTECT, related_name="incidents")
    kind = models.CharField(max_length=20)
    note = models.CharField(max_length=500, blank=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    reported_by = models.UUIDField(null=True)


class IncidentPhoto(models.Model):
    """A photo as evidence, kept by the hash of its original bytes as well. Append-only."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="photos")
    upload = models.ForeignKey(Upload, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "upload"], name="evidence_of_job_once")]


class UnservedAlarm(models.Model):
    """The managers were told that much was unserved in a district (or a region's unknown one) on that day."""

    programme = models.ForeignKey(Programme, models.PROTECT)
    place = models.CharField(max_length=9)  # KATO code
    day = models.DateField()
    mass_g = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "place", "day"], name="alarm_once_a_day")]


class Price(models.Model):
    """What room of a contract's quota is worth to loads to come, in metres; written by each re-optimisation, absent at 0."""

    contract = models.ForeignKey(Contract, models.PROTECT, db_index=False)
    category = models.ForeignKey(Category, models.PROTECT, db_index=False)
    metres = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contract", "category"], name="price_once")]


class Explanation(models.Model):
    """Why a wave went to whom it went, or to nobody: every contract considered, with the rules' verdicts and numbers."""

    id = models.BigAutoField(primary_key=True)
    pickup = models.ForeignKey(Pickup, models.PROTECT, related_name="explanations")
    wave = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    considered = models.JSONField()


class Plan(models.Model):
    """The routes of one contract's day. Of one day at most one plan is being made, and at most one is in force."""

    id = models.UUIDField(primary_key=True)
    contract = models.ForeignKey(Contract, models.PROTECT, db_index=False)
    day = models.DateField()
    state = models.CharField(max_length=8, choices=[(s, s) for s in PLAN_STEPS])
    why = models.CharField(max_length=8, choices=[(s, s) for s in PLAN_REASONS])
    progress = models.PositiveSmallIntegerField(default=0)  # of a hundred
    vehicles = models.JSONField(default=list)  # [[vehicle id, driver id or null]] as asked for; none: all of them
    seed = models.PositiveIntegerField(default=0)
    cost = models.BigIntegerField(null=True)  # what the planner made least: metres driven, and what was left undone
    metres = models.PositiveIntegerField(null=True)
    provider = models.CharField(max_length=20, blank=True)  # who measured the distances
    fallback = models.BooleanField(default=False)  # the engine was away, so they are estimates
    unreachable = models.PositiveIntegerField(default=0, db_default=0)  # ways between places that no road joins: estimates too
    unserved = models.JSONField(default=list)  # [[job id, reason]]
    error = models.CharField(max_length=40, blank=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, db_index=False)
    asked_by = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = HouseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "day"], condition=Q(state__in=OPEN_PLAN_STATES),
                                    name="plan_one_open"),
            models.UniqueConstraint(fields=["contract", "day"], condition=Q(state="done"), name="plan_one_in_force"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="plan_progress_of_hundred"),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(error=""), name="plan_failure_has_code"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_PLAN_STATES, ended_at=None)
                | (~Q(state__in=OPEN_PLAN_STATES) & Q(ended_at__isnull=False)), name="plan_end_has_time"),
        ]
        indexes = [models.Index(fields=["contract", "day", "-created_at"], name="plan_of_day"),
                   models.Index(fields=["day"], condition=Q(state="done"), name="plan_in_force")]


class Route(models.Model):
    """One vehicle's day, from where it starts to its base. `driver_id` None: nobody is named yet."""

    id = models.UUIDField(primary_key=True)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="routes", db_index=False)
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, db_index=False)
    driver_id = models.UUIDField(null=True, db_index=True)
    start = PointField(geography=True, spatial_index=False)
    end = PointField(geography=True, spatial_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    metres = models.PositiveIntegerField()  # all of it, the way home included
    seconds = models.PositiveIntegerField()  # of driving
    home_m = models.PositiveIntegerField()  # from the last stop to the base
    mass_g = models.BigIntegerField()
    value_tiyn = models.BigIntegerField(null=True)  # what its mass would be paid by the tariffs; None: nothing is yet

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "vehicle"], name="route_one_a_vehicle")]


class RouteStop(models.Model):
    """Where a route halts: at a generator's gate to load a job, at its plant to unload it."""

    route = models.ForeignKey(Route, models.PROTECT, related_name="stops", db_index=False)
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=[(s, s) for s in STOP_KINDS])
    job = models.ForeignKey(Job, models.PROTECT, related_name="stops")
    arrives_at = models.DateTimeField()
    departs_at = models.DateTimeField()
    load_g = models.BigIntegerField()  # on the vehicle when it drives on
    metres = models.PositiveIntegerField()  # from the stop before
    seconds = models.PositiveIntegerField()
    fixed = models.BooleanField(default=False)  # a person, not the planner, gave the job to this vehicle
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["route", "position"], name="stop_position_once"),
            models.CheckConstraint(condition=Q(departs_at__gte=F("arrives_at")), name="stop_forward"),
        ]
