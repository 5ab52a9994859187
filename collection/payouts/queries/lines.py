"""What the rules are asked about: the facts behind accrual lines, at the same cost for each line however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from collection.kernel.db import rows
from collection.pickups.looks import NEAR

from ..rules import LineFacts, ticket, way

#: How much of a scale's journal is read for its statistics, half of it before the ticket and half of it, as far as it is
#: known by then, after it.
QUARTER, DAY = timedelta(days=90), timedelta(days=1)
#: Lines whose facts are asked for in one statement.
AT_ONCE = 500
_NO_CEILING = {"month_g": None, "capacity_g": None}

_OF = """
SELECT line.id, line.fact_id, load.source_id
FROM payouts_accrualline line JOIN custody_consignment load ON load.id = line.consignment_id
WHERE line.id = ANY(%(lines)s) ORDER BY line.id
"""

# The plant's month: recycled grams in the order their facts were sealed (custody makes batches of one plant queue), up to
# and with each fact. Only months of plants that are asked about and have a licensed ceiling are read, by an index.
_MONTHS = """
WITH cell AS MATERIALIZED (
    SELECT DISTINCT fact.facility_id, fact.category_id, capacity.monthly_g,
           date_trunc('month', fact.occurred_on)::date AS month
    FROM custody_fact fact JOIN registry_facilitycapacity capacity
        ON capacity.facility_id = fact.facility_id AND capacity.category_id = fact.category_id
    WHERE fact.id = ANY(%(facts)s::bigint[]) AND fact.measure = 'recycled'
), running AS (
    SELECT fact.id, cell.monthly_g AS capacity_g, sum(fact.grams) OVER (
        PARTITION BY fact.facility_id, fact.category_id, cell.month ORDER BY fact.id)::bigint AS month_g
    FROM cell CROSS JOIN LATERAL (
        SELECT * FROM custody_fact fact WHERE fact.measure = 'recycled' AND fact.facility_id = cell.facility_id
            AND fact.category_id = cell.category_id AND fact.occurred_on >= cell.month
            AND fact.occurred_on < (cell.month + interval '1 month')::date OFFSET 0) AS fact
)
SELECT * FROM running WHERE id = ANY(%(facts)s::bigint[])
"""

# Each scale's journal is read once, from a half-quarter before the first of these tickets to one after the last.
_SCALES = """
WITH span AS MATERIALIZED (
    SELECT scale_id, min(occurred_at) - %(around)s AS since, max(occurred_at) + %(around)s AS until
    FROM custody_weighing WHERE consignment_id = ANY(%(loads)s) GROUP BY scale_id
), journal AS (
    SELECT one.*, count(*) OVER (
        PARTITION BY one.scale_id, one.gross_g, one.tare_g ORDER BY one.occurred_at
        RANGE BETWEEN %(day)s PRECEDING AND %(day)s FOLLOWING) > 1 AS twin
    FROM span CROSS JOIN LATERAL (SELECT * FROM custody_weighing one WHERE one.scale_id = span.scale_id
        AND one.occurred_at >= span.since AND one.occurred_at <= span.until OFFSET 0) AS one
), scale AS (
    SELECT *, count(*) OVER quarter AS scale_tickets, count(*) FILTER (WHERE twin) OVER quarter AS scale_twins,
           count(*) FILTER (WHERE manual) OVER quarter AS scale_typed,
           coalesce(bool_and(net_g %% 50000 = 0) FILTER (WHERE NOT manual) OVER quarter, true) AS scale_coarse,
           count(*) FILTER (WHERE manual AND net_g %% %(round)s = 0) OVER quarter AS scale_typed_round
    FROM journal WINDOW quarter AS (
        PARTITION BY scale_id ORDER BY occurred_at RANGE BETWEEN %(around)s PRECEDING AND %(around)s FOLLOWING)
)
SELECT consignment_id, scale_tickets, scale_twins, scale_typed, scale_coarse, scale_typed_round,
       CASE WHEN twin THEN (SELECT count(*) FROM custody_weighing other
            WHERE other.scale_id = scale.scale_id AND other.gross_g = scale.gross_g AND other.tare_g = scale.tare_g
              AND other.occurred_at BETWEEN scale.occurred_at - %(day)s AND scale.occurred_at + %(day)s
              AND (other.recorded_at, other.occurred_at, other.id) < (scale.recorded_at, scale.occurred_at, scale.id))
            ELSE 0 END AS twins_before
FROM scale WHERE consignment_id = ANY(%(loads)s)
"""

# Lines are often asked about in the transaction that made thousands of them, before the planner has heard of any: nothing here
# may tempt it to anything but the load's own few lines. So `mass_g > 0`, which no index knows, where `reverses_id IS NULL`
# would have it read an index of all lines for each line; and scalar subqueries, which are looked up in one way only.
_FACTS = """
WITH line AS MATERIALIZED (
    SELECT * FROM payouts_accrualline WHERE id = ANY(%(lines)s)
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
       contract.kind AS contract_kind,
       EXISTS (SELECT FROM contracts_tariff tariff  -- its own row may have been cut: the rate counts, or that it was taken back
            WHERE tariff.programme_id = line.programme_id AND tariff.category_id = line.category_id
              AND tariff.stage = line.stage AND tariff.valid @> line.supply_on AND tariff.coefficient = line.coefficient)
            OR EXISTS (SELECT FROM payouts_accrualline back WHERE back.reverses_id = line.id) AS tariff_valid,
       EXISTS (SELECT FROM payouts_accrualline other
            WHERE other.consignment_id = line.consignment_id AND other.stage = line.stage AND other.id < line.id
              AND other.mass_g > 0 AND NOT EXISTS (
                SELECT FROM payouts_accrualline back WHERE back.reverses_id = other.id)) AS claimed_elsewhere,
       weighing.certified_from, weighing.certified_until, weighing.net_g, vehicle.payload_g, line.mass_g,
       fact.edition > 1 AND EXISTS (
            SELECT FROM payouts_accrualline before WHERE before.consignment_id = line.consignment_id
              AND before.stage = line.stage AND (SELECT edition FROM custody_fact WHERE id = before.fact_id) < fact.edition
              AND (SELECT state FROM payouts_claim WHERE id = before.claim_id) = 'rejected') AS rejected_before,
       weighing.recorded_at - weighing.occurred_at AS recorded_late_by,
       weighing.occurred_at - weighing.recorded_at AS clock_ahead_by,
       weighing.occurred_at < load.loaded_at AS weighed_before_loaded,
       weighing.tare_until, weighing.manual,
       EXISTS (SELECT FROM custody_weighing other
            WHERE other.scale_id = weighing.scale_id AND other.ticket_number = weighing.ticket_number
              AND other.occurred_at > weighing.occurred_at - interval '1 year'  -- a journal begins again at 1 some day
              AND (other.recorded_at, other.occurred_at, other.id)
                < (weighing.recorded_at, weighing.occurred_at, weighing.id)) AS ticket_before,
       ST_Distance(source.point, yard.point) / 1000 AS haul_km, weighing.occurred_at - source.loaded_at AS haul_time,
       tour.km AS tour_km, tour.time AS tour_time, asked_for.declared_g, asked_for.fetched_g,
       (SELECT count(*) FROM custody_consignmentpickup served
            JOIN pickups_upload photo ON photo.pickup_id = served.pickup_id AND photo.state = 'stored'
            WHERE served.consignment_id = source.id AND EXISTS (
                SELECT FROM pickups_upload other
                WHERE other.sha256 = photo.sha256 AND other.pickup_id <> photo.pickup_id AND other.state = 'stored'
                  AND (other.stored_at, other.id) < (photo.stored_at, photo.id))) AS photos_before,
       (SELECT count(*) FROM custody_consignmentpickup served
            JOIN pickups_upload photo ON photo.pickup_id = served.pickup_id AND photo.state = 'stored'
            WHERE served.consignment_id = source.id AND EXISTS (
                SELECT FROM pickups_upload other
                WHERE other.look_bands && photo.look_bands AND other.sha256 <> photo.sha256 AND other.state = 'stored'
                  AND other.pickup_id <> photo.pickup_id AND (other.stored_at, other.id) < (photo.stored_at, photo.id)
                  AND other.stored_at > photo.stored_at - interval '1 year'
                  AND bit_count((other.look_rows # photo.look_rows)::bit(64))
                    + bit_count((other.look_columns # photo.look_columns)::bit(64)) <= %(near)s)) AS copies_before,
       batch.input_g AS batch_input_g, batch.product_g AS batch_product_g,
       band.least_permille AS yield_least_permille, band.most_permille AS yield_most_permille,
       line.supply_on - (company.created_at AT TIME ZONE 'Asia/Almaty')::date AS company_age_days,
       EXISTS (SELECT FROM accounts_membership one JOIN accounts_membership other ON other.user_id = one.user_id
            WHERE one.organisation_id = load.generator_id
              AND other.organisation_id IN (load.collector_id, load.recycler_id)
              AND other.organisation_id <> load.generator_id) AS related,
       inspection.outcome AS inspected, inspection.found_g AS inspected_g
FROM line
JOIN custody_fact fact ON fact.id = line.fact_id
JOIN custody_consignment load ON load.id = line.consignment_id
JOIN custody_consignment source ON source.id = load.source_id  -- of a part, the load that was taken and weighed
JOIN custody_weighing weighing ON weighing.consignment_id = source.id
JOIN contracts_contract contract ON contract.id = line.contract_id
JOIN contracts_programme programme ON programme.id = line.programme_id
JOIN accounts_organisation company ON company.id = contract.organisation_id
JOIN registry_scale bridge ON bridge.id = weighing.scale_id
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
LEFT JOIN LATERAL (
    SELECT result.outcome, result.found_g FROM payouts_inspection drawn
    JOIN payouts_inspectionresult result ON result.inspection_id = drawn.id
    WHERE drawn.consignment_id = line.consignment_id ORDER BY result.recorded_at DESC, result.look DESC LIMIT 1
) AS inspection ON true
ORDER BY line.id
"""


def line_facts(line_ids: Sequence[int]) -> dict[int, LineFacts]:
    """What the rules know about each line."""
    return dict(facts_of(line_ids))


def facts_of(line_ids: Sequence[int]) -> Iterator[tuple[int, LineFacts]]:
    """The same of however many lines, one after another, at the same cost for each.

    What is counted over a plant's month and a scale's quarter is counted once for all of them; the rest is looked up a few
    hundred lines at a time, so that a large month is planned like a small one.
    """
    lines = rows(_OF, {"lines": list(line_ids)})
    facts, loads = ([*{line[name] for line in lines}] for name in ("fact_id", "source_id"))
    months = {row.pop("id"): row for row in rows(_MONTHS, {"facts": facts})}
    scales = {row.pop("consignment_id"): row for row in rows(_SCALES, {
        "loads": loads, "day": DAY, "around": QUARTER / 2, "round": ticket.ROUND_G})}
    for n in range(0, len(lines), AT_ONCE):
        chunk = {line["id"]: line for line in lines[n:n + AT_ONCE]}
        for row in rows(_FACTS, {"lines": list(chunk), "day": DAY, "speed": way.SPEED_KMH, "near": NEAR}):
            line = chunk[row.pop("id")]
            yield line["id"], LineFacts(
                **row, **months.get(line["fact_id"], _NO_CEILING), **scales[line["source_id"]])
