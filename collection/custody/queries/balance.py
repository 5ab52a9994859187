"""The mass balance of a plant or store: opening + in - out - loss = closing, per category and month, in grams."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from collection.kernel.actor import Actor
from collection.kernel.calendar import next_month
from collection.kernel.db import rows
from collection.kernel.refusals import NotFound
from collection.registry.models import Facility


@dataclass(frozen=True, slots=True)
class Balance:
    """One category of one facility in one month, of one material (states.MATERIALS), in grams.

    | material | in | out | loss |
    | --- | --- | --- | --- |
    | waste | receipts accepted; stored | became product and by-product; left the store | of batches; in the store |
    | product, byproduct | made | sold | |
    | all | receipts accepted; stored | sold; left the store | of batches; in the store |

    A correction counts in the month it was made in, as its facts do. Below zero: more was sold than made.
    """

    category: str
    month: date
    material: str
    opening_g: int
    in_g: int
    out_g: int
    loss_g: int
    closing_g: int


def _month(row: str) -> str:
    """The Almaty month a row counts in: of the event, but never after its recording (steps.legal_date)."""
    return f"date_trunc('month', least({row}.occurred_at, {row}.recorded_at) AT TIME ZONE 'Asia/Almaty')::date"


# Each event once: what it is, of which category, in which month, how many grams.
_BALANCE = f"""
WITH event AS (
    SELECT category_id, date_trunc('month', occurred_on)::date AS month, 'came' AS what, grams
    FROM custody_fact WHERE facility_id = %(facility)s AND measure = 'received'
    UNION ALL
    SELECT batch.category_id, {_month("batch")}, made.what, made.grams
    FROM custody_batch batch CROSS JOIN LATERAL (VALUES
        ('product', batch.product_g), ('byproduct', batch.byproduct_g), ('lost', batch.loss_g)) AS made (what, grams)
    WHERE batch.facility_id = %(facility)s
    UNION ALL  -- a corrected load changes its batch's input and loss alike
    SELECT batch.category_id, date_trunc('month', correction.recorded_at AT TIME ZONE 'Asia/Almaty')::date, 'lost',
           correction.accepted_g - correction.was_g
    FROM custody_batch batch JOIN custody_correction correction ON correction.batch_id = batch.id
    WHERE batch.facility_id = %(facility)s
    UNION ALL
    SELECT category_id, {_month("sale")}, 'sold_' || material, mass_g FROM custody_sale sale WHERE facility_id = %(facility)s
    UNION ALL
    SELECT load.category_id, {_month("stay")}, 'came', stay.mass_g
    FROM custody_stay stay JOIN custody_consignment load ON load.id = stay.consignment_id
    WHERE stay.facility_id = %(facility)s
    UNION ALL
    SELECT whole.category_id, {_month("whole")}, 'left', member.mass_g
    FROM custody_groupingmember member JOIN custody_grouping whole ON whole.id = member.grouping_id
    WHERE member.store_id = %(facility)s
    UNION ALL
    SELECT load.category_id, {_month("division")}, 'lost', division.lost_g
    FROM custody_division division JOIN custody_consignment load ON load.id = division.consignment_id
    WHERE division.store_id = %(facility)s AND division.lost_g > 0
), flow AS (
    SELECT event.category_id, event.month, side.material, sum(side.in_g * event.grams) AS in_g,
           sum(side.out_g * event.grams) AS out_g, sum(side.loss_g * event.grams) AS loss_g
    FROM event JOIN (VALUES
        ('came', 'waste', 1, 0, 0), ('came', 'all', 1, 0, 0), ('left', 'waste', 0, 1, 0), ('left', 'all', 0, 1, 0),
        ('lost', 'waste', 0, 0, 1), ('lost', 'all', 0, 0, 1),
        ('product', 'waste', 0, 1, 0), ('product', 'product', 1, 0, 0),
        ('byproduct', 'waste', 0, 1, 0), ('byproduct', 'byproduct', 1, 0, 0),
        ('sold_product', 'product', 0, 1, 0), ('sold_product', 'all', 0, 1, 0),
        ('sold_byproduct', 'byproduct', 0, 1, 0), ('sold_byproduct', 'all', 0, 1, 0)
    ) AS side (what, material, in_g, out_g, loss_g) USING (what)
    WHERE event.month < %(until)s AND (%(category)s::text IS NULL OR event.category_id = %(category)s)
    GROUP BY event.category_id, event.month, side.material
), asked AS (
    SELECT category_id, material, day::date AS month FROM (SELECT DISTINCT category_id, material FROM flow) AS kept
    CROSS JOIN generate_series(%(since)s::date, %(until)s::date - 1, interval '1 month') AS day
)
SELECT asked.category_id AS category, asked.month, asked.material,
       coalesce(sum(flow.in_g - flow.out_g - flow.loss_g) FILTER (WHERE flow.month < asked.month), 0)::bigint AS opening_g,
       coalesce(sum(flow.in_g) FILTER (WHERE flow.month = asked.month), 0)::bigint AS in_g,
       coalesce(sum(flow.out_g) FILTER (WHERE flow.month = asked.month), 0)::bigint AS out_g,
       coalesce(sum(flow.loss_g) FILTER (WHERE flow.month = asked.month), 0)::bigint AS loss_g,
       coalesce(sum(flow.in_g - flow.out_g - flow.loss_g), 0)::bigint AS closing_g
FROM asked LEFT JOIN flow ON flow.category_id = asked.category_id AND flow.material = asked.material
    AND flow.month <= asked.month
GROUP BY asked.category_id, asked.month, asked.material
ORDER BY asked.category_id, asked.month, array_position(ARRAY['waste', 'product', 'byproduct', 'all'], asked.material)
"""


def balance(actor: Actor, facility_id: UUID, *, month_from: date, month_to: date | None = None,
            category: str | None = None) -> list[Balance]:
    """The months from `month_from` to `month_to` (first days), of everything the facility ever held until then.

    NotFound for another's facility. One query, by indexes on the facility.
    """
    if not Facility.objects.visible_to(actor).filter(pk=facility_id).exists():
        raise NotFound
    return [Balance(**row) for row in rows(_BALANCE, {
        "facility": facility_id, "category": category, "since": month_from, "until": next_month(month_to or month_from)})]
