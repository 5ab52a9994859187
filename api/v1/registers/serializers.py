"""The bank: a register of payment orders, prepared by one person, approved by another, answered by the bank."""
from __future__ import annotations

from rest_framework import serializers

from api.http.fields import Id, ListOf, OneOf, Reply, StrictBoolean, StrictQuery, StrictSerializer, Text
from api.http.pagination import PageQuery, PageReply
from collection.payouts.queries import FILES
from collection.payouts.states import ORDER_STEPS, REGISTER_STEPS


class RegisterQuery(PageQuery):
    programme = Text(max_length=40, required=False)
    state = OneOf(list(REGISTER_STEPS), required=False)


class RegisterForm(StrictSerializer):
    programme = Text(max_length=40, help_text="its code")
    claim_ids = ListOf(child=Id(), max_length=5000, required=False,
                       help_text="in the order of the register; every approved claim of the programme where nothing is said")


class BankLineForm(StrictSerializer):
    """The bank's word on one order."""

    order_id = Id()
    paid = StrictBoolean()
    bank_reference = Text(max_length=60, required=False, help_text="needed for a paid order")
    reason = Text(max_length=200, required=False, help_text="needed for a rejected one")


class BankResultForm(StrictSerializer):
    results = ListOf(child=BankLineForm(), min_length=1, max_length=5000)


class FileQuery(StrictQuery):
    form = OneOf(list(FILES), required=False, help_text="pain001 (ISO 20022, the default), csv or xlsx")


class RegisterReply(Reply):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    programme = serializers.CharField()
    state = serializers.ChoiceField(list(REGISTER_STEPS))
    allowed_actions = serializers.ListField(child=serializers.CharField(), help_text="what the caller's role may do now")
    orders_n = serializers.IntegerField()
    amount_tiyn = serializers.IntegerField()
    currency = serializers.ChoiceField(["KZT"])
    prepared_by = serializers.UUIDField(allow_null=True)
    approved_by = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()
    approved_at = serializers.DateTimeField(allow_null=True)
    settled_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class PaymentOrderReply(Reply):
    id = serializers.UUIDField()
    claim_id = serializers.UUIDField()
    claim_number = serializers.IntegerField()
    contract_id = serializers.UUIDField()
    contract_number = serializers.CharField()
    payee = serializers.CharField()
    iban = serializers.CharField()
    amount_tiyn = serializers.IntegerField()
    state = serializers.ChoiceField(list(ORDER_STEPS))
    bank_reference = serializers.CharField(allow_null=True)
    reason = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)
    reissue_of = serializers.UUIDField(allow_null=True, help_text="the order that the bank rejected before")


class RegisterDetailReply(RegisterReply):
    orders = PaymentOrderReply(many=True)


class RegistersReply(PageReply):
    items = RegisterReply(many=True)
