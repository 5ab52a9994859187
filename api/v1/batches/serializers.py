"""The plant: processing batches, and what was sold of their product."""
from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.http.fields import Id, Instant, ListOf, Month, OneOf, Reply, StrictQuery, StrictSerializer, Text, Wrong
from api.http.pagination import PageQuery, PageReply
from api.v1.consignments.serializers import grams
from collection.custody.states import MATERIALS, PRODUCTS

MAX_MONTHS = 36


class BatchQuery(PageQuery):
    contract_id = Id(required=False)
    category = Text(max_length=20, required=False)


class BatchForm(StrictSerializer):
    """Whole loads go in; product, by-product and loss add up to their accepted mass."""

    contract_id = Id()
    category = Text(max_length=20)
    consignment_ids = ListOf(child=Id(), min_length=1, max_length=500)
    product_g = grams(least=0)
    byproduct_g = grams(least=0, default=0)
    loss_g = grams(least=0, default=0)
    occurred_at = Instant()


class BatchReply(Reply):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    contract_id = serializers.UUIDField()
    facility_id = serializers.UUIDField()
    category = serializers.CharField()
    input_g = serializers.IntegerField()
    product_g = serializers.IntegerField()
    byproduct_g = serializers.IntegerField()
    loss_g = serializers.IntegerField()
    corrected_g = serializers.IntegerField(help_text="what later corrections added to its input and its loss alike")
    yield_permille = serializers.IntegerField(help_text="product per mille of the input as corrected")
    yield_in_band = serializers.BooleanField(allow_null=True, help_text="whether that is plausible; outside it is held")
    consignment_ids = serializers.ListField(child=serializers.UUIDField())
    occurred_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()


class BatchesReply(PageReply):
    items = BatchReply(many=True)


class SaleQuery(PageQuery):
    facility_id = Id(required=False)


class SaleForm(StrictSerializer):
    facility_id = Id()
    category = Text(max_length=20)
    material = OneOf(PRODUCTS, default="product")
    mass_g = grams()
    buyer = Text(max_length=200)
    buyer_number = Text(max_length=12, pattern=r"[0-9]{12}", required=False, help_text="BIN or IIN")
    einvoice_number = Text(max_length=60)
    occurred_at = Instant()


class LotReply(Reply):
    batch_id = serializers.UUIDField()
    number = serializers.IntegerField(help_text="of the batch")
    mass_g = serializers.IntegerField()


class SaleReply(Reply):
    id = serializers.UUIDField()
    facility_id = serializers.UUIDField()
    category = serializers.CharField()
    material = serializers.ChoiceField(PRODUCTS)
    mass_g = serializers.IntegerField()
    buyer = serializers.CharField()
    buyer_number = serializers.CharField()
    einvoice_number = serializers.CharField()
    lots = LotReply(many=True, help_text="the batches it was of; less than its mass where more was sold than made")
    occurred_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()


class SalesReply(PageReply):
    items = SaleReply(many=True)


class BalanceQuery(StrictQuery):
    month_from = Month()
    month_to = Month(required=False, help_text="the last month; the first one alone if unsaid, 36 at most")
    category = Text(max_length=20, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        first, last = attrs["month_from"], attrs.get("month_to", attrs["month_from"])
        if last < first:
            raise Wrong("out_of_order", at="month_to")
        if (last.year - first.year) * 12 + last.month - first.month >= MAX_MONTHS:
            raise Wrong("range_too_long", at="month_to", max_months=MAX_MONTHS)
        return attrs


class BalanceRowReply(Reply):
    """opening + in - out - loss = closing. `all`: the plant as a whole, what it made of its waste being no way in or out."""

    category = serializers.CharField()
    month = serializers.DateField(help_text="its first day")
    material = serializers.ChoiceField(MATERIALS)
    opening_g = serializers.IntegerField()
    in_g = serializers.IntegerField(help_text="received or stored; of products: made")
    out_g = serializers.IntegerField(help_text="became product, left the store, or was sold")
    loss_g = serializers.IntegerField()
    closing_g = serializers.IntegerField(help_text="below zero where more was sold than made")


class BalanceReply(Reply):
    facility_id = serializers.UUIDField()
    rows = BalanceRowReply(many=True)
