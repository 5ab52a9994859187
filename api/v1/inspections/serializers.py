"""Inspections by lot: the lottery of a month, and what was found."""
from __future__ import annotations

from rest_framework import serializers

from api.http.fields import (
    Id,
    Instant,
    ListOf,
    Month,
    OneOf,
    Reply,
    StrictBoolean,
    StrictInteger,
    StrictSerializer,
    Text,
)
from api.http.pagination import PageQuery, PageReply
from collection.payouts.states import INSPECTION_OUTCOMES


class DrawForm(StrictSerializer):
    month = Month(help_text="of the claims; over in Almaty")
    seed = Text(max_length=80, help_text="agreed upon and published before")


class DrawReply(Reply):
    id = serializers.UUIDField()
    programme = serializers.CharField()
    month = Month()
    seed = serializers.CharField()
    loads = serializers.IntegerField(help_text="that were drawn from")
    marked = serializers.IntegerField(help_text="of those, how many a flag made likelier to be drawn")
    drawn = serializers.IntegerField()
    reproduced = serializers.BooleanField(help_text="drawn again just now with the seed, the lot fell on the same loads")
    drawn_by = serializers.UUIDField(allow_null=True)
    drawn_at = serializers.DateTimeField()


class DrawsReply(Reply):
    items = DrawReply(many=True)


class InspectionQuery(PageQuery):
    draw_id = Id(required=False)
    waiting = StrictBoolean(required=False, help_text="true: nobody has looked yet; false: somebody has")


class ResultForm(StrictSerializer):
    outcome = OneOf(list(INSPECTION_OUTCOMES))
    inspected_at = Instant()
    note = Text(max_length=1000, lines=True)
    found_g = StrictInteger(min_value=1, required=False, help_text="only, and always, where the mass differs")
    upload_ids = ListOf(child=Id(), max_length=20, default=[], help_text="stored photos of one's own; a failed one needs some")


class InspectionPhotoReply(Reply):
    upload_id = serializers.UUIDField()
    sha256 = serializers.CharField(help_text="of the original bytes")


class LookReply(Reply):
    look = serializers.IntegerField(help_text="1, or 2: by another inspector, and the last word")
    outcome = serializers.ChoiceField(INSPECTION_OUTCOMES)
    found_g = serializers.IntegerField(allow_null=True)
    note = serializers.CharField()
    inspected_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    recorded_by = serializers.UUIDField(allow_null=True)
    photos = InspectionPhotoReply(many=True)


class InspectionReply(Reply):
    id = serializers.UUIDField()
    draw_id = serializers.UUIDField()
    consignment_id = serializers.UUIDField()
    number = serializers.IntegerField(help_text="of the load")
    flags = serializers.ListField(child=serializers.CharField(), help_text="rules that marked it when it was drawn")
    results = LookReply(many=True)
    version = serializers.IntegerField()


class InspectionsReply(PageReply):
    items = InspectionReply(many=True)
