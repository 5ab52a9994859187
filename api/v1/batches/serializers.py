"""The plant: processing batches, and what was sold of their product."""
from __future__ import annotations

from rest_framework import serializers

from api.http.fields import Id, Instant, ListOf, Reply, StrictSerializer, Text
from api.http.pagination import PageQuery, PageReply
from api.v1.consignments.serializers import grams


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
    mass_g = grams()
    buyer = Text(max_length=200)
    einvoice_number = Text(max_length=60)
    occurred_at = Instant()


class SaleReply(Reply):
    id = serializers.UUIDField()
    facility_id = serializers.UUIDField()
    category = serializers.CharField()
    mass_g = serializers.IntegerField()
    buyer = serializers.CharField()
    einvoice_number = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()


class SalesReply(PageReply):
    items = SaleReply(many=True)
