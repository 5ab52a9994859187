"""What the optimiser may still change: who could take each load, where it could go, and what room is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from collection.kernel.db import rows

from .candidates import CANDIDATES


@dataclass(frozen=True, slots=True)
class Work:
    """A load nobody has taken yet (`job_id` None), or one whose journey has not begun: only its plant may change.

    `contract_id` and `recycler_contract_id`: who has it, or the open offer that speaks for it. `open`: the offers out.
    """

    pickup_id: UUID
    number: int
    state: str
    category: str
    mass_g: int
    month: date
    wave: int
    job_id: UUID | None
    offer_id: UUID | None
    contract_id: UUID | None
    recycler_contract_id: UUID | None
    facility_id: UUID | None


@dataclass(frozen=True, slots=True)
class Option:
    """A contract that may fetch a load, or a plant that may get it."""

    pickup_id: UUID
    contract_id: UUID
    organisation_id: UUID
    facility_id: UUID | None
    metres: int
    payload_g: int = 0  # of the collector's largest vehicle


# A job given by an officer stays as it is, and so do one whose journey has begun and the load of a contract that
# recycles too. A pickup between two waves is the next wave's business. Of several open offers the one an
# earlier optimisation made speaks for the load, or else the first.
_WORK = """
SELECT p.id AS pickup_id, p.number, p.state, p.category_id AS category, p.declared_g AS mass_g, p.wave,
       date_trunc('month', p.window_from AT TIME ZONE 'Asia/Almaty')::date AS month,
       job.id AS job_id, offer.id AS offer_id, coalesce(job.contract_id, offer.contract_id) AS contract_id,
       coalesce(job.recycler_contract_id, offer.recycler_contract_id) AS recycler_contract_id,
       coalesce(job.facility_id, offer.facility_id) AS facility_id
FROM pickups_pickup p
LEFT JOIN dispatch_job job ON job.pickup_id = p.id AND job.state = 'assigned' AND p.state = 'accepted'
LEFT JOIN contracts_contract contract ON contract.id = job.contract_id
LEFT JOIN LATERAL (
    SELECT o.id, o.contract_id, o.recycler_contract_id, o.facility_id FROM dispatch_offer o
    WHERE p.state = 'offered' AND o.pickup_id = p.id AND o.state = 'open' AND o.expires_at > house_clock()
    ORDER BY o.reason = 'reoptimised' DESC, o.rank LIMIT 1
) offer ON true
WHERE p.programme_id = %(programme)s
  AND ((p.state = 'unserved' OR offer.id IS NOT NULL) AND p.window_to > house_clock()
       OR job.recycler_contract_id IS NOT NULL AND contract.kind = 'collection'
          AND NOT job.frozen)
ORDER BY p.id
"""

_IN_FORCE = """
  AND contract.state = 'active' AND organisation.suspended_at IS NULL
  AND contract.valid @> day.on_day
  AND CASE WHEN day.on_day = ANY (programme.holidays) THEN 0 ELSE extract(isodow FROM day.on_day) END = ANY (place.working_days)
"""
# Whoever is asked must work on the day of the pickup, and have a vehicle that carries it in the trips allowed.
_EACH = """
FROM pickups_pickup p JOIN contracts_programme programme ON programme.id = p.programme_id
CROSS JOIN LATERAL (SELECT (p.window_from AT TIME ZONE 'Asia/Almaty')::date AS on_day) day
"""
_AREA = """
    FROM contracts_servedarea area
    JOIN contracts_contract contract ON contract.id = area.contract_id
    JOIN accounts_organisation organisation ON organisation.id = contract.organisation_id
    JOIN contracts_contractcategory allowed
        ON allowed.contract_id = area.contract_id AND allowed.category_id = p.category_id
"""
_SERVES = """
    WHERE area.cell = contracts_cell(p.programme_id, p.region_id, p.category_id, '{leg}') AND area.leg = '{leg}'
      AND area.programme_id = p.programme_id AND area.region_id = p.region_id AND area.category_id = p.category_id
"""
# What unstarted jobs hold counts as free: the plan hands it out anew.
_FREED = "used.object_id <> ALL (%(freed)s)"
_COLLECTORS = f"""
SELECT p.id AS pickup_id, near.contract_id, near.organisation_id, NULL::uuid AS facility_id, near.metres, near.payload_g
{_EACH} CROSS JOIN LATERAL (
    SELECT area.contract_id, contract.organisation_id, round(ST_Distance(area.point, p.point))::bigint AS metres,
           fleet.payload_g
    {_AREA}
    JOIN registry_base place ON place.id = contract.base_id
    CROSS JOIN LATERAL (
        SELECT max(payload_g) AS payload_g FROM registry_vehicle vehicle
        WHERE vehicle.organisation_id = contract.organisation_id AND vehicle.retired_at IS NULL) fleet
    {_SERVES.format(leg="collection")} {_IN_FORCE}
      AND fleet.payload_g * programme.max_trips >= p.declared_g
      AND allowed.quota_g - (SELECT coalesce(sum(amount), 0) FROM contracts_allotment used
            WHERE used.contract_id = area.contract_id AND used.of = 'quota' AND used.category_id = p.category_id
              AND {_FREED}) >= p.declared_g
      AND (contract.cap_tiyn IS NULL OR contract.cap_tiyn > (SELECT coalesce(sum(amount), 0) FROM contracts_allotment used
            WHERE used.contract_id = area.contract_id AND used.of = 'cap'))
      AND contract.organisation_id <> p.generator_id
      AND NOT EXISTS (SELECT FROM dispatch_offer asked WHERE asked.pickup_id = p.id
            AND asked.contract_id = area.contract_id AND (asked.state <> 'open' OR asked.expires_at <= house_clock()))
    ORDER BY area.point <-> p.point LIMIT %(limit)s
) near WHERE p.id = ANY (%(waiting)s)
UNION ALL
SELECT p.id, job.contract_id, job.organisation_id, NULL, round(ST_Distance(base.point, p.point))::bigint, 0
FROM pickups_pickup p JOIN dispatch_job job ON job.pickup_id = p.id AND job.state = 'assigned'
JOIN contracts_contract contract ON contract.id = job.contract_id JOIN registry_base base ON base.id = contract.base_id
WHERE p.id = ANY (%(freed)s)
"""
_PLANTS = f"""
SELECT DISTINCT p.id AS pickup_id, near.contract_id, near.organisation_id, near.facility_id, near.metres, 0::bigint AS payload_g
{_EACH} CROSS JOIN LATERAL (
    SELECT area.contract_id, contract.organisation_id, contract.facility_id,
           round(ST_Distance(area.point, p.point))::bigint AS metres
    {_AREA}
    LEFT JOIN registry_facilitycapacity capacity
        ON capacity.facility_id = contract.facility_id AND capacity.category_id = p.category_id
    JOIN registry_facility place ON place.id = contract.facility_id
    {_SERVES.format(leg="recycling")} {_IN_FORCE}
      AND allowed.quota_g - (SELECT coalesce(sum(amount), 0) FROM contracts_allotment used
            WHERE used.contract_id = area.contract_id AND used.of = 'quota' AND used.category_id = p.category_id
              AND {_FREED}) >= p.declared_g
      AND (capacity.monthly_g IS NULL OR capacity.monthly_g - (
            SELECT coalesce(sum(amount), 0) FROM contracts_allotment used
            WHERE used.of = 'capacity' AND used.facility_id = contract.facility_id AND used.category_id = p.category_id
              AND used.month = date_trunc('month', p.window_from AT TIME ZONE 'Asia/Almaty')::date
              AND {_FREED}) >= p.declared_g)
    ORDER BY area.point <-> p.point LIMIT %(limit)s
) near WHERE p.id = ANY (%(waiting)s) OR p.id = ANY (%(freed)s)
UNION  -- where it goes now, should that be far
SELECT p.id, job.recycler_contract_id, job.recycler_id, job.facility_id,
       round(ST_Distance(facility.point, p.point))::bigint, 0
FROM pickups_pickup p JOIN dispatch_job job ON job.pickup_id = p.id AND job.state = 'assigned'
JOIN registry_facility facility ON facility.id = job.facility_id
WHERE p.id = ANY (%(freed)s)
"""
_HOME = """
SELECT base.id AS contract_id, plant.id AS plant_id, round(ST_Distance(base.point, plant.point))::bigint AS metres
FROM (SELECT contract.id, place.point FROM contracts_contract contract JOIN registry_base place ON place.id = contract.base_id
      WHERE contract.id = ANY (%(collectors)s)) base
CROSS JOIN (SELECT contract.id, place.point FROM contracts_contract contract
      JOIN registry_facility place ON place.id = contract.facility_id WHERE contract.id = ANY (%(recyclers)s)) plant
"""


def work(programme_id: UUID) -> list[Work]:
    """Every load of the programme that may still be planned, by id."""
    return [Work(**row) for row in rows(_WORK, {"programme": programme_id})]


def options(found: list[Work], *, limit: int = CANDIDATES) -> tuple[list[Option], list[Option]]:
    """The nearest contracts that may fetch each load, and the nearest plants it may go to; those it has are among them."""
    asked = {"waiting": [one.pickup_id for one in found if one.job_id is None], "freed": held_by(found), "limit": limit}
    return ([Option(**row) for row in rows(_COLLECTORS, asked)], [Option(**row) for row in rows(_PLANTS, asked)])


def ways_home(collectors: list[UUID], recyclers: list[UUID]) -> dict[tuple[UUID, UUID], int]:
    """(recycling contract, collecting contract) -> metres from the plant to the base."""
    found = rows(_HOME, {"collectors": collectors, "recyclers": recyclers})
    return {(row["plant_id"], row["contract_id"]): row["metres"] for row in found}


def held_by(found: list[Work]) -> list[UUID]:
    """The pickups among these that hold reservations."""
    return [one.pickup_id for one in found if one.job_id is not None]

