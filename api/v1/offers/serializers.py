from __future__ import annotations

from rest_framework import serializers

from api.http.fields import Id, OneOf, Reply, StrictSerializer
from api.http.pagination import PageQuery, PageReply
from api.v1.pickups.serializers import PickupPlaceReply
from collection.contracts.states import ORIGINS
from collection.dispatch.states import DECLINE_REASONS, OFFER_STEPS


class OfferQuery(PageQuery):
    state = OneOf(list(OFFER_STEPS), required=False, help_text="by the house clock now")
    pickup = Id(required=False)


class DeclineForm(StrictSerializer):
    reason = OneOf(DECLINE_REASONS)


class OfferReply(Reply):
    id = serializers.UUIDField()
    pickup_id = serializers.UUIDField()
    pickup_number = serializers.IntegerField()
    contract_id = serializers.UUIDField()
    recycler_contract_id = serializers.UUIDField(allow_null=True)
    facility_id = serializers.UUIDField(allow_null=True, help_text="where the load would go")
    state = serializers.ChoiceField(list(OFFER_STEPS))
    reason = serializers.CharField()
    wave = serializers.IntegerField()
    rank = serializers.IntegerField()
    distance_m = serializers.IntegerField(help_text="from the contract's base")
    trips = serializers.IntegerField(help_text="that the load takes with the contractor's largest vehicle")
    offered_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    category = serializers.CharField()
    waste_code = serializers.CharField(allow_null=True)
    declared_g = serializers.IntegerField()
    mass_assumed = serializers.BooleanField(help_text="nobody named the mass: a stand-in until it is weighed")
    origin = serializers.ChoiceField(ORIGINS)
    window_from = serializers.DateTimeField()
    window_to = serializers.DateTimeField()
    place = PickupPlaceReply()
    allowed_actions = serializers.ListField(child=serializers.CharField())


class OffersReply(PageReply):
    items = OfferReply(many=True)


class AcceptedReply(Reply):
    offer_id = serializers.UUIDField()
    pickup_id = serializers.UUIDField()
    job_id = serializers.UUIDField()
    contract_id = serializers.UUIDField()
    recycler_contract_id = serializers.UUIDField(allow_null=True)
    facility_id = serializers.UUIDField(allow_null=True)
    accepted_at = serializers.DateTimeField()
