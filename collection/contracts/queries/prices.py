"""Reads of dated prices and of their retroactive changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ..models import IndexValue, Tariff, TariffChange, VatRate
from ..prices import DAY, Period, Price, PriceList, Rates


def price_list(programme_id: UUID) -> PriceList:
    """Every tariff of the programme, and the country's index and VAT rows, by three queries."""
    return PriceList((*tariff_prices(programme_id), *index_prices(), *vat_prices()))


def rates_on(programme_id: UUID, category: str, day: date) -> Rates:
    """The coefficients by stage, the index and the VAT rate in force on `day` (the supply date: Almaty's)."""
    return price_list(programme_id).on(category, day)


def tariff_prices(programme_id: UUID) -> list[Price]:
    found = Tariff.objects.filter(programme=programme_id, valid__isempty=False).order_by("category__position", "stage", "valid")
    return [Price((row.category_id, row.stage), row.coefficient, period_of(row.valid), row.source, row.id)
            for row in found]


@dataclass(frozen=True, slots=True)
class TariffChangeView:
    id: UUID
    programme: str
    state: str
    tariffs: list[dict[str, Any]]
    reason: str
    proposed_by: UUID | None
    proposed_at: datetime
    approved_by: UUID | None
    approved_at: datetime | None
    version: int


def tariff_changes(programme: str, *, only: UUID | None = None) -> list[TariffChangeView]:
    """The programme's retroactive changes, newest first."""
    found = TariffChange.objects.filter(programme__code=programme, **({"pk": only} if only else {})).order_by("-pk")
    return [tariff_change(row, programme) for row in found]


def tariff_change(row: TariffChange, programme: str) -> TariffChangeView:
    return TariffChangeView(row.id, programme, row.state, row.tariffs, row.reason, row.proposed_by, row.proposed_at,
                            row.approved_by, row.approved_at, row.version)


def index_prices() -> list[Price]:
    return [Price("index", row.tiyn, period_of(row.valid), row.source, UUID(int=row.pk))
            for row in IndexValue.objects.order_by("valid")]


def vat_prices() -> list[Price]:
    return [Price("vat", row.percent, period_of(row.valid), row.source, UUID(int=row.pk))
            for row in VatRate.objects.order_by("valid")]


def period_of(valid: Any) -> Period:
    """A stored date range, whose upper bound is the day after, as its first and last day."""
    return Period(valid.lower, valid.upper and valid.upper - DAY)
