"""The record as it is: who did what to what, rows before and after, and the anchors that are published."""

from __future__ import annotations

from rest_framework import serializers

from api.http.fields import Id, Instant, Reply, Text
from api.http.pagination import PageQuery, PageReply
from collection.accounts.rights import ROLES
from collection.audit.states import ROW_CHANGES


class HistoryQuery(PageQuery):
    object_type = Text(max_length=40, required=False)
    object_id = Id(required=False)


class LinesQuery(HistoryQuery):
    verb = Text(max_length=60, required=False)
    since = Instant(required=False)


class AuditLineReply(Reply):
    """One verb done to one object. `hash` is the SHA-256 over these words and `prev_hash`, in hexadecimal."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    actor_id = serializers.UUIDField(allow_null=True, help_text="null: the house itself, or nobody signed in")
    actor_role = serializers.ChoiceField(ROLES)
    organisation_id = serializers.UUIDField(allow_null=True)
    verb = serializers.CharField()
    object_type = serializers.CharField()
    object_id = serializers.UUIDField()
    before = serializers.DictField()
    after = serializers.DictField()
    request_id = serializers.CharField()
    seq = serializers.IntegerField(help_text="the number of the line among the object's, from 1")
    prev_hash = serializers.CharField()
    hash = serializers.CharField()


class AuditLinesReply(PageReply):
    items = AuditLineReply(many=True)


class RowChangeReply(Reply):
    """A row before and after. Without `line` no verb did it: somebody changed the row by hand."""

    id = serializers.IntegerField()
    object_type = serializers.CharField()
    object_id = serializers.UUIDField()
    table = serializers.CharField()
    change = serializers.ChoiceField(ROW_CHANGES)
    before = serializers.DictField(allow_null=True)
    after = serializers.DictField(allow_null=True)
    at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    database_user = serializers.CharField()
    line = serializers.IntegerField(allow_null=True, help_text="the id of the audit line of the same transaction")
    verb = serializers.CharField(allow_null=True)
    actor_id = serializers.UUIDField(allow_null=True)
    actor_role = serializers.ChoiceField(ROLES, allow_null=True)
    request_id = serializers.CharField(allow_null=True)


class HistoryReply(PageReply):
    items = RowChangeReply(many=True)


class AnchorReply(Reply):
    """One hash over all that was written until `made_at`; compare it with the copy you were sent."""

    number = serializers.IntegerField()
    day = serializers.DateField()
    made_at = serializers.DateTimeField()
    chains = serializers.IntegerField(help_text="how many objects have new lines since the anchor before")
    lines = serializers.IntegerField(help_text="how many lines those are")
    root = serializers.CharField(help_text="SHA-256 in hexadecimal")


class AnchorsReply(PageReply):
    items = AnchorReply(many=True)
