"""What leaves the plant: product and by-products, taken from the oldest batches that have any left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from collection.accounts.identity import is_valid_identity_number
from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.bulk import insert
from collection.kernel.db import rows
from collection.kernel.ids import uuid7
from collection.kernel.refusals import NotFound, Refusal, Unprocessable
from collection.kernel.words import Words
from collection.registry.models import Facility
from collection.waste.models import Category

from ..models import Sale, SaleLot
from .refusals import Wrongs


class EinvoiceReused(Refusal):
    code = "einvoice_reused"
    words = Words("Бұл ЭШФ нөмірі пайдаланылған", "Этот номер ЭСФ уже использован", "This e-invoice number is in use")


@dataclass(frozen=True, slots=True)
class NewSale:
    """Product or by-product (states.PRODUCTS) that leaves the plant, in grams, under its own e-invoice.

    `buyer_number`: the buyer's BIN or IIN, where known.
    """

    facility_id: UUID
    category: str
    mass_g: int
    buyer: str
    einvoice_number: str
    occurred_at: datetime
    material: str = "product"
    buyer_number: str = ""


def sell(*, actor: Actor, at: datetime, sales: Sequence[NewSale]) -> list[UUID]:
    """Write down what left the plant, and which batches it was of: the oldest first.

    Selling more than was made is recorded too; what no batch made stands in no lot, and blocks the plant's claim.
    Errors: NotFound (another's plant); EinvoiceReused; OccurredInFuture, Unprocessable with `unknown_category`,
    `invalid_identity_number`.
    """
    # Sales of one plant queue, so that each takes what those before it left.
    plants = {one.pk for one in Facility.objects.visible_to(actor).locked(pk__in={one.facility_id for one in sales})}
    if any(one.facility_id not in plants for one in sales):
        raise NotFound
    _check(sales, at)
    made = Sale.objects.bulk_create([
        Sale(id=uuid7(at), facility_id=one.facility_id, category_id=one.category, material=one.material, mass_g=one.mass_g,
             buyer=one.buyer, buyer_number=one.buyer_number, einvoice_number=one.einvoice_number,
             occurred_at=one.occurred_at, recorded_at=at, sold_by=actor.user_id)
        for one in sales
    ])
    lots = list(_lots(made))
    if lots:
        insert(lots)
    audit.record_many(actor=actor, at=at, lines=[
        audit.Line("product.sell", "sale", row.pk, after={
            "facility": row.facility_id, "category": row.category_id, "material": row.material, "mass_g": row.mass_g,
            "einvoice": row.einvoice_number, "lots": {str(lot.batch_id): lot.mass_g for lot in lots if lot.sale_id == row.pk}})
        for row in made
    ])
    return [row.pk for row in made]


def _check(sales: Sequence[NewSale], at: datetime) -> None:
    known = set(Category.objects.values_list("code", flat=True))
    numbers = [one.einvoice_number for one in sales]
    used = set(Sale.objects.filter(einvoice_number__in=numbers).values_list("einvoice_number", flat=True))
    wrongs = Wrongs(sales)
    for n, one in enumerate(sales):
        wrongs.future(n, one.occurred_at, at)
        if one.category not in known:
            wrongs.add(Unprocessable, n, "category", "unknown_category", value=one.category)
        if one.buyer_number and not is_valid_identity_number(one.buyer_number):
            wrongs.add(Unprocessable, n, "buyer_number", "invalid_identity_number")
        if one.einvoice_number in used or one.einvoice_number in numbers[:n]:
            wrongs.add(EinvoiceReused, n, "einvoice_number")
    wrongs.refuse()


_LEFT = """
SELECT batch.id, batch.facility_id, batch.category_id, material.name AS material,
       (material.made_g - coalesce(sum(lot.mass_g), 0))::bigint AS left_g
FROM custody_batch batch
CROSS JOIN LATERAL (VALUES ('product', batch.product_g), ('byproduct', batch.byproduct_g)) AS material (name, made_g)
LEFT JOIN (custody_salelot lot JOIN custody_sale sale ON sale.id = lot.sale_id)
    ON lot.batch_id = batch.id AND sale.material = material.name
WHERE batch.facility_id = ANY(%s)
GROUP BY batch.id, material.name, material.made_g HAVING material.made_g > coalesce(sum(lot.mass_g), 0)
ORDER BY batch.number
"""


def _lots(sales: Sequence[Sale]) -> Iterable[SaleLot]:
    """Sale after sale, the oldest batch that has any left."""
    stock = defaultdict(list)
    for row in rows(_LEFT, [list({one.facility_id for one in sales})]):
        stock[row["facility_id"], row["category_id"], row["material"]].append([row["id"], row["left_g"]])
    for sale in sales:
        wanted = sale.mass_g
        heap = stock[sale.facility_id, sale.category_id, sale.material]
        while wanted and heap:
            batch_id, left_g = heap[0]
            taken = min(wanted, left_g)
            yield SaleLot(sale=sale, batch_id=batch_id, mass_g=taken)
            wanted -= taken
            heap[0][1] -= taken
            if not heap[0][1]:
                heap.pop(0)
