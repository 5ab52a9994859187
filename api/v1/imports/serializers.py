from __future__ import annotations

from rest_framework import serializers

from api.http.fields import Instant, ListOf, Reply, StrictBoolean, StrictInteger, StrictQuery, StrictSerializer, Text

MAX_G = 10**12
STATUSES = ("weighed", "known")


class JournalRowForm(StrictSerializer):
    """One ticket. The load is named by its number, or found by the plate that stands on the scale."""

    scale = Text(max_length=40, help_text="its serial number")
    ticket_number = Text(max_length=40)
    occurred_at = Instant(help_text="printed on the ticket")
    gross_g = StrictInteger(min_value=1, max_value=MAX_G, help_text="grams")
    tare_g = StrictInteger(min_value=1, max_value=MAX_G, help_text="grams")
    load = StrictInteger(min_value=1, max_value=10**15, required=False, help_text="the load's public number")
    plate = Text(max_length=20, required=False)
    manual = StrictBoolean(default=False, help_text="typed in, not read from the scale")
    estimated = StrictBoolean(default=False, help_text="not weighed whole: by axles, by volume")


class JournalForm(StrictSerializer):
    rows = ListOf(child=JournalRowForm(), min_length=1, max_length=5_000)


class JournalRowReply(Reply):
    status = serializers.ChoiceField(STATUSES, help_text="known: sent before with the very same masses")
    weighing_id = serializers.UUIDField()
    consignment_id = serializers.UUIDField()
    load = serializers.IntegerField()


class JournalReply(Reply):
    rows = JournalRowReply(many=True, help_text="in the order they came in")


class ContractsImportedReply(Reply):
    contracts = serializers.IntegerField(help_text="drafts; each waits for a second person")


class ReasonQuery(StrictQuery):
    reason = Text(max_length=200, help_text="the decree")
