from __future__ import annotations

from rest_framework import serializers

from api.http.fields import OneOf, Reply, StrictInteger, StrictQuery, StrictSerializer, Text
from api.http.pagination import PageQuery, PageReply
from api.v1.consignments.serializers import grams
from collection.contracts.states import STAGES
from collection.custody.states import PARTIES, PROPOSAL_STEPS
from collection.payouts.states import CLAIM_STEPS

MAX_TIYN = 10**15


class CorrectionQuery(PageQuery):
    state = OneOf(list(PROPOSAL_STEPS), required=False)


class WhatIfQuery(StrictQuery):
    accepted_g = grams()


class ProposalForm(StrictSerializer):
    accepted_g = grams()
    reason = Text(max_length=200)


class ConsentForm(StrictSerializer):
    difference_tiyn = StrictInteger(
        min_value=-MAX_TIYN, max_value=MAX_TIYN,
        help_text="one's own `difference_tiyn` as it was shown: consent is to a sum that was seen")


class DissentForm(StrictSerializer):
    reason = Text(max_length=200)


class EffectReply(Reply):
    """One stage: what it pays and would pay. What was claimed or paid is not edited: a reversal and a new line follow."""

    stage = serializers.ChoiceField(STAGES)
    contract_id = serializers.UUIDField()
    was_g = serializers.IntegerField()
    becomes_g = serializers.IntegerField()
    was_tiyn = serializers.IntegerField(allow_null=True, help_text="null for whoever it is not owed to")
    becomes_tiyn = serializers.IntegerField(allow_null=True)
    difference_tiyn = serializers.IntegerField(allow_null=True)
    claim_state = serializers.ChoiceField(list(CLAIM_STEPS), allow_null=True, help_text="of the present line's claim")
    month = serializers.DateField(help_text="the claim month its reversal and the new line would come into")


class EffectsReply(Reply):
    difference_tiyn = serializers.IntegerField(help_text="of all that is the caller's own to see")
    currency = serializers.ChoiceField(["KZT"])
    effects = EffectReply(many=True)


class ConsentReply(Reply):
    party = serializers.ChoiceField(PARTIES)
    organisation_id = serializers.UUIDField(allow_null=True)
    agrees = serializers.BooleanField()
    reason = serializers.CharField()
    recorded_at = serializers.DateTimeField()


class ProposalReply(Reply):
    id = serializers.UUIDField()
    consignment_id = serializers.UUIDField()
    number = serializers.IntegerField(help_text="of the consignment")
    was_g = serializers.IntegerField()
    accepted_g = serializers.IntegerField()
    reason = serializers.CharField()
    state = serializers.ChoiceField(list(PROPOSAL_STEPS))
    allowed_actions = serializers.ListField(child=serializers.CharField())
    waits_for = serializers.ListField(child=serializers.ChoiceField(PARTIES))
    consents = ConsentReply(many=True)
    recorded_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class ProposalDetailReply(ProposalReply):
    money = EffectsReply(allow_null=True, help_text="what it would do; null once it is decided")


class ProposalsReply(PageReply):
    items = ProposalReply(many=True)
