from __future__ import annotations

from rest_framework import serializers

from api.http.fields import Degrees, Reply, StrictQuery
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
