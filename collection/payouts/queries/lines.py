"""What the rules are asked about: the facts behind accrual lines, in one statement."""

from __future__ import annotations

from collections.abc import Sequence

from collection.kernel.db import rows

from ..rules import LineFacts

# The plant's month: recycled grams in the order their facts were sealed (custody makes batches of one plant queue), up to
# and with each fact. Only months of plants that are asked about and have a licensed ceiling are read, by an index.
_FACTS = """
WITH line AS MATERIALIZED (
    SELECT * FROM payouts_accrualline WHERE id = ANY(%s)
), cell AS (
    SELECT DISTINCT fact.facility_id, fact.category_id, capacity.monthly_g,
           date_trunc('month', fact.occurred_on)::date AS month
    FROM line JOIN custody_fact fact ON fact.id = line.fact_id AND fact.measure = 'recycled'
    JOIN registry_facilitycapacity capacity
        ON capacity.facility_id = fact.facility_id AND capacity.category_id = fact.category_id
), running AS (
    SELECT fact.id, cell.monthly_g, sum(fact.grams) OVER (
        PARTITION BY fact.facility_id, fact.category_id, cell.month ORDER BY fact.id)::bigint AS month_g
    FROM cell JOIN custody_fact fact ON fact.measure = 'recycled' AND fact.facility_id = cell.facility_id
        AND fact.category_id = cell.category_id AND fact.occurred_on >= cell.month
        AND fact.occurred_on < (cell.month + interval '1 month')::date
)
SELECT line.id, line.stage, load.origin, line.supply_on,
       load.waste_code_id IS NULL OR EXISTS (SELECT FROM waste_categorycode allowed
            WHERE allowed.category_id = load.category_id AND allowed.code_id = load.waste_code_id) AS code_allowed,
       programme.starts_on AS programme_from, programme.ends_on AS programme_to,
       coalesce(lower(contract.valid), '0001-01-01'::date) AS contract_from,
       coalesce(upper(contract.valid), '9999-12-31'::date) AS contract_until,
       EXISTS (SELECT FROM contracts_contractcategory covered
            WHERE covered.contract_id = line.contract_id AND covered.category_id = line.category_id) AS category_covered,
       EXISTS (SELECT FROM contracts_contractregion served
            WHERE served.contract_id = line.contract_id AND served.region_id = load.region_id) AS region_served,
       weighing.certified_from, weighing.certified_until, weighing.net_g, vehicle.payload_g, line.mass_g,
       running.month_g, running.monthly_g AS capacity_g,
       fact.edition > 1 AND EXISTS (
            SELECT FROM payouts_accrualline before JOIN payouts_claim claim ON claim.id = before.claim_id
            JOIN custody_fact older ON older.id = before.fact_id
            WHERE before.consignment_id = line.consignment_id AND before.stage = line.stage
              AND older.edition < fact.edition AND claim.state = 'rejected') AS rejected_before,
       weighing.recorded_at - weighing.occurred_at AS recorded_late_by,
       weighing.occurred_at - weighing.recorded_at AS clock_ahead_by,
       weighing.occurred_at < load.loaded_at AS weighed_before_loaded
FROM line
JOIN custody_fact fact ON fact.id = line.fact_id
JOIN custody_consignment load ON load.id = line.consignment_id
JOIN custody_consignment source ON source.id = load.source_id  -- of a part, the load that was taken and weighed
JOIN custody_weighing weighing ON weighing.consignment_id = source.id
JOIN contracts_contract contract ON contract.id = line.contract_id
JOIN contracts_programme programme ON programme.id = line.programme_id
LEFT JOIN registry_vehicle vehicle ON vehicle.id = source.vehicle_id
LEFT JOIN running ON running.id = fact.id
ORDER BY line.id
"""


def line_facts(line_ids: Sequence[int]) -> dict[int, LineFacts]:
    """What the rules know about each line."""
    return {row.pop("id"): LineFacts(**row) for row in rows(_FACTS, [list(line_ids)])}
