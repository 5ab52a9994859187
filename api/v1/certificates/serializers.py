from __future__ import annotations

from rest_framework import serializers

from api.http.fields import Month, Reply, StrictQuery, StrictSerializer, Text
from api.http.pagination import PageReply
from api.v1.pickups.serializers import PROGRAMME
from collection.custody.states import CERTIFICATE_STATES


class CertificateForm(StrictSerializer):
    """Whole months that are over."""

    programme = Text(max_length=40, pattern=PROGRAMME, help_text="its code")
    month_from = Month()
    month_to = Month(help_text="the last one, included")


class CodeQuery(StrictQuery):
    code = Text(max_length=16, min_length=16, pattern=r"[0-9A-Za-z]{16}", help_text="as it is printed on the paper")


class RevokeForm(StrictSerializer):
    reason = Text(max_length=200)


class NameReply(Reply):
    kk = serializers.CharField()
    ru = serializers.CharField()
    en = serializers.CharField()


class CertificateLineReply(Reply):
    category = serializers.CharField()
    category_name = NameReply()
    loads = serializers.IntegerField()
    collected_g = serializers.IntegerField(help_text="grams weighed")
    received_g = serializers.IntegerField(help_text="grams accepted by recyclers")
    recycled_g = serializers.IntegerField(help_text="grams confirmed as processed")


class CheckedCertificateReply(Reply):
    """What stands on the paper, and whether it holds now."""

    number = serializers.IntegerField()
    code = serializers.CharField()
    state = serializers.ChoiceField(CERTIFICATE_STATES, help_text="corrected: the facts were put right since it was issued")
    programme = serializers.CharField()
    generator = serializers.CharField()
    identity_number = serializers.CharField(help_text="of a person only the last four digits")
    month_from = serializers.DateField()
    month_to = serializers.DateField()
    lines = CertificateLineReply(many=True)
    issued_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()
    synthetic = serializers.BooleanField(help_text="made for trial; it certifies nothing real")


class CertificateReply(CheckedCertificateReply):
    id = serializers.UUIDField()
    generator_id = serializers.UUIDField()
    person = serializers.BooleanField(help_text="the identity number is a person's")
    version = serializers.IntegerField()


class CertificatesReply(PageReply):
    items = CertificateReply(many=True)
