"""Plans and routes. A route's halts come in their order, with the way from the one before."""
from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.http.fields import Day, GeoPoint, Id, ListOf, Reply, StrictSerializer, Wrong
from api.http.pagination import PageQuery, PageReply
from api.v1.jobs.serializers import JobVehicleReply, PlantPlaceReply
from api.v1.pickups.serializers import PickupPlaceReply
from collection.dispatch.states import JOB_STEPS, PLAN_REASONS, PLAN_STEPS, STOP_KINDS, UNSERVED_REASONS


class NamedVehicleForm(StrictSerializer):
    vehicle_id = Id()
    driver_id = Id(required=False, allow_null=True, help_text="who drives it; as before where nobody is named")


class PlanForm(StrictSerializer):
    """Whose day is planned: a contract's, or that of the organisation's only contract that collects."""

    day = Day()
    contract_id = Id(required=False)
    organisation_id = Id(required=False, help_text="one's own when neither is named")
    vehicles = ListOf(child=NamedVehicleForm(), max_length=200, default=[],
                      help_text="none: every vehicle in service that has not broken down today")

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if "contract_id" in asked and "organisation_id" in asked:
            raise Wrong("contract_or_organisation", at="organisation_id")
        seen = set()
        for n, one in enumerate(asked["vehicles"]):
            if one["vehicle_id"] in seen:
                raise Wrong("duplicate", at=f"vehicles/{n}/vehicle_id")
            seen.add(one["vehicle_id"])
        return asked


class RouteQuery(PageQuery):
    day = Day(required=False, help_text="today in Almaty when not named")
    contract = Id(required=False)


class LeftOverReply(Reply):
    job_id = serializers.UUIDField()
    pickup_id = serializers.UUIDField()
    pickup_number = serializers.IntegerField()
    mass_g = serializers.IntegerField()
    window_from = serializers.DateTimeField()
    window_to = serializers.DateTimeField()
    reason = serializers.ChoiceField(UNSERVED_REASONS)


class RouteSummaryReply(Reply):
    id = serializers.UUIDField()
    plan_id = serializers.UUIDField()
    contract_id = serializers.UUIDField()
    day = serializers.DateField()
    in_force = serializers.BooleanField(help_text="false: a newer plan has taken its place")
    vehicle = JobVehicleReply()
    driver_id = serializers.UUIDField(allow_null=True)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    distance_m = serializers.IntegerField()
    driving_s = serializers.IntegerField()
    mass_g = serializers.IntegerField(help_text="declared grams it fetches")
    value_tiyn = serializers.IntegerField(
        allow_null=True, help_text="what that mass would be paid by the day's tariffs: an estimate, not an accrual")
    value_tiyn_per_km = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()
    halts = serializers.IntegerField()
    provider = serializers.CharField(help_text="who measured the distances")
    fallback = serializers.BooleanField(help_text="the road engine was away: distances and times are estimates")
    version = serializers.IntegerField()


class StopReply(Reply):
    position = serializers.IntegerField()
    kind = serializers.ChoiceField(STOP_KINDS)
    job_id = serializers.UUIDField()
    pickup_id = serializers.UUIDField()
    pickup_number = serializers.IntegerField()
    category = serializers.CharField()
    mass_g = serializers.IntegerField()
    job_state = serializers.ChoiceField(list(JOB_STEPS))
    arrives_at = serializers.DateTimeField()
    departs_at = serializers.DateTimeField()
    window_from = serializers.DateTimeField(allow_null=True)
    window_to = serializers.DateTimeField(allow_null=True)
    load_g = serializers.IntegerField(help_text="grams aboard when it drives on")
    distance_m = serializers.IntegerField(help_text="from the halt before")
    driving_s = serializers.IntegerField()
    fixed = serializers.BooleanField(help_text="a person, not the planner, gave the job to this vehicle")
    done_at = serializers.DateTimeField(allow_null=True)
    place = PickupPlaceReply(allow_null=True)
    facility = PlantPlaceReply(allow_null=True)


class RouteReply(RouteSummaryReply):
    start = GeoPoint()
    base = GeoPoint(help_text="where it ends")
    home_m = serializers.IntegerField(help_text="from the last halt to the base")
    stops = StopReply(many=True)
    unserved = LeftOverReply(many=True)


class RoutesReply(PageReply):
    items = RouteSummaryReply(many=True)


class TodayReply(Reply):
    day = serializers.DateField()
    items = RouteReply(many=True)


class RemarkReply(Reply):
    code = serializers.CharField()
    title = serializers.CharField(help_text="in the language of Accept-Language")


class PlanReply(Reply):
    id = serializers.UUIDField()
    contract_id = serializers.UUIDField()
    organisation_id = serializers.UUIDField()
    day = serializers.DateField()
    state = serializers.ChoiceField(list(PLAN_STEPS))
    why = serializers.ChoiceField(PLAN_REASONS)
    progress = serializers.IntegerField(help_text="of a hundred")
    seed = serializers.IntegerField()
    cost = serializers.IntegerField(allow_null=True, help_text="what the planner made least, in metres")
    distance_m = serializers.IntegerField(allow_null=True)
    provider = serializers.CharField()
    fallback = serializers.BooleanField()
    unreachable = serializers.IntegerField(help_text="ways between its places that no road joins, estimated as the crow flies")
    error = serializers.CharField(allow_null=True)
    replaces_id = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    routes = RouteSummaryReply(many=True)
    unserved = LeftOverReply(many=True)
    remarks = RemarkReply(many=True)
    version = serializers.IntegerField()
