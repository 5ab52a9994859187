from __future__ import annotations

from rest_framework import serializers

from api.http.fields import Day, Id, Instant, ListOf, OneOf, Reply, StrictInteger, StrictSerializer, Text
from api.http.pagination import PageQuery, PageReply
from api.v1.catalog.serializers import WordsReply
from collection.custody.states import (
    LOAD_INCIDENTS,
    RETURN_PLACES,
    SHEET_CLOSINGS,
    SIGNATURE_METHODS,
    SIGNATURE_PARTIES,
)

MAX_G = 10**12


class SheetForm(StrictSerializer):
    """What nobody has signed yet may still be put right."""

    estimated_g = StrictInteger(min_value=1, max_value=MAX_G, required=False, allow_null=True, help_text="grams, by eye")
    packages = Text(max_length=200, min_length=0, required=False)
    plate = Text(max_length=15, required=False)
    driver_name = Text(max_length=200, min_length=0, required=False)
    remark = Text(max_length=500, min_length=0, required=False)


class SignatureForm(StrictSerializer):
    """By one's session, or electronically: then `container` is a detached signature of the text in `to_sign`."""

    party = OneOf(SIGNATURE_PARTIES)
    container = Text(max_length=200_000, pattern=r"[A-Za-z0-9+/]+={0,2}", required=False, help_text="CMS in base64")


class SignatureReply(Reply):
    party = serializers.ChoiceField(SIGNATURE_PARTIES)
    method = serializers.ChoiceField(SIGNATURE_METHODS)
    signed_by = serializers.UUIDField(allow_null=True, help_text="whose session it was")
    signer_number = serializers.CharField(allow_null=True, help_text="IIN of the certificate; for the operator's staff")
    certificate_serial = serializers.CharField(allow_null=True)
    verified_by = serializers.CharField(allow_null=True)
    digest = serializers.CharField(help_text="SHA-256 of what was signed")
    holds = serializers.BooleanField(help_text="whether the records still say what was signed")
    signed_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()


class ToSignReply(Reply):
    party = serializers.ChoiceField(SIGNATURE_PARTIES)
    content = serializers.CharField(help_text="the text to be signed, exactly")
    digest = serializers.CharField()


class SheetReply(Reply):
    consignment_id = serializers.UUIDField()
    number = serializers.IntegerField()
    version = serializers.IntegerField(help_text="of the load: If-Match for changing and signing")
    estimated_g = serializers.IntegerField(allow_null=True)
    packages = serializers.CharField()
    plate = serializers.CharField()
    driver_name = serializers.CharField()
    remark = serializers.CharField()
    drawn_at = serializers.DateTimeField()
    signatures = SignatureReply(many=True)
    to_sign = ToSignReply(many=True, help_text="of the parties the caller may sign for")
    closed_by = serializers.ChoiceField(SHEET_CLOSINGS, allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class StockOrderReply(Reply):
    """The accounting document made from a weighing; masses in grams."""

    number = serializers.IntegerField()
    drawn_on = serializers.DateField()
    consignment_id = serializers.UUIDField()
    consignment_number = serializers.IntegerField()
    organisation_id = serializers.UUIDField()
    organisation = serializers.CharField()
    identity_number = serializers.CharField()
    category = serializers.CharField()
    category_name = WordsReply()
    waste_code = serializers.CharField(allow_null=True)
    mass_g = serializers.IntegerField()
    gross_g = serializers.IntegerField()
    tare_g = serializers.IntegerField()
    ticket_number = serializers.CharField()
    scale_serial = serializers.CharField()
    certificate_number = serializers.CharField()
    certified_from = serializers.DateField()
    certified_until = serializers.DateField()
    weighed_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    manual = serializers.BooleanField()
    estimated = serializers.BooleanField()
    stored_tare = serializers.BooleanField()
    tare_until = serializers.DateField(allow_null=True, help_text="the stored tare's last day")


class ReturnForm(StrictSerializer):
    """The load is back. With the generator's code the generator says so too."""

    place = OneOf(RETURN_PLACES)
    occurred_at = Instant()
    handover_code = Text(max_length=6, pattern=r"[0-9]{6}", required=False)
    note = Text(max_length=500, required=False)


class LoadIncidentForm(StrictSerializer):
    """What went wrong; a note or a photo is needed."""

    kind = OneOf(LOAD_INCIDENTS)
    occurred_at = Instant()
    note = Text(max_length=500, required=False, lines=True)
    upload_ids = ListOf(child=Id(), max_length=20, default=[], help_text="stored photos of one's own")


class EvidenceReply(Reply):
    upload_id = serializers.UUIDField()
    sha256 = serializers.CharField(help_text="of the original bytes")


class LoadIncidentReply(Reply):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(LOAD_INCIDENTS)
    note = serializers.CharField()
    organisation_id = serializers.UUIDField(allow_null=True)
    occurred_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    photos = EvidenceReply(many=True)


class LoadIncidentsReply(Reply):
    items = LoadIncidentReply(many=True)


class TareQuery(PageQuery):
    plate = Text(max_length=20, required=False)


class TareForm(StrictSerializer):
    """The ticket of an empty vehicle, from a scale of one's own."""

    scale_id = Id()
    plate = Text(max_length=20)
    ticket_number = Text(max_length=40)
    tare_g = StrictInteger(min_value=1, max_value=MAX_G, help_text="grams")
    weighed_at = Instant()
    expires_on = Day(help_text="the last day it may be used on")


class TareReply(Reply):
    id = serializers.UUIDField()
    vehicle_id = serializers.UUIDField()
    plate = serializers.CharField()
    scale_id = serializers.UUIDField()
    ticket_number = serializers.CharField()
    tare_g = serializers.IntegerField()
    weighed_at = serializers.DateTimeField()
    expires_on = serializers.DateField()


class TaresReply(PageReply):
    items = TareReply(many=True)
