from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from api.http.fields import (
    GeoPoint,
    Id,
    Instant,
    ListOf,
    OneOf,
    Reply,
    StrictBoolean,
    StrictInteger,
    StrictQuery,
    StrictSerializer,
    Text,
    Wrong,
)
from api.http.pagination import PageQuery, PageReply
from api.v1.places.serializers import PRECISIONS
from collection.contracts.states import ORIGINS, STAGES
from collection.dispatch.states import OFFER_STEPS
from collection.pickups.states import CANCEL_REASONS, PICKUP_STEPS

PROGRAMME = r"[a-z0-9][a-z0-9_-]{0,39}"
CATEGORY = r"[a-z][a-z_]{0,19}"
KATO = r"[0-9]{9}"


class PhoneMadeId(Id):
    """A UUIDv7 made by the phone."""

    def to_internal_value(self, data: Any) -> UUID:
        found = super().to_internal_value(data)
        if found.version != 7:
            raise Wrong("not_a_uuid7")
        return found


class PickupForm(StrictSerializer):
    """What is to be fetched, where and when."""

    id = PhoneMadeId(required=False, help_text="made by the phone, so that a request written offline is known again")
    programme = Text(max_length=40, pattern=PROGRAMME, help_text="its code")
    site_id = Id()
    category = Text(max_length=20, pattern=CATEGORY)
    waste_code = Text(max_length=6, pattern=r"[0-9]{6}", required=False, allow_null=True)
    declared_g = StrictInteger(min_value=1, help_text="grams; at most one lorry's load, 40 t")
    mass_assumed = StrictBoolean(default=False, help_text="nobody named the mass: a stand-in until it is weighed")
    origin = OneOf(ORIGINS)
    window_from = Instant()
    window_to = Instant()
    note = Text(max_length=500, min_length=0, lines=True, default="")
    occurred_at = Instant(required=False, help_text="when it was asked for, by the phone's clock")
    photo_ids = ListOf(child=Id(), max_length=10, default=[], help_text="uploads that were announced")


class PickupQuery(PageQuery):
    state = OneOf(list(PICKUP_STEPS), required=False)
    programme = Text(max_length=40, pattern=PROGRAMME, required=False)
    category = Text(max_length=20, pattern=CATEGORY, required=False)
    region = Text(max_length=9, pattern=KATO, required=False, help_text="KATO code")


class UnservedQuery(PageQuery):
    programme = Text(max_length=40, pattern=PROGRAMME, required=False)


class DistrictQuery(StrictQuery):
    programme = Text(max_length=40, pattern=PROGRAMME, required=False)
    days = StrictInteger(min_value=1, max_value=366, default=30, help_text="how far back what was lost is counted")


class WaveQuery(StrictQuery):
    wave = StrictInteger(min_value=1, max_value=10_000, required=False, help_text="the latest unless told otherwise")


class CancelForm(StrictSerializer):
    reason = OneOf(CANCEL_REASONS)


class MissedForm(StrictSerializer):
    """When it may be fetched instead."""

    window_from = Instant()
    window_to = Instant()
    note = Text(max_length=500, min_length=0, lines=True, default="")


class AssignForm(StrictSerializer):
    contract_id = Id()


class PartyReply(Reply):
    id = serializers.UUIDField()
    name = serializers.CharField()


class PickupPlaceReply(Reply):
    region = serializers.CharField(help_text="KATO code")
    district = serializers.CharField(allow_null=True)
    exact = serializers.BooleanField(help_text="false: the point is rounded to about a kilometre, the address withheld")
    point = GeoPoint()
    name = serializers.CharField(allow_null=True)
    address = serializers.CharField(allow_null=True)


class CheckReply(Reply):
    payable = serializers.BooleanField()
    served = serializers.BooleanField(help_text="a contract collects this category in this region")
    stages = serializers.ListField(child=serializers.ChoiceField(STAGES), help_text="that have a rate on that day")
    reasons = serializers.ListField(child=serializers.CharField(), help_text="why it is not payable or not served")


class CheckedReply(CheckReply):
    region = serializers.CharField(help_text="KATO code")
    district = serializers.CharField(allow_null=True)
    precision = serializers.ChoiceField(PRECISIONS)
    duplicates = serializers.ListField(child=serializers.UUIDField(), help_text="requests that look like this one")


class PickupReply(Reply):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    programme = serializers.CharField()
    synthetic = serializers.BooleanField()
    state = serializers.ChoiceField(list(PICKUP_STEPS))
    reason = serializers.CharField(help_text="why it is unserved, or ended as it did")
    category = serializers.CharField()
    waste_code = serializers.CharField(allow_null=True)
    declared_g = serializers.IntegerField()
    mass_assumed = serializers.BooleanField(help_text="nobody named the mass: a stand-in until it is weighed")
    origin = serializers.ChoiceField(ORIGINS)
    window_from = serializers.DateTimeField()
    window_to = serializers.DateTimeField()
    occurred_at = serializers.DateTimeField(help_text="by the phone's clock")
    submitted_at = serializers.DateTimeField(help_text="by the house's clock")
    accepted_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    place = PickupPlaceReply()
    site_id = serializers.UUIDField(allow_null=True)
    note = serializers.CharField(allow_null=True)
    generator = PartyReply(allow_null=True, help_text="withheld until a collector has accepted")
    collector = PartyReply(allow_null=True)
    recycler = PartyReply(allow_null=True)
    facility_id = serializers.UUIDField(allow_null=True)
    job_id = serializers.UUIDField(allow_null=True)
    driver_id = serializers.UUIDField(allow_null=True)
    vehicle_plate = serializers.CharField(allow_null=True)
    handover_code = serializers.CharField(allow_null=True, help_text="the generator's alone, to be told to the driver")
    photo_ids = serializers.ListField(child=serializers.UUIDField(), allow_null=True)
    flags = serializers.ListField(child=serializers.CharField(), help_text="device_clock_ahead")
    residual_of = serializers.UUIDField(allow_null=True, help_text="the request of which this is what was left")
    version = serializers.IntegerField()
    allowed_actions = serializers.ListField(child=serializers.CharField())


class PickupsReply(PageReply):
    items = PickupReply(many=True)


class SubmittedReply(PickupReply):
    checked = CheckReply()


class TimelineReply(Reply):
    of = serializers.CharField(help_text="pickup, job or consignment")
    step = serializers.CharField()
    at = serializers.DateTimeField()
    mass_g = serializers.IntegerField(allow_null=True, help_text="grams declared or sealed by this step")


class PickupDetailReply(PickupReply):
    timeline = TimelineReply(many=True, help_text="oldest first")


class NeedReply(Reply):
    """What the pickup asked of contracts, as far as this wave was widened."""

    category = serializers.CharField()
    region = serializers.CharField(help_text="KATO code")
    mass_g = serializers.IntegerField()
    day = serializers.DateField(help_text="of the window, in Almaty")
    holiday = serializers.BooleanField()
    max_trips = serializers.IntegerField()
    radius_m = serializers.IntegerField(allow_null=True, help_text="null: however far")
    neighbours = serializers.ListField(child=serializers.CharField(), help_text="other regions reached into")


class CostReply(Reply):
    """What asking it is expected to cost; the lowest score is asked first. Metres; shares from 0 to 1."""

    rank = serializers.IntegerField()
    recycler_contract_id = serializers.UUIDField(help_text="the plant that goes with it")
    trips = serializers.IntegerField(help_text="of its largest vehicle")
    empty_m = serializers.IntegerField(help_text="base to site, between trips, and home")
    loaded_m = serializers.IntegerField(help_text="site to plant, every trip")
    accepted = serializers.IntegerField(help_text="of its latest answers")
    refused = serializers.IntegerField(help_text="declined, or let lapse")
    withdrawn = serializers.IntegerField(help_text="accepted and given back")
    acceptance = serializers.FloatField(help_text="expected")
    shortfall = serializers.FloatField(help_text="below its fair share of tonnes: 0 not at all, 1 it has had nothing")
    scarce_m = serializers.IntegerField(help_text="what the room it takes is worth to loads to come, in metres")
    score_m = serializers.IntegerField()


class ConsideredReply(Reply):
    """A contract, its numbers, and every rule's yes or no."""

    contract_id = serializers.UUIDField()
    number = serializers.CharField()
    kind = serializers.CharField()
    state = serializers.CharField()
    suspended = serializers.BooleanField(help_text="the organisation is")
    organisation_id = serializers.UUIDField()
    organisation = serializers.CharField()
    valid_from = serializers.DateField()
    valid_until = serializers.DateField(help_text="the first day it is no longer valid")
    distance_m = serializers.IntegerField()
    working_days = serializers.ListField(child=serializers.IntegerField(), help_text="ISO: 1 is Monday")
    serves_region = serializers.BooleanField()
    quota_g = serializers.IntegerField(allow_null=True)
    quota_used_g = serializers.IntegerField()
    verdicts = serializers.DictField(child=serializers.BooleanField())
    eligible = serializers.BooleanField()


class CollectorReply(ConsideredReply):
    serves_neighbour = serializers.BooleanField()
    cap_tiyn = serializers.IntegerField(allow_null=True)
    cap_used_tiyn = serializers.IntegerField()
    payload_g = serializers.IntegerField(help_text="of its largest vehicle in service; 0: it has none")
    own = serializers.BooleanField(help_text="the generator's own contract")
    asked = serializers.BooleanField(help_text="in an earlier wave")
    cost = CostReply(allow_null=True, help_text="null: not in the ranking")


class PlantReply(ConsideredReply):
    facility_id = serializers.UUIDField()
    capacity_g = serializers.IntegerField(allow_null=True, help_text="licensed grams a month; null: no ceiling")
    capacity_used_g = serializers.IntegerField(help_text="of that month")


class WeighedReply(Reply):
    eligible = serializers.IntegerField(help_text="how many contracts were, of the nearest twenty")
    need = NeedReply()
    contracts = CollectorReply(many=True)
    recyclers = PlantReply(many=True)


class DryRunReply(WeighedReply):
    wave_size = serializers.IntegerField(help_text="so many of the first would be asked at once")
    checked = CheckedReply()


class LatestReply(WeighedReply):
    wave = serializers.IntegerField()
    at = serializers.DateTimeField()


class UnservedReply(PickupReply):
    explanation = LatestReply(allow_null=True)


class DistrictReply(Reply):
    """Declared grams of one district that nobody fetches."""

    programme = serializers.CharField()
    region = serializers.CharField(help_text="KATO code")
    district = serializers.CharField(allow_null=True)
    waiting_n = serializers.IntegerField()
    waiting_g = serializers.IntegerField(help_text="unserved now")
    oldest_at = serializers.DateTimeField(allow_null=True)
    lost_n = serializers.IntegerField()
    lost_g = serializers.IntegerField(help_text="expired in the last days: nobody came")


class DistrictsReply(Reply):
    items = DistrictReply(many=True)


class UnservedPageReply(PageReply):
    items = UnservedReply(many=True)


class AnsweredReply(Reply):
    """An offer of this wave, and what became of it."""

    id = serializers.UUIDField()
    rank = serializers.IntegerField()
    contract_id = serializers.UUIDField()
    number = serializers.CharField()
    distance_m = serializers.IntegerField()
    state = serializers.ChoiceField(list(OFFER_STEPS))
    reason = serializers.CharField()
    offered_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    recycler_contract_id = serializers.UUIDField(allow_null=True)


class ExplanationReply(LatestReply):
    pickup_id = serializers.UUIDField()
    waves = serializers.ListField(child=serializers.IntegerField(), help_text="that can be asked for")
    offers = AnsweredReply(many=True)
