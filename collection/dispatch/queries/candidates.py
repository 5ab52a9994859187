"""Who could take it, and why not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from collection.kernel.calendar import month_of
from collection.kernel.db import rows

from ..matching import Candidate, Need, verdicts

#: At most so many contracts of either kind are weighed up for one pickup.
CANDIDATES = 20

# The index (programme, region, category, leg, point) hands out contracts by distance, and the rules are asked of each
# in turn until there are enough: the cost depends on how many are asked, not on how many exist. The index measures on
# the sphere; those it hands out are ranked by the distance on the ellipsoid.
_COLLECTORS = """
SELECT area.contract_id, contract.organisation_id, ST_Distance(area.point, %(point)s::geography) AS distance_m
FROM contracts_servedarea area
JOIN contracts_contract contract ON contract.id = area.contract_id
JOIN accounts_organisation organisation ON organisation.id = contract.organisation_id
JOIN contracts_contractcategory allowed
    ON allowed.contract_id = area.contract_id AND allowed.category_id = %(category)s
WHERE area.programme_id = %(programme)s AND area.region_id = %(region)s AND area.category_id = %(category)s
  AND area.leg = 'collection'
  AND contract.state = 'active' AND contract.valid @> %(day)s::date AND organisation.suspended_at IS NULL
  AND allowed.quota_g - (SELECT coalesce(sum(amount), 0) FROM contracts_allotment used
        WHERE used.contract_id = area.contract_id AND used.of = 'quota' AND used.category_id = %(category)s) >= %(mass)s
  AND (contract.cap_tiyn IS NULL OR contract.cap_tiyn > (SELECT coalesce(sum(amount), 0) FROM contracts_allotment used
        WHERE used.contract_id = area.contract_id AND used.of = 'cap'))
  AND contract.organisation_id IS DISTINCT FROM %(generator)s
  AND NOT EXISTS (SELECT FROM dispatch_offer asked
        WHERE asked.pickup_id = %(pickup)s AND asked.contract_id = area.contract_id)
ORDER BY area.point <-> %(point)s::geography
LIMIT %(limit)s
"""

_PLANTS = """
SELECT area.contract_id, contract.organisation_id, contract.facility_id,
       ST_Distance(area.point, %(point)s::geography) AS distance_m
FROM contracts_servedarea area
JOIN contracts_contract contract ON contract.id = area.contract_id
JOIN accounts_organisation organisation ON organisation.id = contract.organisation_id
JOIN contracts_contractcategory allowed
    ON allowed.contract_id = area.contract_id AND allowed.category_id = %(category)s
LEFT JOIN registry_facilitycapacity capacity
    ON capacity.facility_id = contract.facility_id AND capacity.category_id = %(category)s
WHERE area.programme_id = %(programme)s AND area.region_id = %(region)s AND area.category_id = %(category)s
  AND area.leg = 'recycling'
  AND contract.state = 'active' AND contract.valid @> %(day)s::date AND organisation.suspended_at IS NULL
  AND allowed.quota_g - (SELECT coalesce(sum(amount), 0) FROM contracts_allotment used
        WHERE used.contract_id = area.contract_id AND used.of = 'quota' AND used.category_id = %(category)s) >= %(mass)s
  AND (capacity.monthly_g IS NULL OR capacity.monthly_g - (
        SELECT coalesce(sum(amount), 0) FROM contracts_allotment used
        WHERE used.of = 'capacity' AND used.facility_id = contract.facility_id
          AND used.category_id = %(category)s AND used.month = %(month)s) >= %(mass)s)
"""
# The nearest plants, and the own plants of the collectors in question, however far.
_RECYCLERS = f"""
({_PLANTS} ORDER BY area.point <-> %(point)s::geography LIMIT %(limit)s)
UNION ({_PLANTS} AND area.contract_id = ANY(%(own)s))
ORDER BY distance_m, contract_id
"""

# The nearest bases first, by their own index; whoever was chosen is told of too, however far away.
_CONSIDERED = """
WITH near AS (
    SELECT contract.id FROM registry_base base JOIN contracts_contract contract ON contract.base_id = base.id
    WHERE contract.programme_id = %(programme)s AND contract.kind <> 'recycling' AND contract.state <> 'draft'
    ORDER BY base.point <-> %(point)s::geography LIMIT %(limit)s
)
SELECT contract.id AS contract_id, contract.number, contract.kind, contract.state, contract.organisation_id,
       organisation.name AS organisation, organisation.suspended_at IS NOT NULL AS suspended,
       coalesce(lower(contract.valid), '0001-01-01'::date) AS valid_from,
       coalesce(upper(contract.valid), '9999-12-31'::date) AS valid_until,
       round(ST_Distance(base.point, %(point)s::geography))::bigint AS distance_m,
       allowed.quota_g,
       (SELECT coalesce(sum(amount), 0)::bigint FROM contracts_allotment used WHERE used.contract_id = contract.id
            AND used.of = 'quota' AND used.category_id = %(category)s) AS quota_used_g,
       contract.cap_tiyn,
       (SELECT coalesce(sum(amount), 0)::bigint FROM contracts_allotment used WHERE used.contract_id = contract.id
            AND used.of = 'cap') AS cap_used_tiyn,
       EXISTS (SELECT FROM contracts_contractregion served
            WHERE served.contract_id = contract.id AND served.region_id = %(region)s) AS serves_region,
       contract.organisation_id IS NOT DISTINCT FROM %(generator)s AS own,
       EXISTS (SELECT FROM dispatch_offer asked
            WHERE asked.pickup_id = %(pickup)s AND asked.contract_id = contract.id) AS asked
FROM contracts_contract contract
JOIN accounts_organisation organisation ON organisation.id = contract.organisation_id
JOIN registry_base base ON base.id = contract.base_id
LEFT JOIN contracts_contractcategory allowed
    ON allowed.contract_id = contract.id AND allowed.category_id = %(category)s
WHERE contract.programme_id = %(programme)s
  AND (contract.id IN (SELECT id FROM near) OR contract.id = ANY(%(chosen)s))
ORDER BY distance_m, contract.id
"""


def _params(*, pickup_id: UUID | None, programme_id: UUID, need: Need, point: str, limit: int,
            generator_id: UUID | None = None) -> dict[str, Any]:
    return {
        "pickup": pickup_id, "generator": generator_id, "programme": programme_id, "category": need.category,
        "region": need.region, "mass": need.mass_g, "day": need.day, "month": month_of(need.day), "point": point,
        "limit": limit,
    }


def candidates(*, pickup_id: UUID | None, programme_id: UUID, need: Need, point: str,
               generator_id: UUID | None = None, limit: int = CANDIDATES) -> list[Candidate]:
    """Collection contracts that may take `need` at `point` (EWKT), nearest base first: every rule holds for each.

    Contracts already asked for this pickup are left out, and so is the generator's own. One SQL statement, whose
    cost does not grow with the number of contracts (performance.md, T6).
    """
    found = rows(_COLLECTORS, _params(
        pickup_id=pickup_id, programme_id=programme_id, need=need, point=point, limit=limit,
        generator_id=generator_id))
    found.sort(key=lambda row: (row["distance_m"], row["contract_id"]))
    return [Candidate(row["contract_id"], row["organisation_id"], round(row["distance_m"])) for row in found]


def recyclers(*, programme_id: UUID, need: Need, point: str, own: Iterable[Candidate] = (),
              limit: int = CANDIDATES) -> list[Candidate]:
    """Recycling contracts with the category, quota and free monthly capacity for `need`, nearest plant first.

    Those of the collectors in `own` that may recycle it themselves are always among them.
    """
    params = _params(pickup_id=None, programme_id=programme_id, need=need, point=point, limit=limit)
    return [
        Candidate(row["contract_id"], row["organisation_id"], round(row["distance_m"]), row["facility_id"])
        for row in rows(_RECYCLERS, params | {"own": [one.contract_id for one in own]})
    ]


def considered(*, pickup_id: UUID | None, programme_id: UUID, need: Need, point: str, generator_id: UUID | None = None,
               chosen: Iterable[UUID] = (), limit: int = CANDIDATES) -> list[dict[str, Any]]:
    """The explanation: the nearest contracts, eligible or not, and the contracts `chosen`, each with every rule's verdict.

    Plain JSON values, nearest first: the contract, its distance and numbers, `verdicts` (rule -> yes or no), `eligible`.
    """
    params = _params(pickup_id=pickup_id, programme_id=programme_id, need=need, point=point, limit=limit,
                     generator_id=generator_id)
    explained = []
    for contract in rows(_CONSIDERED, params | {"chosen": list(chosen)}):
        answer = verdicts(contract, need)
        explained.append(
            {name: _plain(value) for name, value in contract.items()}
            | {"verdicts": answer, "eligible": all(answer.values())}
        )
    return explained


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, UUID) else value
