from __future__ import annotations

from rest_framework import serializers

from api.http.fields import OneOf, Reply, StrictInteger, StrictQuery, StrictSerializer, Text
from collection.pickups.operations import MAX_BYTES, PICTURE_TYPES

STATES = ("announced", "stored")


class UploadForm(StrictSerializer):
    content_type = OneOf(PICTURE_TYPES)
    size = StrictInteger(min_value=1, max_value=MAX_BYTES, help_text="bytes")
    sha256 = Text(max_length=64, pattern=r"[0-9a-f]{64}", help_text="of the bytes, in hexadecimal")


class PutQuery(StrictQuery):
    token = Text(max_length=300)


class PositionReply(Reply):
    longitude = serializers.FloatField()
    latitude = serializers.FloatField()


class UploadReply(Reply):
    id = serializers.UUIDField()
    organisation_id = serializers.UUIDField()
    pickup_id = serializers.UUIDField(allow_null=True)
    content_type = serializers.ChoiceField(PICTURE_TYPES, help_text="of the original")
    size = serializers.IntegerField(help_text="of the original")
    sha256 = serializers.CharField(help_text="of the original")
    state = serializers.ChoiceField(STATES)
    position = PositionReply(allow_null=True, help_text="where the camera says it was")
    created_at = serializers.DateTimeField()
    stored_at = serializers.DateTimeField(allow_null=True)
    put_url = serializers.CharField(
        allow_null=True,
        help_text="where to PUT the bytes with their Content-Type, relative to this server, good for 15 minutes",
    )
