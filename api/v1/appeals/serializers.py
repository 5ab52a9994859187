"""A contractor's answer to a no, and the answer to it."""
from __future__ import annotations

from rest_framework import serializers

from api.http.fields import Id, OneOf, Reply, StrictBoolean, StrictSerializer, Text
from api.http.pagination import PageQuery, PageReply
from collection.payouts.states import APPEAL_STEPS, APPEALABLE


class AppealQuery(PageQuery):
    claim_id = Id(required=False)
    state = OneOf(list(APPEAL_STEPS), required=False)


class AppealForm(StrictSerializer):
    words = Text(max_length=1000, lines=True)


class DecisionForm(StrictSerializer):
    granted = StrictBoolean()
    answer = Text(max_length=1000, lines=True)


class AppealReply(Reply):
    id = serializers.UUIDField()
    claim_id = serializers.UUIDField()
    claim_number = serializers.IntegerField()
    of_state = serializers.ChoiceField(APPEALABLE, help_text="what the claim was when the appeal was filed")
    state = serializers.ChoiceField(list(APPEAL_STEPS))
    words = serializers.CharField()
    filed_by = serializers.UUIDField(allow_null=True)
    filed_at = serializers.DateTimeField()
    decided_by = serializers.UUIDField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    answer = serializers.CharField()
    version = serializers.IntegerField()


class AppealsReply(PageReply):
    items = AppealReply(many=True)
