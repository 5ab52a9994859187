from __future__ import annotations

from rest_framework import serializers

from api.http.fields import GeoPoint, OneOf, Reply, StrictSerializer, Text
from api.v1.registry.serializers import PlaceReply
from collection.accounts.states import KINDS


class FirstSiteForm(StrictSerializer):
    name = Text(max_length=200)
    address = Text(max_length=300, min_length=0, default="")
    point = GeoPoint()


class GeneratorForm(StrictSerializer):
    programme = Text(max_length=40, pattern=r"[a-z0-9_-]+", help_text="its code")
    kind = OneOf(KINDS)
    identity_number = Text(max_length=12, pattern=r"[0-9]{12}", help_text="BIN of a company, IIN of a person")
    name = Text(max_length=200)
    site = FirstSiteForm(required=False)


class GeneratorReply(Reply):
    organisation_id = serializers.UUIDField(help_text="the caller acts for it from now on")
    programme = serializers.CharField()
    site = PlaceReply(allow_null=True)
