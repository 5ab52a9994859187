from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.http.fields import Id, ListOf, OneOf, Reply, StrictInteger, StrictSerializer, Text, Wrong

MOST = 100
METHODS = ("POST", "PUT", "PATCH", "DELETE")
OUTCOMES = ("applied", "replayed", "conflict", "rejected", "not_tried")


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


class OperationsForm(StrictSerializer):
    operations = ListOf(child=OperationForm(), max_length=MOST, min_length=1)


class ResultReply(Reply):
    key = serializers.UUIDField()
    outcome = serializers.ChoiceField(OUTCOMES)
    status = serializers.IntegerField(allow_null=True, help_text="what the route answered; null: not tried")
    body = serializers.JSONField(allow_null=True, help_text="what the route answered, a problem included")
    object = serializers.JSONField(allow_null=True, help_text="of a conflict: the object as it is now, with its allowed_actions")


class ResultsReply(Reply):
    results = ResultReply(many=True)
