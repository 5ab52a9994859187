"""Who could take it: one statement for both sides, whose cost does not grow with the number of contracts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from collection.kernel.calendar import month_of
from collection.kernel.db import rows
from geo import regions

from ..matching import HISTORY, Candidate, Need, elapsed_share
from ..states import MISSED, WITHDRAW_REASONS

#: At most so many contracts of either side are weighed up for one pickup.
CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class Matches:
    """The nearest contracts that may fetch a load, and the nearest plants it may go to, each nearest first.

    The plants of collectors that recycle themselves are among them, however far.
    """

    collectors: list[Candidate]
    plants: list[Candidate]


# The index (cell, point) hands out the contracts of a programme, region, category and leg by distance, and the rules are
# asked of each in turn until there are enough: the cost depends on how many are asked, not on how many exist. OFFSET 0
# keeps it so: the planner may not turn the walk inside out. A wave that reaches into other regions walks once for each of
# them. The index measures on the sphere; those it hands out are ranked by the distance on the ellipsoid. How they answered
# before is read of those alone who are left.
_FITS = """
        SELECT contract.organisation_id, contract.kind, contract.valid, contract.facility_id, used.g AS used_g, {more}
        FROM contracts_contract contract
        JOIN accounts_organisation organisation ON organisation.id = contract.organisation_id
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(amount), 0)::bigint AS g FROM contracts_allotment allotment
            WHERE allotment.contract_id = contract.id AND allotment.of = 'quota'
              AND allotment.category_id = %(category)s::varchar) used
        JOIN {places} place ON place.id = contract.{place} {joined}
        WHERE contract.id = area.contract_id
          AND contract.state = 'active' AND contract.valid @> %(day)s::date AND organisation.suspended_at IS NULL
          AND area.quota_g - used.g >= %(mass)s::bigint AND %(weekday)s::smallint = ANY (place.working_days) {rules}
        OFFSET 0"""
_COLLECTOR = _FITS.format(places="registry_base", place="base_id", more="fleet.payload_g", joined="""
        CROSS JOIN LATERAL (
            SELECT vehicle.payload_g FROM registry_vehicle vehicle
            WHERE vehicle.organisation_id = contract.organisation_id AND vehicle.retired_at IS NULL
            ORDER BY vehicle.payload_g DESC LIMIT 1) fleet""", rules="""
          AND fleet.payload_g >= %(least_payload)s::bigint
          AND (contract.cap_tiyn IS NULL OR contract.cap_tiyn > (
                SELECT coalesce(sum(amount), 0) FROM contracts_allotment allotment
                WHERE allotment.contract_id = contract.id AND allotment.of = 'cap'))
          AND contract.organisation_id IS DISTINCT FROM %(generator)s::uuid
          AND NOT EXISTS (SELECT FROM dispatch_offer asked
                WHERE asked.pickup_id = %(pickup)s::uuid AND asked.contract_id = contract.id)""")
_PLANT = _FITS.format(places="registry_facility", place="facility_id", more="0::bigint AS payload_g", joined="""
        LEFT JOIN registry_facilitycapacity capacity
            ON capacity.facility_id = contract.facility_id AND capacity.category_id = %(category)s::varchar""", rules="""
          AND (capacity.monthly_g IS NULL OR capacity.monthly_g - (
                SELECT coalesce(sum(amount), 0) FROM contracts_allotment allotment
                WHERE allotment.of = 'capacity' AND allotment.facility_id = contract.facility_id
                  AND allotment.category_id = %(category)s::varchar AND allotment.month = %(month)s::date)
                >= %(mass)s::bigint)""")


def _walk(leg: str, region: str, more: str = "", *, order: str = "ORDER BY away") -> str:
    """The served areas of a region, nearest first."""
    return f"""(
        SELECT area.contract_id, area.point, area.quota_g, area.point <-> %(point)s::geography AS away
        FROM contracts_servedarea area
        WHERE area.cell = contracts_cell(%(programme)s::uuid, {region}, %(category)s::varchar, '{leg}')
          AND area.programme_id = %(programme)s::uuid AND area.region_id = {region}
          AND area.category_id = %(category)s::varchar AND area.leg = '{leg}' {more} {order} OFFSET 0) area"""


_PRICE = """coalesce((SELECT price.metres FROM dispatch_price price
        WHERE price.contract_id = {}.contract_id AND price.category_id = %(category)s::varchar), 0) AS price_m"""


def _matching(more: str = "") -> str:
    return f"""
WITH collector AS MATERIALIZED (
    SELECT DISTINCT ON (near.away, near.contract_id) near.*
    FROM unnest(%(regions)s::varchar[]) AS served (region_id) CROSS JOIN LATERAL (
        SELECT area.*, fits.* FROM {_walk("collection", "served.region_id", more)}
        CROSS JOIN LATERAL ({_COLLECTOR}) fits LIMIT {CANDIDATES}
    ) near ORDER BY near.away, near.contract_id LIMIT {CANDIDATES}
), plant AS MATERIALIZED (
    SELECT * FROM (
        SELECT area.*, fits.*, true AS own FROM collector CROSS JOIN LATERAL {_walk(
            "recycling", "%(region)s::varchar", "AND area.contract_id = collector.contract_id", order="")}
        CROSS JOIN LATERAL ({_PLANT}) fits WHERE collector.kind = 'full_cycle'
        UNION ALL
        (SELECT area.*, fits.*, false FROM {_walk("recycling", "%(region)s::varchar")}
         CROSS JOIN LATERAL ({_PLANT}) fits LIMIT {CANDIDATES})
    ) found ORDER BY own DESC, away LIMIT {CANDIDATES}
)
SELECT 'collection' AS leg, contract_id, organisation_id, NULL::uuid AS facility_id, valid, quota_g, used_g, payload_g,
       ST_Distance(point, %(point)s::geography) AS distance_m, ST_X(point::geometry) AS x, ST_Y(point::geometry) AS y,
       answers.accepted, answers.refused, answers.withdrawn, {_PRICE.format("collector")}
FROM collector CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE state = 'accepted') AS accepted,
           count(*) FILTER (WHERE state IN ('declined', 'expired')) AS refused,
           count(*) FILTER (WHERE state = 'withdrawn') AS withdrawn
    FROM (SELECT offer.state FROM dispatch_offer offer
          WHERE offer.contract_id = collector.contract_id
            AND (offer.state IN ('accepted', 'declined', 'expired')
                 OR offer.state = 'withdrawn' AND offer.reason = ANY (%(given_back)s::text[]))
          ORDER BY offer.offered_at DESC LIMIT {HISTORY}) latest) answers
UNION ALL
SELECT 'recycling', contract_id, organisation_id, facility_id, valid, quota_g, used_g, payload_g,
       ST_Distance(point, %(point)s::geography), ST_X(point::geometry), ST_Y(point::geometry), 0, 0, 0, {_PRICE.format("plant")}
FROM plant
"""


_MATCHING = _matching()
_WITHIN = _matching("AND ST_DWithin(area.point, %(point)s::geography, %(radius)s::float8)")
_ONLY = _matching("AND area.contract_id = %(only)s::uuid")


def asked(*, pickup_id: UUID | None, programme_id: UUID, need: Need, point: str,
          generator_id: UUID | None = None) -> dict[str, Any]:
    """The parameters that candidates and explanations share. `point` is EWKT."""
    return {
        "pickup": pickup_id, "generator": generator_id, "programme": programme_id, "category": need.category,
        "region": need.region, "regions": [need.region, *need.neighbours], "radius": need.reach.radius_m,
        "mass": need.mass_g, "day": need.day, "month": month_of(need.day), "weekday": need.weekday,
        "least_payload": need.least_payload_g, "point": point,
        "given_back": [*WITHDRAW_REASONS, MISSED],
    }


def candidates(*, pickup_id: UUID | None, programme_id: UUID, need: Need, point: str,
               generator_id: UUID | None = None, only: UUID | None = None) -> Matches:
    """At most CANDIDATES contracts that may fetch `need` at `point` (EWKT), and as many plants that may take it in.

    Every rule holds for each of them (a radius binds collectors, unless `only` that contract is asked for). Contracts already
    asked for this pickup are left out, and so is the generator's own.
    One SQL statement, whose cost does not grow with the number of contracts (performance.md, T6).
    """
    params = asked(pickup_id=pickup_id, programme_id=programme_id, need=need, point=point, generator_id=generator_id)
    collectors: dict[UUID, Candidate] = {}
    plants: dict[UUID, Candidate] = {}
    sql = _ONLY if only else _WITHIN if need.reach.radius_m else _MATCHING
    for row in rows(sql, params | {"only": only}, keep_plan=True):
        side = collectors if row["leg"] == "collection" else plants
        side.setdefault(row["contract_id"], candidate_of(row, need))
    return Matches(nearest_first(collectors), nearest_first(plants))


def nearest_first(found: Mapping[UUID, Candidate]) -> list[Candidate]:
    return sorted(found.values(), key=lambda one: (one.distance_m, one.contract_id))


def candidate_of(row: Mapping[str, Any], need: Need) -> Candidate:
    return Candidate(
        row["contract_id"], row["organisation_id"], round(row["distance_m"]), row["facility_id"], (row["x"], row["y"]),
        row["payload_g"], row["quota_g"], row["used_g"], elapsed_share(row["valid"].lower, row["valid"].upper, need.day),
        row["accepted"], row["refused"], row["withdrawn"], row["price_m"])


def neighbours(point: tuple[float, float], region: str, radius_m: int) -> tuple[str, ...]:
    """The other regions that lie within `radius_m` of (longitude, latitude): resolved once, before any contract is read."""
    return tuple(one for one in regions.within(*point, radius_m) if one != region)
