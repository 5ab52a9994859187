from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.etags import if_match
from api.http.pagination import Page, PageQuery
from api.http.rendering import reply
from api.http.views import HouseView
from api.http.writes import write
from collection.contracts import operations, queries
from collection.contracts.operations import NewTariff, Reach
from collection.contracts.queries import Price, ProgrammeDetail
from collection.kernel.money import CURRENCY
from collection.kernel.words import Words

from . import serializers


class Programmes(HouseView):
    """The programmes one may enrol in, or work for."""

    actions = {"GET": "programme.read", "POST": "programme.create"}
    queries = {"GET": PageQuery}
    bodies = {"POST": serializers.ProgrammeForm}
    replies = {"GET": serializers.ProgrammesReply, "POST": serializers.ProgrammeReply}
    statuses = {"POST": 201}

    def get(self, request: Request) -> HttpResponse:
        page = Page.of(request, self.query())
        found = queries.programmes(after=page.after and page.after[0], limit=page.limit + 1)
        return reply(page.answer(found, position=lambda one: (one.code,), render=programme_json))

    def post(self, request: Request) -> HttpResponse:
        """Open a programme; its tariffs follow."""
        asked = self.body()
        asked["name"] = Words(**asked["name"])
        return write(request, lambda actor, at: operations.create_programme(actor=actor, at=at, **asked),
                     render=programme_json, status=201)


class Programme(HouseView):
    """One programme."""

    actions = {"GET": "programme.read", "PATCH": "programme.update"}
    bodies = {"PATCH": serializers.ProgrammeChangeForm}
    replies = {"GET": serializers.ProgrammeReply, "PATCH": serializers.ProgrammeReply}
    etags = frozenset({"PATCH"})

    def get(self, request: Request, code: str) -> HttpResponse:
        found = queries.programme_by_code(code)
        return reply(programme_json(found), request=request, version=found.version)

    def patch(self, request: Request, code: str) -> HttpResponse:
        """Change how offers go out, or the ceiling, from now on."""
        changes, version = self.body(), if_match(request)
        if "widening" in changes:
            changes["widening"] = [Reach(**step) for step in changes["widening"]]
        return write(
            request,
            lambda actor, at: operations.change_programme(
                actor=actor, at=at, code=code, version=version, changes=changes),  # type: ignore[arg-type]
            render=programme_json,
        )


class Tariffs(HouseView):
    """Coefficients of the monthly index per tonne, by category, stage and day."""

    actions = {"GET": "tariff.read", "POST": "tariff.create"}
    queries = {"GET": serializers.PriceQuery}
    bodies = {"POST": serializers.TariffForm}
    replies = {"GET": serializers.TariffsReply, "POST": serializers.TariffReply}
    statuses = {"POST": 201}
    operation_ids = {"GET": "listTariffs"}

    def get(self, request: Request, code: str) -> HttpResponse:
        asked = self.query()
        found = queries.tariff_prices(queries.programme_by_code(code).id)
        return reply({"items": [tariff_json(price) for price in in_force(found, asked.get("on"))]})

    def post(self, request: Request, code: str) -> HttpResponse:
        """Set a rate from a coming day on (the open one ends the day before), or for days that have none."""
        new = NewTariff(**self.body())
        return write(
            request,
            lambda actor, at: operations.set_tariffs(actor=actor, at=at, programme=code, tariffs=[new])[0],
            render=tariff_json, status=201,
        )


class TariffChanges(HouseView):
    """Coefficients of days that have begun, as they were proposed and approved, newest first."""

    actions = {"GET": "tariff.review", "POST": "tariff.create"}
    bodies = {"POST": serializers.TariffChangeForm}
    replies = {"GET": serializers.TariffChangesReply, "POST": serializers.TariffChangeReply}
    statuses = {"POST": 201}
    operation_ids = {"GET": "listTariffChanges", "POST": "proposeTariffChange"}

    def get(self, request: Request, code: str) -> HttpResponse:
        return reply({"items": [asdict(one) for one in queries.tariff_changes(queries.programme_by_code(code).code)]})

    def post(self, request: Request, code: str) -> HttpResponse:
        """Propose; nothing changes until a second person approves. Then lines are taken back and accrued anew."""
        asked = self.body()
        new = [NewTariff(**one) for one in asked["tariffs"]]
        return write(
            request,
            lambda actor, at: operations.propose_tariff_change(
                actor=actor, at=at, programme=code, tariffs=new, reason=asked["reason"]),
            render=asdict, status=201,
        )


class ApproveTariffChange(HouseView):
    """By finance, and never by whoever proposed it."""

    actions = {"POST": "tariff.approve"}
    replies = {"POST": serializers.TariffChangeReply}
    operation_ids = {"POST": "approveTariffChange"}

    def post(self, request: Request, code: str, change_id: UUID) -> HttpResponse:
        return write(request, lambda actor, at: operations.approve_tariff_change(
            actor=actor, at=at, programme=code, change_id=change_id), render=asdict)


class WithdrawTariffChange(HouseView):
    """Nothing comes of it."""

    actions = {"POST": "tariff.create"}
    replies = {"POST": serializers.TariffChangeReply}
    operation_ids = {"POST": "withdrawTariffChange"}

    def post(self, request: Request, code: str, change_id: UUID) -> HttpResponse:
        return write(request, lambda actor, at: operations.withdraw_tariff_change(
            actor=actor, at=at, programme=code, change_id=change_id), render=asdict)


class Indexes(HouseView):
    """The monthly calculation index in tiyn, and VAT in percent, by day."""

    actions = {"GET": "tariff.read"}
    queries = {"GET": serializers.PriceQuery}
    replies = {"GET": serializers.IndexesReply}
    operation_ids = {"GET": "listIndexes"}

    def get(self, request: Request, code: str) -> HttpResponse:
        asked = self.query()
        queries.programme_by_code(code)
        return reply({
            "indexes": [{"tiyn": price.value, **dates(price)}
                        for price in in_force(queries.index_prices(), asked.get("on"))],
            "vat": [{"percent": decimal_text(price), **dates(price)}
                    for price in in_force(queries.vat_prices(), asked.get("on"))],
        })


def programme_json(one: ProgrammeDetail) -> dict[str, Any]:
    return asdict(one) | {"currency": CURRENCY}


def in_force(prices: Iterable[Price], day: date | None) -> list[Price]:
    return [price for price in prices if day is None or price.period.holds(day)]


def tariff_json(price: Price) -> dict[str, Any]:
    category, stage = price.what  # type: ignore[misc]
    return {"id": price.id, "category": category, "stage": stage, "coefficient": decimal_text(price), **dates(price)}


def decimal_text(price: Price) -> str:
    """Without noughts that say nothing: 7.6600 -> "7.66"."""
    text = f"{price.value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def dates(price: Price) -> dict[str, Any]:
    return {"valid_from": price.period.first, "valid_to": price.period.last, "source": price.source}
