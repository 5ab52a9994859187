from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.pagination import Page
from api.http.rendering import reply
from api.http.views import HouseView
from collection.kernel.calendar import almaty_date
from collection.kernel.db import now
from collection.kernel.money import CURRENCY
from collection.payouts import queries

from . import serializers


class Ledger(HouseView):
    """Entries of one's own accounts, newest first; all of them for officers."""

    actions = {"GET": "ledger.read"}
    queries = {"GET": serializers.LedgerQuery}
    replies = {"GET": serializers.EntriesReply}
    operation_ids = {"GET": "listLedgerEntries"}

    def get(self, request: Request) -> HttpResponse:
        asked = self.query()
        page = Page.of(request, asked)
        found = queries.entries(
            request.actor, programme=asked.get("programme"), contract_id=asked.get("contract_id"),
            after=page.after and page.after[0], limit=page.limit + 1)
        return reply(page.answer(found, position=lambda one: (one.id,), render=lambda one: asdict(one) | {
            "currency": CURRENCY}))


class Accounts(HouseView):
    """The sums of one's own accounts; of all of them for officers."""

    actions = {"GET": "ledger.read"}
    queries = {"GET": serializers.AccountQuery}
    replies = {"GET": serializers.AccountsReply}
    operation_ids = {"GET": "listAccounts"}

    def get(self, request: Request) -> HttpResponse:
        return reply({"items": [
            asdict(one) | {"currency": CURRENCY} for one in queries.balances(request.actor, **self.query())]})


class Statement(HouseView):
    """A contract's lines by month, stage and what has become of them."""

    actions = {"GET": "payout.read"}
    queries = {"GET": serializers.StatementQuery}
    replies = {"GET": serializers.StatementReply}
    operation_ids = {"GET": "readContractStatement"}

    def get(self, request: Request, contract_id: UUID) -> HttpResponse:
        found = queries.statement(request.actor, contract_id, **self.query())
        rows = [
            {name: value for name, value in asdict(one).items() if name != "contract_id"}
            | {"month": one.month.isoformat()[:7]}
            for one in found
        ]
        return reply({"contract_id": contract_id, "currency": CURRENCY, "items": rows})


class Statements(HouseView):
    """A contract's closed months as they were closed; one of them, where it is asked for, with its dated corrections."""

    actions = {"GET": "payout.read"}
    queries = {"GET": serializers.StatementQuery}
    replies = {"GET": serializers.MonthStatementsReply}
    operation_ids = {"GET": "listMonthStatements"}

    def get(self, request: Request, contract_id: UUID) -> HttpResponse:
        month = self.query().get("month")
        found: list[tuple[Any, list[Any], list[Any]]] = (
            [queries.month_statement(request.actor, contract_id, month)] if month
            else [(one, [], []) for one in queries.month_statements(request.actor, contract_id)])
        return reply({"items": [
            asdict(head) | {
                "month": head.month.isoformat()[:7], "currency": CURRENCY, "parts": [asdict(one) for one in parts],
                "corrections": [asdict(one) | {"claim_month": one.claim_month.isoformat()[:7]} for one in corrections]}
            for head, parts, corrections in found
        ]})


class Forecast(HouseView):
    """What a contract may expect, surest first: in claims, payable, held by which rules, and on its way."""

    actions = {"GET": "payout.read"}
    replies = {"GET": serializers.ForecastReply}
    operation_ids = {"GET": "readForecast"}

    def get(self, request: Request, contract_id: UUID) -> HttpResponse:
        found = queries.forecast(request.actor, contract_id, today=almaty_date(now()))
        return reply({"contract_id": contract_id, "currency": CURRENCY, "items": [
            asdict(one) | {"month": one.month and one.month.isoformat()[:7]} for one in found]})
