from __future__ import annotations

from rest_framework import serializers

from api.http.fields import Id, ListOf, Reply, StrictBoolean, StrictSerializer
from api.http.pagination import MAX_LIMIT, PageQuery, PageReply


class NoticeQuery(PageQuery):
    unread = StrictBoolean(default=False, help_text="only those not read yet")


class NoticeReply(Reply):
    id = serializers.UUIDField()
    event = serializers.CharField()
    title = serializers.CharField(help_text="in the language of Accept-Language")
    body = serializers.CharField()
    object_type = serializers.CharField()
    object_id = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    is_expired = serializers.BooleanField(help_text="what it offered is over")
    read_at = serializers.DateTimeField(allow_null=True)


class NoticesReply(PageReply):
    items = NoticeReply(many=True)


class ReadForm(StrictSerializer):
    notice_ids = ListOf(child=Id(), min_length=1, max_length=MAX_LIMIT, required=False, help_text="all, where absent")


class ReadReply(Reply):
    unread = serializers.IntegerField(help_text="still unread")
