"""Tariffs across a programme: what other coefficients would have cost."""

from __future__ import annotations

from rest_framework import serializers

from api.http.fields import ListOf, Month, OneOf, Reply, StrictSerializer, Text
from api.v1.programmes.serializers import CODE, DecimalText
from collection.contracts.states import STAGES


class SupposedForm(StrictSerializer):
    category = Text(max_length=20)
    stage = OneOf(STAGES)
    coefficient = DecimalText(allow_null=True, help_text="of the monthly index, per tonne; null: would not be paid")


class SimulationForm(StrictSerializer):
    programme = Text(max_length=40, pattern=CODE)
    month = Month(required=False, help_text="whose facts are priced; without it last month")
    coefficients = ListOf(child=SupposedForm(), min_length=1, max_length=50)


class ContractEffectReply(Reply):
    contract_id = serializers.UUIDField()
    number = serializers.CharField()
    organisation = serializers.CharField()
    current_tiyn = serializers.IntegerField()
    supposed_tiyn = serializers.IntegerField()
    difference_tiyn = serializers.IntegerField()


class SimulationReply(Reply):
    programme = serializers.CharField()
    month = serializers.CharField()
    facts = serializers.IntegerField(help_text="received and recycled facts sealed in the month, corrections among them")
    currency = serializers.ChoiceField(["KZT"])
    current_tiyn = serializers.IntegerField()
    supposed_tiyn = serializers.IntegerField()
    difference_tiyn = serializers.IntegerField()
    contracts = ContractEffectReply(many=True, help_text="largest difference first")
