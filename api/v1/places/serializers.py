from __future__ import annotations

from rest_framework import serializers

from api.http.fields import Degrees, GeoPoint, Reply, StrictQuery, Text
from api.v1.catalog.serializers import WordsReply

PRECISIONS = ("district", "region", "approximate")


class PointQuery(StrictQuery):
    longitude = Degrees(limit=180)
    latitude = Degrees(limit=90)


class AreaReply(Reply):
    kato = serializers.CharField(help_text="nine digits")
    name = WordsReply()


class LocatedReply(Reply):
    region = AreaReply()
    district = AreaReply(allow_null=True)
    precision = serializers.ChoiceField(PRECISIONS)


LEVELS = ("settlement", "sub_district", "district", "region")


class TextQuery(StrictQuery):
    q = Text(max_length=300, help_text="an address or the name of a place, in Kazakh, Russian or English")
    region = Text(max_length=100, required=False, help_text="a region's name or KATO code, to choose among namesakes")


class UnitReply(AreaReply):
    precision = serializers.ChoiceField(LEVELS, help_text="what kato and point are of")
    point = GeoPoint(allow_null=True)
    within = AreaReply(many=True, help_text="the units around it, from the region down")


class AddressReply(Reply):
    """What an outside geocoder said."""

    label = serializers.CharField()
    point = GeoPoint()
    provider = serializers.CharField()


class GeocodedReply(Reply):
    place = UnitReply(allow_null=True, help_text="null: not understood, or namesakes without a common parent")
    ambiguous = serializers.BooleanField()
    choices = UnitReply(many=True, help_text="the namesakes, at most 50, towns first")
    address = AddressReply(allow_null=True)
    pending = serializers.BooleanField(help_text="the outside geocoder was not asked yet: ask again in some seconds")


class NearReply(UnitReply):
    distance_m = serializers.IntegerField(help_text="from the point to the settlement's, over the ellipsoid")


class ReversedReply(LocatedReply):
    near = NearReply(allow_null=True, help_text="the nearest settlement whose point is known")
    address = AddressReply(allow_null=True)
    pending = serializers.BooleanField()
