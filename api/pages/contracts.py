"""Contracts with what is left of their quotas and caps; tariffs, and what other coefficients would have cost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from api.http.refusals import Malformed
from collection.contracts import queries
from collection.contracts.states import STAGES
from collection.kernel.calendar import almaty_date
from collection.kernel.db import now
from collection.kernel.refusals import Defect
from collection.payouts.queries import Supposed, simulate_tariffs, statement
from collection.stats.queries import names
from collection.waste.queries import catalogue

from .page import Page

KINDS = ("collection", "recycling", "full_cycle")
#: What a month's money is told apart by.
PARTS = ("held", "payable", "claimed", "paid", "rejected", "total")
ROWS = 50


class Contracts(Page):
    """One's own, or all for the operator's staff, in the order they were drawn up."""

    action = "contract.read"
    template = "contracts.html"

    def context(self, **of: Any) -> Mapping[str, Any]:
        kind, after = self.request.GET.get("kind", ""), self.request.GET.get("after", "")
        try:
            found = queries.contracts(self.actor, kind=kind or None, after=UUID(after) if after else None, limit=ROWS + 1)
        except ValueError:
            raise Malformed(defects=[Defect("/after", "not_a_uuid")]) from None
        if kind and kind not in KINDS:
            raise Malformed(defects=[Defect("/kind", "not_a_choice")])
        return {"contracts": found[:ROWS], "kind": kind, "kinds": KINDS,
                "next": found[ROWS - 1].id if len(found) > ROWS else None}


class Contract(Page):
    """One contract: its limits and how far they are used, and its money month by month."""

    action = "contract.read"
    template = "contract.html"

    def context(self, **of: Any) -> Mapping[str, Any]:
        found = queries.contract(self.actor, of["contract_id"])
        months: dict[date, dict[str, int | None]] = {}
        for one in statement(self.actor, found.id):
            month = months.setdefault(one.month, dict.fromkeys(PARTS))
            for part in (one.status, "total"):
                month[part] = (month[part] or 0) + one.amount_tiyn
        return {"contract": found, "months": sorted(months.items(), reverse=True),
                "names": names("category", [one.category for one in found.categories])
                | names("region", list(found.regions))}


class Tariffs(Page):
    """The coefficients in force, and a month's facts priced with others: nothing is changed by asking."""

    action = "tariff.simulate"
    template = "tariffs.html"

    def context(self, **of: Any) -> Mapping[str, Any]:
        known = queries.programmes()
        if not known:
            return {"programmes": []}
        asked = self.request.GET
        programme = next((one for one in known if one.code == asked.get("programme")), known[-1])
        today = almaty_date(now())
        prices = queries.price_list(programme.id)
        categories = catalogue()
        table = [{"category": one, "cells": [(stage, prices.on(one.code, today).coefficients.get(stage)) for stage in STAGES]}
                 for one in categories]
        supposed = [one for one in (self._supposed(category.code, stage) for category in categories for stage in STAGES) if one]
        month = self._month(asked.get("month", ""))
        return {
            "programmes": known, "programme": programme, "stages": STAGES, "table": table, "month": asked.get("month", ""),
            "typed": {f"{one.category}.{one.stage}": str(one.coefficient) for one in supposed},
            "index_tiyn": prices.on(categories[0].code, today).index_tiyn if categories else None,
            "effect": simulate_tariffs(at=now(), programme=programme.code, coefficients=supposed, month=month)
            if supposed else None,
        }

    def _supposed(self, category: str, stage: str) -> Supposed | None:
        typed = self.request.GET.get(f"{category}.{stage}", "").strip().replace(",", ".")
        if not typed:
            return None
        try:
            value = Decimal(typed)
        except InvalidOperation:
            value = Decimal("NaN")
        if not (typed.isascii() and value.is_finite() and len(typed) <= 10 and "e" not in typed.lower() and "_" not in typed):
            raise Malformed(defects=[Defect(f"/{category}.{stage}", "wrong_format")])
        return Supposed(category, stage, value)

    def _month(self, typed: str) -> date | None:
        try:
            return date.fromisoformat(f"{typed}-01") if typed else None
        except ValueError:
            raise Malformed(defects=[Defect("/month", "not_a_month")]) from None
