"""The ledger as each sees it: one's own accounts and entries, and a contract's statement."""
from __future__ import annotations

from rest_framework import serializers

from api.http.fields import Id, Month, Reply, StrictQuery, Text
from api.http.pagination import PageQuery, PageReply
from collection.contracts.states import STAGES
from collection.payouts.states import ACCOUNTS, STAGE_STATUSES


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
