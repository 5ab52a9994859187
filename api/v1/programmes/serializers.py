from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from api.http.fields import (
    Day,
    ListOf,
    OneOf,
    Reply,
    StrictBoolean,
    StrictInteger,
    StrictNumber,
    StrictQuery,
    StrictSerializer,
    Text,
)
from api.http.pagination import PageReply
from api.v1.catalog.serializers import WordsReply
from collection.contracts.states import STAGES, TARIFF_CHANGE_STEPS, WHOLE_PAYEES

CODE = r"[a-z0-9][a-z0-9_-]{0,39}"


class WordsForm(StrictSerializer):
    kk = Text(max_length=200)
    ru = Text(max_length=200)
    en = Text(max_length=200)


class ProgrammeForm(StrictSerializer):
    code = Text(max_length=40, pattern=CODE)
    name = WordsForm()
    starts_on = Day()
    ends_on = Day(required=False, allow_null=True, help_text="the last day")
    ceiling_tiyn = StrictInteger(required=False, allow_null=True, help_text="the most that may be paid out; null: none")
    offer_life_s = StrictInteger(default=900)
    wave_size = StrictInteger(default=3, help_text="offers sent together")
    whole_payee = OneOf(WHOLE_PAYEES, default="recycling", help_text="who is paid an unsplit rate")


class ReachForm(StrictSerializer):
    """How far offers go, from a wave on."""

    from_wave = StrictInteger(min_value=1, help_text="the first step is from wave 1")
    radius_m = StrictInteger(required=False, allow_null=True, help_text="null: however far")
    neighbours = StrictBoolean(default=False, help_text="also who serves only another region within the radius")


class WeightsForm(StrictSerializer):
    """What a ranking weighs, in kilometres; what is not named is as usual."""

    empty = StrictNumber(required=False, help_text="of one kilometre driven empty")
    loaded = StrictNumber(required=False, help_text="of one kilometre driven loaded")
    refusal_km = StrictNumber(required=False, help_text="of a refusal that is certain")
    prior_answers = StrictNumber(required=False, help_text="how many answers the prior counts for")
    prior_share = StrictNumber(required=False, help_text="of offers a contract is taken to accept before it was asked")
    withdrawal = StrictNumber(required=False, help_text="how many refusals a job given back counts for")
    fair_share = StrictNumber(required=False, help_text="of its quota's expected use, below which a contract is lifted")
    fair_km = StrictNumber(required=False, help_text="how far one is lifted that has had nothing")
    spread_km = StrictNumber(required=False, help_text="who has so much farther to go than the first is asked in a later wave")


class ProgrammeChangeForm(StrictSerializer):
    ceiling_tiyn = StrictInteger(required=False, allow_null=True)
    offer_life_s = StrictInteger(required=False)
    wave_size = StrictInteger(required=False)
    widening = ListOf(child=ReachForm(), max_length=10, required=False, help_text="empty: who serves the region")
    weights = WeightsForm(required=False)
    max_trips = StrictInteger(required=False, help_text="that one job may take")
    holidays = ListOf(child=Day(), max_length=400, required=False, help_text="days on which nobody works")
    unserved_alarm_g = StrictInteger(required=False, allow_null=True,
                                     help_text="unserved grams in a district above which managers are alarmed; null: never")


class ReachReply(Reply):
    from_wave = serializers.IntegerField()
    radius_m = serializers.IntegerField(allow_null=True)
    neighbours = serializers.BooleanField()


class WeightsReply(Reply):
    empty = serializers.FloatField()
    loaded = serializers.FloatField()
    refusal_km = serializers.FloatField()
    prior_answers = serializers.FloatField()
    prior_share = serializers.FloatField()
    withdrawal = serializers.FloatField()
    fair_share = serializers.FloatField()
    fair_km = serializers.FloatField()
    spread_km = serializers.FloatField()


class ProgrammeReply(Reply):
    id = serializers.UUIDField()
    code = serializers.CharField()
    name = WordsReply()
    synthetic = serializers.BooleanField(help_text="its people, loads and sums are made up")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    ceiling_tiyn = serializers.IntegerField(allow_null=True)
    currency = serializers.ChoiceField(["KZT"])
    offer_life_s = serializers.IntegerField()
    wave_size = serializers.IntegerField()
    widening = ReachReply(many=True)
    weights = WeightsReply()
    max_trips = serializers.IntegerField()
    holidays = serializers.ListField(child=serializers.DateField())
    unserved_alarm_g = serializers.IntegerField(allow_null=True)
    whole_payee = serializers.ChoiceField(WHOLE_PAYEES)
    version = serializers.IntegerField()


class ProgrammesReply(PageReply):
    items = ProgrammeReply(many=True)


class DecimalText(Text):
    """A decimal number as text, "7.66": JSON numbers are doubles to many clients."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=10, pattern=r"[0-9]{1,4}(\.[0-9]{1,4})?", **kwargs)

    def to_internal_value(self, data: Any) -> Decimal:  # type: ignore[override]
        return Decimal(super().to_internal_value(data))


class PriceQuery(StrictQuery):
    on = Day(required=False, help_text="only what is in force on this day")


class TariffForm(StrictSerializer):
    category = Text(max_length=20)
    stage = OneOf(STAGES)
    coefficient = DecimalText(help_text="of the monthly index, per tonne")
    valid_from = Day()
    valid_to = Day(required=False, allow_null=True, help_text="the last day; null: until further notice")
    source = Text(max_length=200)


class TariffReply(Reply):
    id = serializers.UUIDField()
    category = serializers.CharField()
    stage = serializers.ChoiceField(STAGES)
    coefficient = serializers.CharField(help_text="a decimal number")
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    source = serializers.CharField()


class TariffsReply(Reply):
    items = TariffReply(many=True)


class TariffChangeForm(StrictSerializer):
    """Coefficients for days that have begun."""

    tariffs = ListOf(child=TariffForm(), min_length=1, max_length=100)
    reason = Text(max_length=200)


class ChangedTariffReply(Reply):
    category = serializers.CharField()
    stage = serializers.ChoiceField(STAGES)
    coefficient = serializers.CharField(help_text="a decimal number")
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    source = serializers.CharField()


class TariffChangeReply(Reply):
    id = serializers.UUIDField()
    programme = serializers.CharField()
    state = serializers.ChoiceField(list(TARIFF_CHANGE_STEPS))
    tariffs = ChangedTariffReply(many=True)
    reason = serializers.CharField()
    proposed_by = serializers.UUIDField(allow_null=True)
    proposed_at = serializers.DateTimeField()
    approved_by = serializers.UUIDField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class TariffChangesReply(Reply):
    items = TariffChangeReply(many=True)


class IndexReply(Reply):
    tiyn = serializers.IntegerField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    source = serializers.CharField()


class VatReply(Reply):
    percent = serializers.CharField(help_text="a decimal number")
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    source = serializers.CharField()


class IndexesReply(Reply):
    indexes = IndexReply(many=True)
    vat = VatReply(many=True)
