"""What the rules are asked about: the facts behind accrual lines, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from collection.kernel.db import rows

from ..rules import LineFacts, ticket, way

#: How much of a scale's journal is read for its statistics, half of it before the ticket and half of it, as far as it is
#: known by then, after it.
QUARTER = timedelta(days=90)

# The plant's month: recycled grams in the order their facts were sealed (custody makes batches of one plant queue), up to
# and with each fact. Only months of plants that are asked about and have a licensed ceiling are read, by an index.
_FACTS = """
WITH line AS MATERIALIZED (
    SELECT * FROM payouts_accrualline WHERE id = ANY(%(lines)s)
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
), asked AS (
    SELECT DISTINCT load.source_id FROM line JOIN custody_consignment load ON load.id = line.consignment_id
), span AS (
    SELECT weighing.scale_id, min(weighing.occurred_at) - %(around)s AS since, max(weighing.occurred_at) + %(around)s AS until
    FROM asked JOIN custody_weighing weighing ON weighing.consignment_id = asked.source_id GROUP BY weighing.scale_id
), journal AS (
    SELECT one.consignment_id, one.scale_id, one.occurred_at, one.manual, one.net_g, count(*) OVER (
        PARTITION BY one.scale_id, one.gross_g, one.tare_g ORDER BY one.occurred_at
        RANGE BETWEEN %(day)s PRECEDING AND %(day)s FOLLOWING) > 1 AS twin
    FROM span JOIN custody_weighing one
        ON one.scale_id = span.scale_id AND one.occurred_at >= span.since AND one.occurred_at <= span.until
), scale AS (
    SELECT consignment_id, count(*) OVER quarter AS tickets, count(*) FILTER (WHERE twin) OVER quarter AS twins,
           count(*) FILTER (WHERE manual) OVER quarter AS typed,
           coalesce(bool_and(net_g %% 50000 = 0) FILTER (WHERE NOT manual) OVER quarter, true) AS coarse,
           count(*) FILTER (WHERE manual AND net_g %% %(round)s = 0) OVER quarter AS typed_round
    FROM journal WINDOW quarter AS (
        PARTITION BY scale_id ORDER BY occurred_at RANGE BETWEEN %(around)s PRECEDING AND %(around)s FOLLOWING)
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
       contract.kind AS contract_kind, tariff.valid @> line.supply_on AS tariff_valid,
       EXISTS (SELECT FROM payouts_accrualline other
            WHERE other.consignment_id = line.consignment_id AND other.stage = line.stage AND other.id < line.id
              AND other.reverses_id IS NULL AND NOT EXISTS (
                SELECT FROM payouts_accrualline back WHERE back.reverses_id = other.id)) AS claimed_elsewhere,
       weighing.certified_from, weighing.certified_until, weighing.net_g, vehicle.payload_g, line.mass_g,
       running.month_g, running.monthly_g AS capacity_g,
       fact.edition > 1 AND EXISTS (
            SELECT FROM payouts_accrualline before JOIN payouts_claim claim ON claim.id = before.claim_id
            JOIN custody_fact older ON older.id = before.fact_id
            WHERE before.consignment_id = line.consignment_id AND before.stage = line.stage
              AND older.edition < fact.edition AND claim.state = 'rejected') AS rejected_before,
       weighing.recorded_at - weighing.occurred_at AS recorded_late_by,
       weighing.occurred_at - weighing.recorded_at AS clock_ahead_by,
       weighing.occurred_at < load.loaded_at AS weighed_before_loaded,
       weighing.tare_until, weighing.manual,
       EXISTS (SELECT FROM custody_weighing other
            WHERE other.scale_id = weighing.scale_id AND other.ticket_number = weighing.ticket_number
              AND other.occurred_at > weighing.occurred_at - interval '1 year'  -- a journal begins again at 1 some day
              AND (other.recorded_at, other.occurred_at, other.id)
                < (weighing.recorded_at, weighing.occurred_at, weighing.id)) AS ticket_before,
       (SELECT count(*) FROM custody_weighing other
            WHERE other.scale_id = weighing.scale_id AND other.gross_g = weighing.gross_g AND other.tare_g = weighing.tare_g
              AND other.occurred_at BETWEEN weighing.occurred_at - %(day)s AND weighing.occurred_at + %(day)s
              AND (other.recorded_at, other.occurred_at, other.id)
                < (weighing.recorded_at, weighing.occurred_at, weighing.id)) AS twins_before,
       scale.tickets AS scale_tickets, scale.twins AS scale_twins, scale.typed AS scale_typed,
       scale.typed_round AS scale_typed_round, scale.coarse AS scale_coarse,
       ST_Distance(source.point, yard.point) / 1000 AS haul_km, weighing.occurred_at - source.loaded_at AS haul_time,
       tour.km AS tour_km, tour.time AS tour_time, asked_for.declared_g, asked_for.fetched_g,
       (SELECT count(*) FROM custody_consignmentpickup served
            JOIN pickups_upload photo ON photo.pickup_id = served.pickup_id AND photo.state = 'stored'
            WHERE served.consignment_id = source.id AND EXISTS (
                SELECT FROM pickups_upload other
                WHERE other.sha256 = photo.sha256 AND other.pickup_id <> photo.pickup_id AND other.state = 'stored'
                  AND (other.stored_at, other.id) < (photo.stored_at, photo.id))) AS photos_before,
       batch.input_g AS batch_input_g, batch.product_g AS batch_product_g,
       band.least_permille AS yield_least_permille, band.most_permille AS yield_most_permille,
       line.supply_on - (company.created_at AT TIME ZONE 'Asia/Almaty')::date AS company_age_days,
       EXISTS (SELECT FROM accounts_membership one JOIN accounts_membership other ON other.user_id = one.user_id
            WHERE one.organisation_id = load.generator_id
              AND other.organisation_id IN (load.collector_id, load.recycler_id)
              AND other.organisation_id <> load.generator_id) AS related
FROM line
JOIN custody_fact fact ON fact.id = line.fact_id
JOIN custody_consignment load ON load.id = line.consignment_id
JOIN custody_consignment source ON source.id = load.source_id  -- of a part, the load that was taken and weighed
JOIN custody_weighing weighing ON weighing.consignment_id = source.id
JOIN contracts_contract contract ON contract.id = line.contract_id
JOIN contracts_programme programme ON programme.id = line.programme_id
JOIN contracts_tariff tariff ON tariff.id = line.tariff_id
JOIN accounts_organisation company ON company.id = contract.organisation_id
JOIN registry_scale bridge ON bridge.id = weighing.scale_id
JOIN scale ON scale.consignment_id = source.id
LEFT JOIN registry_facility yard ON yard.id = bridge.facility_id
LEFT JOIN custody_transportsheet sheet ON sheet.consignment_id = source.id AND sheet.plate <> ''
LEFT JOIN custody_batch batch ON batch.id = fact.batch_id
LEFT JOIN waste_yieldband band ON band.category_id = fact.category_id AND band.valid @> fact.occurred_on
    AND batch.id IS NOT NULL
LEFT JOIN LATERAL (  -- of everything the plate did before that was recorded, what fits its moments here worst
    SELECT ST_Distance(here.point, there.point) / 1000 AS km, greatest(here.at, there.at) - least(here.at, there.at) AS time
    FROM custody_transportsheet same
    JOIN custody_consignment other ON other.id = same.consignment_id
        AND other.loaded_at BETWEEN source.loaded_at - 2 * %(day)s AND source.loaded_at + 2 * %(day)s
        AND (other.recorded_at, other.number) < (source.recorded_at, source.number)
    LEFT JOIN custody_weighing its ON its.consignment_id = other.id
    LEFT JOIN registry_scale its_scale ON its_scale.id = its.scale_id
    LEFT JOIN registry_facility its_yard ON its_yard.id = its_scale.facility_id
    CROSS JOIN LATERAL (VALUES (source.loaded_at, source.point), (weighing.occurred_at, yard.point)) AS here (at, point)
    CROSS JOIN LATERAL (VALUES (other.loaded_at, other.point), (its.occurred_at, its_yard.point)) AS there (at, point)
    WHERE same.plate = sheet.plate AND here.point IS NOT NULL AND there.point IS NOT NULL
    ORDER BY ST_Distance(here.point, there.point) / 1000
        - %(speed)s * abs(extract(epoch FROM here.at - there.at)) / 3600 DESC LIMIT 1
) AS tour ON true
LEFT JOIN LATERAL (
    SELECT sum(pickup.declared_g)::bigint AS declared_g, (
        SELECT sum(brought.net_g)::bigint FROM custody_weighing brought WHERE brought.consignment_id IN (
            SELECT also.consignment_id FROM custody_consignmentpickup also
            WHERE also.pickup_id = ANY(array_agg(pickup.id)))) AS fetched_g
    FROM custody_consignmentpickup served JOIN pickups_pickup pickup ON pickup.id = served.pickup_id
    WHERE served.consignment_id = source.id HAVING NOT bool_or(pickup.mass_assumed)
) AS asked_for ON true
LEFT JOIN registry_vehicle vehicle ON vehicle.id = source.vehicle_id
LEFT JOIN running ON running.id = fact.id
ORDER BY line.id
"""


def line_facts(line_ids: Sequence[int]) -> dict[int, LineFacts]:
    """What the rules know about each line."""
    return {row.pop("id"): LineFacts(**row) for row in rows(_FACTS, {
        "lines": list(line_ids), "day": timedelta(days=1), "around": QUARTER / 2, "round": ticket.ROUND_G,
        "speed": way.SPEED_KMH})}
