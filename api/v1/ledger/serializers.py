"""The ledger as each sees it: one's own accounts and entries, and a contract's statement."""
from __future__ import annotations

from rest_framework import serializers

from api.http.fields import Id, Month, Reply, StrictQuery, Text
from api.http.pagination import PageQuery, PageReply
from collection.contracts.states import STAGES
from collection.payouts.states import ACCOUNTS, CERTAINTIES, STAGE_STATUSES, STATEMENT_PARTS


class LedgerQuery(PageQuery):
    programme = Text(max_length=40, required=False)
    contract_id = Id(required=False)


class AccountQuery(StrictQuery):
    programme = Text(max_length=40, required=False)
    contract_id = Id(required=False)


class StatementQuery(StrictQuery):
    month = Month(required=False)


class EntryReply(Reply):
    """One side of a transaction: debit positive, credit negative; the entries of a transaction sum to zero."""

    id = serializers.IntegerField()
    transaction_id = serializers.IntegerField()
    what = serializers.CharField(help_text="accrual, reversal, approval, rejection, payment")
    account = serializers.ChoiceField(ACCOUNTS)
    contract_id = serializers.UUIDField(allow_null=True)
    claim_id = serializers.UUIDField(allow_null=True)
    consignment_id = serializers.UUIDField(allow_null=True)
    stage = serializers.ChoiceField(STAGES, allow_null=True)
    amount_tiyn = serializers.IntegerField()
    currency = serializers.ChoiceField(["KZT"])
    at = serializers.DateTimeField()


class EntriesReply(PageReply):
    items = EntryReply(many=True)


class AccountReply(Reply):
    """An account and the sum of its entries; what is owed to a contract is a credit, so negative."""

    programme = serializers.CharField()
    contract_id = serializers.UUIDField(allow_null=True)
    contract_number = serializers.CharField(allow_null=True)
    kind = serializers.ChoiceField(ACCOUNTS)
    balance_tiyn = serializers.IntegerField()
    currency = serializers.ChoiceField(["KZT"])


class AccountsReply(Reply):
    items = AccountReply(many=True)


class StatementRowReply(Reply):
    month = Month()
    stage = serializers.ChoiceField(STAGES)
    status = serializers.ChoiceField(STAGE_STATUSES)
    lines_n = serializers.IntegerField()
    mass_g = serializers.IntegerField()
    amount_tiyn = serializers.IntegerField()


class StatementReply(Reply):
    contract_id = serializers.UUIDField()
    currency = serializers.ChoiceField(["KZT"])
    items = StatementRowReply(many=True)


class StatementPartReply(Reply):
    part = serializers.ChoiceField(STATEMENT_PARTS)
    category = serializers.CharField()
    stage = serializers.ChoiceField(STAGES)
    lines_n = serializers.IntegerField()
    mass_g = serializers.IntegerField()
    amount_tiyn = serializers.IntegerField()


class CorrectionReply(Reply):
    """A line made after the closing that takes back one of the month's, or replaces it; claimed in a later month."""

    line_id = serializers.IntegerField()
    at = serializers.DateTimeField()
    consignment_id = serializers.UUIDField()
    consignment_number = serializers.IntegerField()
    category = serializers.CharField()
    stage = serializers.ChoiceField(STAGES)
    mass_g = serializers.IntegerField()
    amount_tiyn = serializers.IntegerField()
    claim_month = Month()


class MonthStatementReply(Reply):
    """As the month was closed: closing = opening + accrued + reversed - rejected - paid."""

    id = serializers.IntegerField()
    contract_id = serializers.UUIDField()
    month = Month()
    claim_id = serializers.UUIDField(allow_null=True)
    claim_number = serializers.IntegerField(allow_null=True)
    closed_at = serializers.DateTimeField()
    opening_tiyn = serializers.IntegerField()
    accrued_tiyn = serializers.IntegerField()
    reversed_tiyn = serializers.IntegerField()
    rejected_tiyn = serializers.IntegerField()
    paid_tiyn = serializers.IntegerField()
    closing_tiyn = serializers.IntegerField()
    corrected_tiyn = serializers.IntegerField(help_text="what dated corrections changed of this month since it was closed")
    currency = serializers.ChoiceField(["KZT"])
    parts = StatementPartReply(many=True, help_text="only where one month is asked for")
    corrections = CorrectionReply(many=True, help_text="only where one month is asked for")


class MonthStatementsReply(Reply):
    items = MonthStatementReply(many=True)


class ExpectedReply(Reply):
    """Sealed money by claim month, then loads on their way at the rates of their supply date: those are not owed yet."""

    certainty = serializers.ChoiceField(CERTAINTIES)
    month = Month(allow_null=True)
    category = serializers.CharField()
    stage = serializers.ChoiceField(STAGES)
    loads = serializers.IntegerField()
    mass_g = serializers.IntegerField(help_text="of this stage alone")
    amount_tiyn = serializers.IntegerField()
    rules = serializers.ListField(child=serializers.CharField(), help_text="what holds it")


class ForecastReply(Reply):
    contract_id = serializers.UUIDField()
    currency = serializers.ChoiceField(["KZT"])
    items = ExpectedReply(many=True)
