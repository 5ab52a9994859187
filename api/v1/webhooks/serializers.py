"""Webhooks: Standard Webhooks signatures over CloudEvents 1.0."""
from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.http.fields import Id, Instant, ListOf, OneOf, Reply, StrictBoolean, StrictSerializer, Text, Wrong
from api.http.pagination import PageQuery, PageReply
from notifications.webhooks import EVENTS

STATES = ("pending", "delivered", "failed")
REASONS = ("by_hand", "failing", "gone")
SENT = (*EVENTS, "webhook.test")


class WebhookForm(StrictSerializer):
    url = Text(max_length=2000, help_text="https, a public name, port 443 or 8443")
    events = ListOf(child=OneOf(EVENTS), min_length=1, max_length=len(EVENTS))


class WebhookPatch(StrictSerializer):
    url = Text(max_length=2000, required=False)
    events = ListOf(child=OneOf(EVENTS), min_length=1, max_length=len(EVENTS), required=False)
    enabled = StrictBoolean(required=False, help_text="true forgets earlier failures")


class WebhookReply(Reply):
    id = serializers.UUIDField()
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.ChoiceField(EVENTS))
    created_at = serializers.DateTimeField()
    disabled_at = serializers.DateTimeField(allow_null=True)
    disabled_reason = serializers.ChoiceField(REASONS, allow_null=True)
    failures = serializers.IntegerField(help_text="in a row")
    paused_until = serializers.DateTimeField(allow_null=True, help_text="not tried before")
    previous_until = serializers.DateTimeField(allow_null=True, help_text="until then the secret before signs, too")
    version = serializers.IntegerField()


class WebhooksReply(Reply):
    items = WebhookReply(many=True)


class SecretReply(Reply):
    secrets = serializers.ListField(child=serializers.CharField(), help_text="whsec_...; the newest first")


class DeliveryQuery(PageQuery):
    state = OneOf(STATES, required=False)


class DeliveryReply(Reply):
    id = serializers.UUIDField(help_text="the webhook-id of every try")
    event = serializers.ChoiceField(SENT)
    object_type = serializers.CharField()
    object_id = serializers.UUIDField()
    state = serializers.ChoiceField(STATES)
    attempts = serializers.IntegerField()
    last_status = serializers.IntegerField(allow_null=True)
    last_error = serializers.CharField(help_text="why there was no answer, or empty")
    created_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField(allow_null=True)


class DeliveriesReply(PageReply):
    items = DeliveryReply(many=True)


class TestReply(Reply):
    delivery_id = serializers.UUIDField()


class ReplayForm(StrictSerializer):
    one_of = ("since", "delivery_ids")
    since = Instant(required=False, help_text="all that were made from then on, at most 1000 of them, oldest first")
    delivery_ids = ListOf(child=Id(), min_length=1, max_length=100, required=False)

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if len(asked) != 1:
            raise Wrong("one_of_two" if asked else "required", at="since")
        return asked


class ReplayReply(Reply):
    replayed = serializers.IntegerField()
