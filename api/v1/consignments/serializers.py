"""Loads: taken, weighed, delivered, received, corrected; with their timeline and what each stage pays."""
from __future__ import annotations

from typing import Any

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
    StrictSerializer,
    Text,
    Wrong,
)
from api.http.pagination import PageQuery, PageReply
from collection.contracts.states import ORIGINS, STAGES
from collection.custody.states import CONSIGNMENT_STEPS, LINEAGE_NODES, LINEAGE_STEPS, LOSS_REASONS, REFUSAL_REASONS
from collection.payouts.states import CLAIM_STEPS, STAGE_STATUSES

#: A million tonnes: beyond it a mass is not a mass; what is beyond a lorry's load is refused by the programme's rules.
MAX_G = 10**12


def grams(*, least: int = 1, **options: object) -> StrictInteger:
    return StrictInteger(min_value=least, max_value=MAX_G, help_text="grams", **options)


class ConsignmentQuery(PageQuery):
    programme = Text(max_length=40, required=False)
    state = OneOf(list(CONSIGNMENT_STEPS), required=False)
    category = Text(max_length=20, required=False)


class CollectForm(StrictSerializer):
    """What the driver says at the generator's gate; the rest stands in the pickup."""

    id = Id(required=False, help_text="a UUIDv7 made by the phone")
    loaded_at = Instant(help_text="by the phone's clock")
    handover_code = Text(max_length=6, pattern=r"[0-9]{6}", help_text="the generator tells it to the driver")
    vehicle_id = Id(required=False, help_text="another vehicle than the job's")
    plate = Text(max_length=15, required=False, help_text="of a hired vehicle that is not in the registry")
    recycler_contract_id = Id(required=False, help_text="needed only where dispatch found no recycler")
    more_follows = StrictBoolean(required=False, help_text="another trip of this job is to come; by the planned trips if unsaid")
    rest_g = StrictInteger(
        min_value=1, max_value=MAX_G, required=False,
        help_text="grams that stay there after the last trip, by estimate: they become a request of their own")
    estimated_g = grams(required=False)
    packages = Text(max_length=200, required=False, help_text="what it is packed in, and how many")
    driver_name = Text(max_length=200, required=False)
    remark = Text(max_length=500, required=False)
    signed = StrictBoolean(required=False, help_text="false: drawn up at a desk, the driver signs the sheet later")


class LoadForm(StrictSerializer):
    """A collector's own load, without a pickup: from a registered site, or from a point of the map."""

    id = Id(required=False, help_text="a UUIDv7 made by the phone")
    loaded_at = Instant(help_text="by the phone's clock")
    category = Text(max_length=20)
    waste_code = Text(max_length=6, pattern=r"[0-9]{6}", required=False)
    origin = OneOf(ORIGINS)
    collector_contract_id = Id()
    recycler_contract_id = Id()
    site_id = Id(required=False)
    point = GeoPoint(required=False)
    vehicle_id = Id(required=False)
    plate = Text(max_length=15, required=False, help_text="of a hired vehicle that is not in the registry")
    estimated_g = grams(required=False)
    packages = Text(max_length=200, required=False, help_text="what it is packed in, and how many")
    driver_name = Text(max_length=200, required=False)
    remark = Text(max_length=500, required=False)
    signed = StrictBoolean(required=False, help_text="false: drawn up at a desk, the driver signs the sheet later")


class WeighingForm(StrictSerializer):
    """The scale's ticket, with its own tare or the vehicle's stored one."""

    scale_id = Id()
    ticket_number = Text(max_length=40)
    occurred_at = Instant(help_text="printed on the ticket")
    gross_g = grams()
    tare_g = grams(required=False)
    stored_tare_id = Id(required=False, help_text="a tare of this vehicle, instead of tare_g")
    manual = StrictBoolean(default=False, help_text="typed in, not read from the scale")
    estimated = StrictBoolean(default=False, help_text="not weighed whole: by axles, by volume")

    one_of = ("tare_g", "stored_tare_id")

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        given = [name for name in self.one_of if name in asked]
        if len(given) != 1:
            raise Wrong("tare_twice" if given else "required", at=self.one_of[len(given) // 2])
        return asked


class ReceiptForm(StrictSerializer):
    """The recycler's decision: accepted and refused together are the net mass."""

    accepted_g = grams(least=0)
    refused_g = grams(least=0)
    impurity_g = grams(least=0, required=False)
    reason = OneOf(REFUSAL_REASONS, required=False, help_text="needed when anything is refused")
    occurred_at = Instant()


class StayForm(StrictSerializer):
    facility_id = Id(help_text="a store of the collector's own")
    occurred_at = Instant()


class PartForm(StrictSerializer):
    mass_g = grams()
    recycler_contract_id = Id(required=False, help_text="where it is to go, if elsewhere than the load")


class DivisionForm(StrictSerializer):
    """Parts and loss together are the load's mass, to the gram."""

    parts = ListOf(child=PartForm(), min_length=0, max_length=50)
    lost_g = grams(least=0, default=0)
    lost_why = OneOf(LOSS_REASONS, required=False, help_text="needed when anything is lost")
    occurred_at = Instant()


class RuleReply(Reply):
    code = serializers.CharField()
    title = serializers.CharField(help_text="in the language of Accept-Language")
    cure = serializers.CharField(allow_null=True, help_text="what would put it right, in the same language")


class StageMoneyReply(Reply):
    """One stage of a load: what it pays, or why it does not. Reversals and corrected editions are entries of their own."""

    stage = serializers.ChoiceField(STAGES)
    status = serializers.ChoiceField(STAGE_STATUSES)
    contract_id = serializers.UUIDField(allow_null=True)
    mass_g = serializers.IntegerField(allow_null=True)
    amount_tiyn = serializers.IntegerField(allow_null=True, help_text="null for whoever it is not owed to")
    currency = serializers.ChoiceField(["KZT"])
    held_by = RuleReply(many=True)
    claim_number = serializers.IntegerField(allow_null=True)
    claim_state = serializers.ChoiceField(list(CLAIM_STEPS), allow_null=True)
    reversal = serializers.BooleanField()


class StepReply(Reply):
    """Something sealed: by the clock on the spot, by the house's clock, and its grams."""

    step = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    mass_g = serializers.IntegerField(allow_null=True)
    details = serializers.DictField()


class ConsignmentReply(Reply):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    programme = serializers.CharField()
    synthetic = serializers.BooleanField()
    state = serializers.ChoiceField(list(CONSIGNMENT_STEPS))
    allowed_actions = serializers.ListField(child=serializers.CharField(), help_text="what the caller's role may do now")
    category = serializers.CharField()
    waste_code = serializers.CharField(allow_null=True)
    origin = serializers.ChoiceField(ORIGINS)
    region = serializers.CharField()
    district = serializers.CharField(allow_null=True)
    generator_id = serializers.UUIDField(allow_null=True)
    collector_id = serializers.UUIDField()
    collector_contract_id = serializers.UUIDField()
    recycler_id = serializers.UUIDField()
    recycler_contract_id = serializers.UUIDField()
    facility_id = serializers.UUIDField()
    vehicle_id = serializers.UUIDField(allow_null=True)
    driver_id = serializers.UUIDField(allow_null=True)
    parent_id = serializers.UUIDField(allow_null=True, help_text="of a part: the load it was divided from")
    store_id = serializers.UUIDField(allow_null=True, help_text="the facility it is temporarily stored in")
    declared_g = serializers.IntegerField(allow_null=True, help_text="by the pickups it serves")
    net_g = serializers.IntegerField(allow_null=True)
    accepted_g = serializers.IntegerField(allow_null=True, help_text="as last corrected")
    refused_g = serializers.IntegerField(allow_null=True)
    recycled_g = serializers.IntegerField(allow_null=True, help_text="its share of a batch's input")
    loaded_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class ConsignmentDetailReply(ConsignmentReply):
    timeline = StepReply(many=True)
    money = StageMoneyReply(many=True)


class ConsignmentsReply(PageReply):
    items = ConsignmentReply(many=True)


class LineageNodeReply(Reply):
    """Somewhere grams have been. Below the load asked about, what came in is what went on and what is held."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(LINEAGE_NODES)
    object_id = serializers.UUIDField(help_text="of the pickup, load, grouping, facility, batch or sale")
    number = serializers.IntegerField(allow_null=True)
    state = serializers.CharField(allow_null=True)
    mass_g = serializers.IntegerField(help_text="grams of this load that came through; above it, the node's own mass")
    held_g = serializers.IntegerField(help_text="grams of this load that are still, or finally, here")
    whole_g = serializers.IntegerField(allow_null=True, help_text="grams of the whole mixture, where it is one")


class LineageEdgeReply(Reply):
    source = serializers.CharField()
    target = serializers.CharField()
    grams = serializers.IntegerField()
    how = serializers.ChoiceField(LINEAGE_STEPS)


class LineageReply(Reply):
    consignment_id = serializers.UUIDField()
    nodes = LineageNodeReply(many=True)
    edges = LineageEdgeReply(many=True)
