from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.http.fields import Id, Instant, ListOf, OneOf, Reply, StrictInteger, StrictSerializer, Text, Wrong

MOST = 100
METHODS = ("POST", "PUT", "PATCH", "DELETE")
OUTCOMES = ("applied", "replayed", "conflict", "rejected", "blocked", "not_tried")


class AnyObject(serializers.JSONField):
    """The body of an operation: its own route says what may stand in it."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise Wrong("not_an_object")
        return data


class OperationForm(StrictSerializer):
    key = Id(help_text="its Idempotency-Key, made when it was queued")
    method = OneOf(METHODS, default="POST")
    path = Text(max_length=200, help_text="below /api/v1/, e.g. jobs/{id}/en-route")
    body = AnyObject(required=False, help_text="as the route reads it")
    base_version = StrictInteger(min_value=1, max_value=2**31, required=False, help_text="the version the phone saw: If-Match")
    occurred_at = Instant(required=False, help_text="when it was done, by the device's clock: kept beside the house's time")
    depends_on = ListOf(child=Id(), max_length=10, required=False,
                        help_text="keys of operations that must have been done before, in this queue or an earlier one")


class OperationsForm(StrictSerializer):
    sent_at = Instant(required=False, help_text="now, by the device's clock: how far it is off is kept with each operation")
    operations = ListOf(child=OperationForm(), max_length=MOST, min_length=1)


class ResultReply(Reply):
    key = serializers.UUIDField()
    outcome = serializers.ChoiceField(OUTCOMES)
    status = serializers.IntegerField(allow_null=True, help_text="what the route answered; null: not tried")
    body = serializers.JSONField(allow_null=True, help_text="what the route answered, a problem included")
    object = serializers.JSONField(allow_null=True, help_text="of a conflict: the object as it is now, with its allowed_actions")
    blocked_by = serializers.ListField(child=serializers.UUIDField(), help_text="of `depends_on`, those that were not done")
    occurred_at = serializers.DateTimeField(allow_null=True, help_text="by the device's clock, as it was first told and kept")
    recorded_at = serializers.DateTimeField(allow_null=True, help_text="by the house's clock; null: it took no effect")
    skew_s = serializers.IntegerField(allow_null=True, help_text="the house's clock less the device's, when it was told")


class ResultsReply(Reply):
    skew_s = serializers.IntegerField(allow_null=True, help_text="the house's clock less the device's `sent_at`, in seconds")
    results = ResultReply(many=True)
