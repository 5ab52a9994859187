"""The plant: batches, sales, and what it has in stock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from collection.kernel.actor import Actor
from collection.kernel.db import rows
from collection.kernel.refusals import NotFound
from collection.waste.queries import yield_band

from ..models import Batch, BatchInput, Sale, SaleLot
from ..steps import legal_date


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch; `corrected_g`: how much later corrections took from its input and its loss alike.

    `yield_permille`: product per mille of the input as it stands, rounded down. `yield_in_band`: whether that is plausible
    for the category on that day (waste.YieldBand); None where there is no band.
    """

    id: UUID
    number: int
    contract_id: UUID
    facility_id: UUID
    category: str
    input_g: int
    product_g: int
    byproduct_g: int
    loss_g: int
    corrected_g: int
    yield_permille: int
    yield_in_band: bool | None
    consignment_ids: tuple[UUID, ...]
    occurred_at: datetime
    recorded_at: datetime


def batch(actor: Actor, batch_id: UUID) -> BatchView:
    found = _batches(Batch.objects.visible_to(actor).filter(pk=batch_id))
    if not found:
        raise NotFound
    return found[0]


def batches(actor: Actor, *, contract_id: UUID | None = None, category: str | None = None, after: int | None = None,
            limit: int | None = None) -> list[BatchView]:
    """The actor's plants' batches, newest first, below the number `after`."""
    asked = {"contract_id": contract_id, "category": category, "number__lt": after}
    found = Batch.objects.visible_to(actor).filter(**{name: value for name, value in asked.items() if value})
    return _batches(found.order_by("-number")[:limit])


def _batches(found: Any) -> list[BatchView]:
    listed = list(found)
    ids = [one.pk for one in listed]
    inputs: dict[UUID, list[UUID]] = {pk: [] for pk in ids}
    for batch_id, consignment_id in BatchInput.objects.filter(batch__in=ids).order_by("consignment__number").values_list(
            "batch_id", "consignment_id"):
        inputs[batch_id].append(consignment_id)
    changed = {row["batch_id"]: row["grams"] for row in rows(
        "SELECT batch_id, sum(accepted_g - was_g)::bigint AS grams FROM custody_correction WHERE batch_id = ANY(%s) "
        "GROUP BY batch_id", [ids])}
    bands = {key: yield_band(*key) for key in {(one.category_id, _day(one)) for one in listed}}
    return [
        BatchView(one.pk, one.number, one.contract_id, one.facility_id, one.category_id, one.input_g, one.product_g,
                  one.byproduct_g, one.loss_g, changed.get(one.pk, 0), one.product_g * 1000 // input_g,
                  band.holds(product_g=one.product_g, input_g=input_g) if band else None, tuple(inputs[one.pk]),
                  one.occurred_at, one.recorded_at)
        for one in listed
        for input_g, band in [(one.input_g + changed.get(one.pk, 0), bands[one.category_id, _day(one)])]
    ]


def _day(batch: Batch) -> date:
    return legal_date(batch.occurred_at, batch.recorded_at)


@dataclass(frozen=True, slots=True)
class Lot:
    """Grams of a sale that came from one batch."""

    batch_id: UUID
    number: int
    mass_g: int


@dataclass(frozen=True, slots=True)
class SaleView:
    """`lots` add up to less than `mass_g` where more was sold than the plant had made."""

    id: UUID
    facility_id: UUID
    category: str
    material: str
    mass_g: int
    buyer: str
    buyer_number: str
    einvoice_number: str
    lots: tuple[Lot, ...]
    occurred_at: datetime
    recorded_at: datetime


def sale(actor: Actor, sale_id: UUID) -> SaleView:
    found = sales(actor, ids=[sale_id])
    if not found:
        raise NotFound
    return found[0]


def sales(actor: Actor, *, ids: Iterable[UUID] | None = None, facility_id: UUID | None = None,
          after: UUID | None = None, limit: int | None = None) -> list[SaleView]:
    """The actor's plants' sales in the order they were recorded, after the id `after`."""
    asked = {"pk__in": ids and list(ids), "facility_id": facility_id, "pk__gt": after}
    found = list(Sale.objects.visible_to(actor).filter(
        **{name: value for name, value in asked.items() if value}).order_by("pk")[:limit])
    lots: dict[UUID, list[Lot]] = {one.pk: [] for one in found}
    for lot in SaleLot.objects.filter(sale__in=lots).select_related("batch").order_by("id"):
        lots[lot.sale_id].append(Lot(lot.batch_id, lot.batch.number, lot.mass_g))
    return [
        SaleView(one.pk, one.facility_id, one.category_id, one.material, one.mass_g, one.buyer, one.buyer_number,
                 one.einvoice_number, tuple(lots[one.pk]), one.occurred_at, one.recorded_at)
        for one in found
    ]


@dataclass(frozen=True, slots=True)
class Stock:
    """Product, or by-product, of one plant and category since the beginning, in grams. `left_g` below zero cannot be."""

    facility_id: UUID
    category: str
    material: str  # states.PRODUCTS
    made_g: int
    sold_g: int

    @property
    def left_g(self) -> int:
        return self.made_g - self.sold_g


def stock(facility_ids: Iterable[UUID]) -> list[Stock]:
    """What was made and what was sold, for each plant, category and material that has either."""
    return [
        Stock(**row) for row in rows(
            """
            SELECT facility_id, category_id AS category, material, sum(made_g)::bigint AS made_g, sum(sold_g)::bigint AS sold_g
            FROM (SELECT facility_id, category_id, 'product' AS material, product_g AS made_g, 0 AS sold_g FROM custody_batch
                  UNION ALL SELECT facility_id, category_id, 'byproduct', byproduct_g, 0 FROM custody_batch WHERE byproduct_g > 0
                  UNION ALL SELECT facility_id, category_id, material, 0, mass_g FROM custody_sale) AS moves
            WHERE facility_id = ANY(%s) GROUP BY 1, 2, 3 ORDER BY facility_id, category_id, material DESC
            """,
            [list(facility_ids)],
        )
    ]
