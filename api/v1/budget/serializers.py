"""What a programme may pay, month by month: its limits, its closed months, and the account it pays from."""
from __future__ import annotations

from rest_framework import serializers

from api.http.fields import Id, Month, Reply, StrictInteger, StrictSerializer, Text
from collection.payouts.states import LIMIT_KINDS


class CapForm(StrictSerializer):
    """What it is narrowed to: at least one of category, region and month; a contract beside them."""

    limit_tiyn = StrictInteger(min_value=0)
    why = Text(max_length=200)
    contract_id = Id(required=False)
    category = Text(max_length=20, required=False)
    region = Text(max_length=9, required=False, help_text="where the waste arose: the region's KATO code")
    month = Month(required=False, help_text="of the claim")


class CapReply(Reply):
    id = serializers.UUIDField(allow_null=True, help_text="null: the programme's ceiling or a contract's cap, set there")
    kind = serializers.ChoiceField(LIMIT_KINDS)
    contract_id = serializers.UUIDField(allow_null=True)
    category = serializers.CharField(allow_null=True)
    region = serializers.CharField(allow_null=True)
    month = Month(allow_null=True)
    limit_tiyn = serializers.IntegerField()
    committed_tiyn = serializers.IntegerField(help_text="of approved, registered and paid claims")
    queued_tiyn = serializers.IntegerField(help_text="of claims that wait for room")
    currency = serializers.ChoiceField(["KZT"])


class CapsReply(Reply):
    items = CapReply(many=True)


class QueueReply(Reply):
    approved = serializers.ListField(child=serializers.UUIDField(), help_text="claims that room was found for, in order")


class PeriodForm(StrictSerializer):
    month = Month()


class PeriodReply(Reply):
    month = Month()
    closed_at = serializers.DateTimeField()
    closed_by = serializers.UUIDField(allow_null=True)
    claims_n = serializers.IntegerField()
    amount_tiyn = serializers.IntegerField()
    currency = serializers.ChoiceField(["KZT"])


class PeriodsReply(Reply):
    items = PeriodReply(many=True)


class PayerForm(StrictSerializer):
    name = Text(max_length=140)
    identity_number = Text(max_length=12, pattern="[0-9]{12}", help_text="BIN")
    iban = Text(max_length=34)
    bic = Text(max_length=11, pattern="[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
    purpose = Text(max_length=3, pattern="[0-9]{3}", help_text="КНП, the code of the payment's purpose")


class PayerReply(Reply):
    name = serializers.CharField()
    identity_number = serializers.CharField()
    iban = serializers.CharField()
    bic = serializers.CharField()
    purpose = serializers.CharField()
