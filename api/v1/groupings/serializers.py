from __future__ import annotations

from rest_framework import serializers

from api.http.fields import Id, Instant, ListOf, Reply, StrictSerializer, Text
from api.http.pagination import PageQuery, PageReply
from api.v1.consignments.serializers import grams
from collection.custody.states import CONSIGNMENT_STEPS


class GroupingQuery(PageQuery):
    pass


class GroupingForm(StrictSerializer):
    """Loads for one vehicle and one plant. A heap gives so many grams of itself, each load its share."""

    consignment_ids = ListOf(child=Id(), min_length=1, max_length=500)
    occurred_at = Instant()
    mass_g = grams(required=False)
    recycler_contract_id = Id(required=False, help_text="where they go, if not where all of them are bound for already")
    vehicle_id = Id(required=False)
    plate = Text(max_length=15, required=False, help_text="of a hired vehicle that is not in the registry")


class GroupedReply(Reply):
    consignment_id = serializers.UUIDField()
    number = serializers.IntegerField()
    state = serializers.ChoiceField(list(CONSIGNMENT_STEPS))
    mass_g = serializers.IntegerField()


class GroupingReply(Reply):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    category = serializers.CharField()
    collector_id = serializers.UUIDField()
    recycler_contract_id = serializers.UUIDField()
    facility_id = serializers.UUIDField()
    vehicle_id = serializers.UUIDField(allow_null=True)
    plate = serializers.CharField()
    mass_g = serializers.IntegerField(help_text="grams of all members together")
    members = GroupedReply(many=True)
    occurred_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()


class GroupingsReply(PageReply):
    items = GroupingReply(many=True)
