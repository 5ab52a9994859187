from __future__ import annotations

from rest_framework import serializers

from api.http.fields import Clock, Day, GeoPoint, Id, ListOf, Reply, StrictInteger, StrictSerializer, Text
from api.http.pagination import PageReply
from api.v1.places.serializers import PRECISIONS

OF_WHOM = "whose it is, where staff act on behalf; one's own organisation otherwise"


class PlaceForm(StrictSerializer):
    name = Text(max_length=200)
    address = Text(max_length=300, min_length=0, default="")
    point = GeoPoint()
    organisation_id = Id(required=False, help_text=OF_WHOM)


class CapacityForm(StrictSerializer):
    category = Text(max_length=20)
    monthly_g = StrictInteger(min_value=1, help_text="licensed grams a month")


class FacilityForm(PlaceForm):
    capacities = ListOf(child=CapacityForm(), max_length=20, default=[])
    opens = Clock(required=False, help_text="Almaty's time; with `closes`, or open at any time")
    closes = Clock(required=False)


class VehicleForm(StrictSerializer):
    plate = Text(max_length=20)
    payload_g = StrictInteger(min_value=1, help_text="grams it may carry")
    shift_from = Clock(required=False, help_text="Almaty's time; with `shift_to`, or the usual working day")
    shift_to = Clock(required=False)
    organisation_id = Id(required=False, help_text=OF_WHOM)


class ScaleForm(StrictSerializer):
    serial = Text(max_length=40)
    certificate_number = Text(max_length=40)
    certified_from = Day()
    certified_until = Day(help_text="the certificate's last day")
    facility_id = Id(required=False, allow_null=True)
    organisation_id = Id(required=False, help_text=OF_WHOM)


class PlaceReply(Reply):
    id = serializers.UUIDField()
    organisation_id = serializers.UUIDField()
    name = serializers.CharField()
    address = serializers.CharField()
    point = GeoPoint()
    region_kato = serializers.CharField()
    district_kato = serializers.CharField(allow_null=True)
    kato = serializers.CharField(help_text="the finest code the point yields: the district's, else the region's")
    precision = serializers.ChoiceField(PRECISIONS)
    created_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class WorkingDaysForm(StrictSerializer):
    working_days = ListOf(child=StrictInteger(min_value=1, max_value=7), max_length=7, help_text="ISO: 1 is Monday")


class BaseReply(PlaceReply):
    working_days = serializers.ListField(child=serializers.IntegerField(), help_text="ISO: 1 is Monday")


class CapacityReply(Reply):
    category = serializers.CharField()
    monthly_g = serializers.IntegerField()


class FacilityReply(BaseReply):
    capacities = CapacityReply(many=True)
    opens = Clock(allow_null=True, help_text="Almaty's time; null: open at any time")
    closes = Clock(allow_null=True)


class VehicleReply(Reply):
    id = serializers.UUIDField()
    organisation_id = serializers.UUIDField()
    plate = serializers.CharField(help_text="Latin capitals and digits, without spaces")
    payload_g = serializers.IntegerField()
    shift_from = Clock(allow_null=True, help_text="Almaty's time; null: the usual working day")
    shift_to = Clock(allow_null=True)
    created_at = serializers.DateTimeField()
    retired_at = serializers.DateTimeField(allow_null=True)


class ScaleReply(Reply):
    id = serializers.UUIDField()
    organisation_id = serializers.UUIDField()
    facility_id = serializers.UUIDField(allow_null=True)
    serial = serializers.CharField()
    certificate_number = serializers.CharField()
    certified_from = serializers.DateField()
    certified_until = serializers.DateField()
    created_at = serializers.DateTimeField()


class PlacesReply(PageReply):
    items = PlaceReply(many=True)


class BasesReply(PageReply):
    items = BaseReply(many=True)


class FacilitiesReply(PageReply):
    items = FacilityReply(many=True)


class VehiclesReply(PageReply):
    items = VehicleReply(many=True)


class ScalesReply(PageReply):
    items = ScaleReply(many=True)
