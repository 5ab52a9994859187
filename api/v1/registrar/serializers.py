"""The records of docs/registrar.md; the test holds them against docs/registrar.schema.json."""
from __future__ import annotations

from rest_framework import serializers

from api.http.fields import Month, Reply, Text
from api.http.pagination import PageQuery, PageReply
from collection.contracts.states import ORIGINS

MEASURES = ("collected", "received", "recycled")


class RegistrarQuery(PageQuery):
    programme = Text(max_length=40, help_text="its code")
    month = Month(help_text="of the day each fact counts on, in Almaty")


class NamedPartyReply(Reply):
    identity_number = serializers.CharField(allow_null=True, help_text="BIN; a person's IIN is not handed over")
    name = serializers.CharField(allow_null=True)


class PaperTicketReply(Reply):
    number = serializers.CharField()
    scale = serializers.CharField(help_text="serial number")
    certificate = serializers.CharField()
    certified_until = serializers.DateField()
    weighed_at = serializers.DateTimeField()
    gross_g = serializers.IntegerField()
    tare_g = serializers.IntegerField()
    net_g = serializers.IntegerField()
    manual = serializers.BooleanField()
    estimated = serializers.BooleanField()


class RegistrarRecordReply(Reply):
    record = serializers.IntegerField()
    reverses = serializers.IntegerField(allow_null=True)
    edition = serializers.IntegerField()
    measure = serializers.ChoiceField(MEASURES)
    grams = serializers.IntegerField(help_text="below zero: takes back the record it reverses")
    occurred_on = serializers.DateField()
    sealed_on = serializers.DateField()
    supply_on = serializers.DateField()
    load = serializers.IntegerField()
    category = serializers.CharField()
    waste_code = serializers.CharField(allow_null=True)
    origin = serializers.ChoiceField(ORIGINS)
    region = serializers.CharField(help_text="KATO code")
    contract = serializers.CharField()
    generator = NamedPartyReply(allow_null=True)
    collector = NamedPartyReply()
    recycler = NamedPartyReply()
    facility = serializers.CharField()
    ticket = PaperTicketReply()


class RegistrarRecordsReply(PageReply):
    items = RegistrarRecordReply(many=True)
