from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.http.fields import Month, OneOf, Reply, StrictQuery, Text, Wrong
from api.v1.catalog.serializers import WordsReply
from collection.contracts.states import LEGS

#: A question spans at most ten years: nobody's chart is longer, and a typing mistake is caught.
MAX_MONTHS = 120
PUBLIC_GROUPS = ["month", "region", "category", "contract_kind"]
GROUPS = [*PUBLIC_GROUPS, "district", "contract"]


class ProgrammeQuery(StrictQuery):
    programme = Text(max_length=40, pattern=r"[A-Za-z0-9_-]+", help_text="its code")


class PeriodQuery(ProgrammeQuery):
    """Months in Almaty, both inclusive; all of them where nothing is said."""

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {  # "from" cannot be an attribute
            "from": Month(source="since", required=False), "to": Month(source="until", required=False)}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        since, until = attrs.get("since"), attrs.get("until")
        if since and until:
            months = (until.year - since.year) * 12 + until.month - since.month + 1
            if months < 1:
                raise Wrong("ends_before_it_starts", at="to")
            if months > MAX_MONTHS:
                raise Wrong("range_too_long", at="to", max_months=MAX_MONTHS)
        return attrs


class SeriesQuery(PeriodQuery):
    group_by = OneOf(PUBLIC_GROUPS)


class DetailQuery(PeriodQuery):
    group_by = OneOf(GROUPS)
    region = Text(max_length=9, required=False, help_text="a region's nine-digit KATO code")
    category = Text(max_length=20, required=False)
    contract_kind = OneOf(list(LEGS), required=False)


class FiguresReply(Reply):
    """Five tonnages that are never added to each other: exact grams, and tonnes rounded half up to three decimals."""

    declared_g = serializers.IntegerField()
    declared_t = serializers.CharField()
    applications = serializers.IntegerField()
    collected_g = serializers.IntegerField()
    collected_t = serializers.CharField()
    received_g = serializers.IntegerField()
    received_t = serializers.CharField()
    recycled_g = serializers.IntegerField(help_text="input of processing batches")
    recycled_t = serializers.CharField()
    paid_g = serializers.IntegerField(help_text="each gram once, however many of its stages are paid")
    paid_t = serializers.CharField()
    paid_tiyn = serializers.IntegerField()
    currency = serializers.ChoiceField(["KZT"])


class ContractCountsReply(Reply):
    collection = serializers.IntegerField()
    recycling = serializers.IntegerField()
    full_cycle = serializers.IntegerField()


class AnswerReply(Reply):
    programme = serializers.CharField()
    synthetic = serializers.BooleanField(help_text="true: nobody real is behind these rows")
    as_of = serializers.DateTimeField(help_text="everything committed by then is in")


class SummaryReply(AnswerReply):
    figures = FiguresReply()
    generators = serializers.IntegerField(help_text="enrolled by the end of the period")
    contracts = ContractCountsReply(help_text="approved by the end of the period, ended ones too")


class ItemReply(Reply):
    key = serializers.CharField(
        allow_null=True,
        help_text="a month, KATO code, category, contract kind or contract id; null: rows that name none")
    name = WordsReply(allow_null=True, help_text="of regions, districts and categories")
    figures = FiguresReply()


class SeriesReply(AnswerReply):
    group_by = serializers.ChoiceField(GROUPS)
    figures = FiguresReply(help_text="each measure's exact sum over the items")
    items = ItemReply(many=True)


class ComparedReply(Reply):
    name = serializers.CharField()
    text = serializers.CharField(help_text="as published")
    published = serializers.IntegerField(help_text="grams, tiyn or pieces, as the name says")
    precision = serializers.IntegerField(help_text="the unit of the last published digit")
    computed = serializers.IntegerField(help_text="unadjusted")
    equal_at_precision = serializers.BooleanField()


class PublishedReply(AnswerReply):
    publication = serializers.CharField(help_text="where the published figures come from")
    items = ComparedReply(many=True)
