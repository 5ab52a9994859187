"""Applications for contracts: asked for by contractors, verified and approved by officers, signed."""

from __future__ import annotations

from rest_framework import serializers

from api.http.fields import (
    Day,
    Id,
    ListOf,
    OneOf,
    Reply,
    StrictBoolean,
    StrictInteger,
    StrictQuery,
    StrictSerializer,
    Text,
)
from api.http.pagination import PageQuery, PageReply
from api.v1.contracts.serializers import CONTRACT_KINDS, QuotaForm
from collection.contracts.states import APPLICATION_REFUSALS, APPLICATION_STEPS

STATES = list(APPLICATION_STEPS)
REGION = r"[0-9]{9}"


class ApplicationQuery(PageQuery):
    programme = Text(max_length=40, required=False)
    state = OneOf(STATES, required=False)


class ApplicationForm(StrictSerializer):
    programme = Text(max_length=40, help_text="its code")
    kind = OneOf(CONTRACT_KINDS)
    valid_from = Day()
    valid_to = Day(required=False, allow_null=True, help_text="the last day; null: until further notice")
    iban = Text(max_length=34, pattern=r"[A-Za-z0-9 ]+")
    vat_payer = StrictBoolean(default=True)
    base_id = Id(required=False, allow_null=True, help_text="where collection starts")
    facility_id = Id(required=False, allow_null=True, help_text="where recycling happens")
    categories = ListOf(child=QuotaForm(), max_length=20)
    regions = ListOf(child=Text(max_length=9, pattern=REGION), max_length=40)


class AgreedForm(StrictSerializer):
    number = Text(max_length=40, help_text="of the contract")
    cap_tiyn = StrictInteger(required=False, allow_null=True)
    valid_from = Day(required=False, help_text="without it, and for all that follow: as asked for")
    valid_to = Day(required=False)
    categories = ListOf(child=QuotaForm(), max_length=20, required=False)
    regions = ListOf(child=Text(max_length=9, pattern=REGION), max_length=40, required=False)


class RefuseForm(StrictSerializer):
    reason = OneOf(APPLICATION_REFUSALS)
    words = Text(max_length=500, min_length=0, default="", help_text='needed for "other"')


class AskedQuotaReply(Reply):
    category = serializers.CharField()
    quota_g = serializers.IntegerField()


class AskedReply(Reply):
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    iban = serializers.CharField()
    vat_payer = serializers.BooleanField()
    base_id = serializers.UUIDField(allow_null=True)
    facility_id = serializers.UUIDField(allow_null=True)
    categories = AskedQuotaReply(many=True)
    regions = serializers.ListField(child=serializers.CharField())


class ApplicationReply(Reply):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    programme = serializers.CharField()
    organisation_id = serializers.UUIDField()
    organisation = serializers.CharField()
    kind = serializers.ChoiceField(CONTRACT_KINDS)
    state = serializers.ChoiceField(STATES)
    allowed_actions = serializers.ListField(child=serializers.CharField(), help_text="by the caller's role, now")
    asked = AskedReply()
    contract_id = serializers.UUIDField(allow_null=True, help_text="what was drawn up, once approved")
    submitted_at = serializers.DateTimeField()
    verified_at = serializers.DateTimeField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    signed_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_in = serializers.CharField(help_text="the state in which it was refused or withdrawn; empty: it was not")
    reason = serializers.CharField(help_text="of the refusal, a code of the list application_refusal; empty: none")
    words = serializers.CharField()
    version = serializers.IntegerField()


class ApplicationsReply(PageReply):
    items = ApplicationReply(many=True)


class FunnelQuery(StrictQuery):
    programme = Text(max_length=40)


class FunnelStepReply(Reply):
    step = serializers.CharField()
    reached = serializers.IntegerField()
    median_s = serializers.IntegerField(allow_null=True, help_text="from the step before")
    longest_s = serializers.IntegerField(allow_null=True)
    waiting = serializers.IntegerField(help_text="there now")
    refused = serializers.IntegerField(help_text="from there")
    withdrawn = serializers.IntegerField()


class FunnelReply(Reply):
    programme = serializers.CharField()
    steps = FunnelStepReply(many=True)
    reasons = serializers.DictField(child=serializers.IntegerField(), help_text="of refusal, with how often")
