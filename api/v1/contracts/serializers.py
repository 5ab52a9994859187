from __future__ import annotations

from rest_framework import serializers

from api.http.fields import Day, Id, ListOf, OneOf, Reply, StrictBoolean, StrictInteger, StrictSerializer, Text
from api.http.pagination import PageQuery, PageReply
from api.v1.auth.serializers import PHONE
from collection.accounts.states import KINDS
from collection.contracts.states import CONTRACT_STEPS, LEGS
from collection.kernel.words import LANGUAGES

CONTRACT_KINDS, CONTRACT_STATES = list(LEGS), list(CONTRACT_STEPS)


class ContractorForm(StrictSerializer):
    contract_kind = OneOf(CONTRACT_KINDS, help_text="what it may be given contracts for")
    kind = OneOf(KINDS, default="company")
    identity_number = Text(max_length=12, pattern=r"[0-9]{12}")
    name = Text(max_length=200)
    phone = Text(max_length=16, pattern=PHONE, help_text="of the person who becomes its admin")
    user_name = Text(max_length=200, min_length=0, default="")
    language = OneOf(LANGUAGES, default="ru")


class ContractorReply(Reply):
    organisation_id = serializers.UUIDField()
    user_id = serializers.UUIDField()
    roles = serializers.ListField(child=serializers.CharField())


class ContractQuery(PageQuery):
    programme = Text(max_length=40, required=False)
    state = OneOf(CONTRACT_STATES, required=False)
    kind = OneOf(CONTRACT_KINDS, required=False)


class QuotaForm(StrictSerializer):
    category = Text(max_length=20)
    quota_g = StrictInteger(min_value=1, help_text="grams over the whole validity")


class ContractForm(StrictSerializer):
    programme = Text(max_length=40, help_text="its code")
    organisation_id = Id(help_text="a registered contractor")
    number = Text(max_length=40)
    kind = OneOf(CONTRACT_KINDS)
    valid_from = Day()
    valid_to = Day(required=False, allow_null=True, help_text="the last day; null: until further notice")
    cap_tiyn = StrictInteger(required=False, allow_null=True, help_text="the most it may earn; null: no cap")
    iban = Text(max_length=34, pattern=r"[A-Za-z0-9 ]+")
    vat_payer = StrictBoolean(default=True)
    base_id = Id(required=False, allow_null=True, help_text="where collection starts")
    facility_id = Id(required=False, allow_null=True, help_text="where recycling happens")
    categories = ListOf(child=QuotaForm(), max_length=20)
    regions = ListOf(child=Text(max_length=9, pattern=r"[0-9]{9}"), max_length=40)


class ReasonForm(StrictSerializer):
    reason = Text(max_length=200)


class AllowanceReply(Reply):
    category = serializers.CharField()
    quota_g = serializers.IntegerField()
    used_g = serializers.IntegerField()
    left_g = serializers.IntegerField(help_text="below zero: more came than was agreed")


class ContractReply(Reply):
    id = serializers.UUIDField()
    programme = serializers.CharField()
    organisation_id = serializers.UUIDField()
    organisation = serializers.CharField()
    number = serializers.CharField()
    kind = serializers.ChoiceField(CONTRACT_KINDS)
    state = serializers.ChoiceField(CONTRACT_STATES)
    allowed_actions = serializers.ListField(child=serializers.CharField(), help_text="by the caller's role, now")
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    cap_tiyn = serializers.IntegerField(allow_null=True)
    cap_used_tiyn = serializers.IntegerField()
    cap_left_tiyn = serializers.IntegerField(allow_null=True)
    currency = serializers.ChoiceField(["KZT"])
    iban = serializers.CharField()
    vat_payer = serializers.BooleanField()
    base_id = serializers.UUIDField(allow_null=True)
    facility_id = serializers.UUIDField(allow_null=True)
    categories = AllowanceReply(many=True)
    regions = serializers.ListField(child=serializers.CharField())
    drawn_up_by = serializers.UUIDField(allow_null=True)
    approved_by = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()
    approved_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class ContractsReply(PageReply):
    items = ContractReply(many=True)
