"""A contract's month: prepared, submitted, verified by every rule, approved by a second person."""
from __future__ import annotations

from rest_framework import serializers

from api.http.fields import Id, Month, OneOf, Reply, StrictSerializer, Text
from api.http.pagination import PageQuery, PageReply
from api.v1.catalog.serializers import WordsReply
from collection.contracts.states import STAGES
from collection.payouts.states import CLAIM_STEPS, SEVERITIES


class ClaimQuery(PageQuery):
    programme = Text(max_length=40, required=False)
    contract_id = Id(required=False)
    month = Month(required=False)
    state = OneOf(list(CLAIM_STEPS), required=False)


class LineQuery(PageQuery):
    pass


class ClaimForm(StrictSerializer):
    contract_id = Id()
    month = Month(help_text="closed for this contract by its claim; later lines go to the next one")


class DeclarationReply(Reply):
    code = serializers.CharField()
    text = WordsReply()


class SubmitForm(StrictSerializer):
    act_number = Text(max_length=40)
    einvoice_number = Text(max_length=60)
    declaration = Text(max_length=20, help_text="the code of the text that is declared to be true: GET /claims/declaration")


class ClaimReasonForm(StrictSerializer):
    reason = Text(max_length=200)


class ClaimReply(Reply):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    programme = serializers.CharField()
    contract_id = serializers.UUIDField()
    contract_number = serializers.CharField()
    organisation_id = serializers.UUIDField()
    month = Month()
    state = serializers.ChoiceField(list(CLAIM_STEPS))
    allowed_actions = serializers.ListField(child=serializers.CharField(), help_text="what the caller's role may do now")
    lines_n = serializers.IntegerField()
    amount_tiyn = serializers.IntegerField(help_text="includes VAT")
    vat_tiyn = serializers.IntegerField(help_text="contained in the amount")
    currency = serializers.ChoiceField(["KZT"])
    act_number = serializers.CharField()
    einvoice_number = serializers.CharField(allow_null=True)
    reason = serializers.CharField(help_text="why it was returned, queued or rejected: rule codes, or somebody's words")
    prepared_by = serializers.UUIDField(allow_null=True)
    submitted_by = serializers.UUIDField(allow_null=True)
    verified_by = serializers.UUIDField(allow_null=True)
    approved_by = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    verified_at = serializers.DateTimeField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    paid_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class StageSumReply(Reply):
    stage = serializers.ChoiceField(STAGES)
    lines_n = serializers.IntegerField()
    mass_g = serializers.IntegerField()
    amount_tiyn = serializers.IntegerField()


class VerdictReply(Reply):
    rule = serializers.CharField()
    severity = serializers.ChoiceField(SEVERITIES)
    passed = serializers.BooleanField()
    title = serializers.CharField(help_text="in the language of Accept-Language")
    cure = serializers.CharField()
    params = serializers.DictField(help_text="the numbers that break it; consignments are named by their numbers")


class ClaimDetailReply(ClaimReply):
    stages = StageSumReply(many=True)
    verdicts = VerdictReply(many=True, help_text="of the last verification, every rule")


class ClaimsReply(PageReply):
    items = ClaimReply(many=True)


class LineReply(Reply):
    id = serializers.IntegerField()
    consignment_id = serializers.UUIDField()
    consignment_number = serializers.IntegerField()
    stage = serializers.ChoiceField(STAGES)
    category = serializers.CharField()
    supply_on = serializers.DateField()
    mass_g = serializers.IntegerField()
    coefficient = serializers.CharField(help_text="of the monthly index, per tonne")
    index_tiyn = serializers.IntegerField()
    amount_tiyn = serializers.IntegerField()
    reverses = serializers.IntegerField(allow_null=True, help_text="the line that this one takes back")


class LinesReply(PageReply):
    items = LineReply(many=True)


class PaymentRuleReply(Reply):
    code = serializers.CharField()
    severity = serializers.ChoiceField(SEVERITIES)
    title = WordsReply()
    cure = WordsReply(allow_null=True)
    source = serializers.CharField()
    inputs = serializers.ListField(child=serializers.CharField(), help_text="the facts it looks at")


class PaymentRulesReply(Reply):
    items = PaymentRuleReply(many=True)
