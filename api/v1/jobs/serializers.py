from __future__ import annotations

from rest_framework import serializers

from api.http.fields import GeoPoint, Id, Instant, ListOf, OneOf, Reply, StrictSerializer, Text
from api.http.pagination import PageQuery, PageReply
from api.v1.papers.serializers import EvidenceReply
from api.v1.pickups.serializers import PartyReply, PickupPlaceReply
from collection.contracts.states import ORIGINS
from collection.dispatch.states import INCIDENT_KINDS, JOB_STEPS, WITHDRAW_REASONS


class JobQuery(PageQuery):
    state = OneOf(list(JOB_STEPS), required=False)
    pickup = Id(required=False)


class ReassignForm(StrictSerializer):
    contract_id = Id()


class DriverForm(StrictSerializer):
    driver_id = Id()
    vehicle_id = Id()


class WithdrawForm(StrictSerializer):
    reason = OneOf(WITHDRAW_REASONS)


class IncidentForm(StrictSerializer):
    """What went wrong at the gate."""

    kind = OneOf(INCIDENT_KINDS)
    note = Text(max_length=500, min_length=0, lines=True, default="")
    occurred_at = Instant(required=False, help_text="by the phone's clock")
    upload_ids = ListOf(child=Id(), max_length=20, default=[], help_text="stored photos of one's own, as evidence")


class PlantPlaceReply(Reply):
    id = serializers.UUIDField()
    name = serializers.CharField()
    address = serializers.CharField()
    point = GeoPoint()


class JobVehicleReply(Reply):
    id = serializers.UUIDField()
    plate = serializers.CharField()
    payload_g = serializers.IntegerField()


class JobReply(Reply):
    id = serializers.UUIDField()
    pickup_id = serializers.UUIDField()
    pickup_number = serializers.IntegerField()
    state = serializers.ChoiceField(list(JOB_STEPS))
    reason = serializers.CharField()
    contract_id = serializers.UUIDField()
    recycler_contract_id = serializers.UUIDField(allow_null=True)
    assigned_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    category = serializers.CharField()
    waste_code = serializers.CharField(allow_null=True)
    declared_g = serializers.IntegerField()
    mass_assumed = serializers.BooleanField(help_text="nobody named the mass: a stand-in until it is weighed")
    origin = serializers.ChoiceField(ORIGINS)
    window_from = serializers.DateTimeField()
    window_to = serializers.DateTimeField()
    place = PickupPlaceReply()
    note = serializers.CharField(allow_null=True)
    collector = PartyReply()
    recycler = PartyReply(allow_null=True)
    facility = PlantPlaceReply(allow_null=True)
    driver_id = serializers.UUIDField(allow_null=True)
    vehicle = JobVehicleReply(allow_null=True)
    trips = serializers.IntegerField(help_text="that the load takes with the contractor's largest vehicle")
    trips_done = serializers.IntegerField()
    frozen = serializers.BooleanField(help_text="an officer decided: the optimiser leaves it alone")
    version = serializers.IntegerField()
    allowed_actions = serializers.ListField(child=serializers.CharField())


class JobsReply(PageReply):
    items = JobReply(many=True)


class IncidentReply(Reply):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(INCIDENT_KINDS)
    note = serializers.CharField()
    occurred_at = serializers.DateTimeField(help_text="by the phone's clock")
    recorded_at = serializers.DateTimeField(help_text="by the house's clock")
    photos = EvidenceReply(many=True)


class JobDetailReply(JobReply):
    incidents = IncidentReply(many=True)
