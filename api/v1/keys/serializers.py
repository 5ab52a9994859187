from __future__ import annotations

from rest_framework import serializers

from api.http.fields import Id, Instant, ListOf, OneOf, Reply, StrictSerializer, Text
from collection.accounts.rights import SCOPES


class KeyForm(StrictSerializer):
    """For a weighbridge or an ERP. It acts for the organisation, within its scopes, until it ends or is revoked."""

    id = Id(required=False, help_text="the caller's own UUIDv7: with it a lost answer is given again for ten minutes")
    name = Text(max_length=100)
    scopes = ListOf(child=OneOf(tuple(SCOPES)), min_length=1, max_length=len(SCOPES))
    expires_at = Instant(help_text="within 366 days")


class KeyReply(Reply):
    id = serializers.UUIDField()
    name = serializers.CharField()
    prefix = serializers.CharField(help_text="the token's beginning")
    scopes = serializers.ListField(child=serializers.ChoiceField(tuple(SCOPES)))
    created_by = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True, help_text="to five minutes")
    revoked_at = serializers.DateTimeField(allow_null=True)


class KeysReply(Reply):
    items = KeyReply(many=True)


class NewKeyReply(Reply):
    id = serializers.UUIDField()
    token = serializers.CharField(help_text="rk_...; shown once, sent as Authorization: Bearer")
