"""What a contractor's day is planned from: jobs, vehicles and what has been done of it. A handful of statements, no locks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from collection.accounts.rights import STAFF_ROLES
from collection.kernel.actor import Actor
from collection.kernel.db import rows
from collection.kernel.refusals import Defect, NotFound, Unprocessable
from collection.kernel.words import Words

from ..states import UNDERWAY

Point = tuple[float, float]  # longitude, latitude


@dataclass(frozen=True, slots=True)
class Base:
    """The contract whose day it is. `point` None: its vehicles start nowhere."""

    contract_id: UUID
    organisation_id: UUID
    programme_id: UUID
    kind: str
    whole_payee: str
    point: Point | None


@dataclass(frozen=True, slots=True)
class DayJob:
    """A job that is, or was today, to be done. `plant` None: no recycler was found for it yet."""

    id: UUID
    version: int
    state: str
    ended_at: datetime | None
    pickup_id: UUID
    site_id: UUID
    category: str
    mass_g: int
    window_from: datetime
    window_to: datetime
    gate: Point
    plant: Point | None
    opens: time | None
    closes: time | None
    vehicle_id: UUID | None
    driver_id: UUID | None


@dataclass(frozen=True, slots=True)
class DayVehicle:
    id: UUID
    payload_g: int
    shift_from: time | None
    shift_to: time | None
    down: bool  # an incident of today says it broke down


@dataclass(frozen=True, slots=True)
class OldStop:
    """A halt of the plan in force. `done_at`: when a delivery was made; a pickup's is its job's end."""

    vehicle_id: UUID
    driver_id: UUID | None
    starts_at: datetime
    start: Point
    kind: str
    job_id: UUID
    site_id: UUID
    arrives_at: datetime
    departs_at: datetime
    done_at: datetime | None
    fixed: bool


class ContractNeeded(Unprocessable):
    """The organisation collects under several contracts, each with a base of its own. Fields: `contracts`."""

    code = "contract_needed"
    words = Words("Қай шарт бойынша екенін көрсетіңіз", "Укажите, по какому договору", "Say under which contract")


def base_of(actor: Actor, *, contract_id: UUID | None = None, organisation_id: UUID | None = None) -> Base:
    """Whose day it is: the contract's, or that of the organisation's only contract in force that collects.

    Errors: NotFound for a stranger's as for an unknown one; ContractNeeded.
    """
    everything = actor.is_house or actor.role in STAFF_ROLES
    found = [_base(**row) for row in rows(
        """
        SELECT contract.id AS contract_id, contract.organisation_id, contract.programme_id, contract.kind,
               programme.whole_payee, ST_X(base.point::geometry) AS x, ST_Y(base.point::geometry) AS y
        FROM contracts_contract contract JOIN contracts_programme programme ON programme.id = contract.programme_id
        LEFT JOIN registry_base base ON base.id = contract.base_id
        WHERE (contract.id = %(contract)s::uuid
               OR contract.organisation_id = %(organisation)s::uuid AND contract.kind <> 'recycling'
                  AND contract.state = 'active')
          AND (%(everything)s OR contract.organisation_id = %(mine)s::uuid)
        ORDER BY contract.id
        """,
        {"contract": contract_id, "organisation": organisation_id, "everything": everything,
         "mine": actor.organisation_id})]
    if not found:
        raise NotFound(defects=[Defect("/contract_id" if contract_id else "/organisation_id", NotFound.code)])
    if len(found) > 1:
        raise ContractNeeded(contracts=[str(one.contract_id) for one in found])
    return found[0]


def jobs_of(contract_id: UUID, *, until: datetime, with_ids: Sequence[UUID], limit: int) -> list[DayJob]:
    """Unfinished jobs whose window opens before `until`, and those of `with_ids` whatever became of them, by id."""
    return [_job(**row) for row in rows(
        f"""
        SELECT job.id, job.version, job.state, job.ended_at, job.pickup_id, pickup.site_id,
               pickup.category_id AS category, pickup.declared_g AS mass_g, pickup.window_from, pickup.window_to,
               ST_X(pickup.point::geometry) AS x, ST_Y(pickup.point::geometry) AS y,
               ST_X(plant.point::geometry) AS plant_x, ST_Y(plant.point::geometry) AS plant_y, plant.opens, plant.closes,
               job.vehicle_id, job.driver_id
        FROM dispatch_job job JOIN pickups_pickup pickup ON pickup.id = job.pickup_id
        LEFT JOIN registry_facility plant ON plant.id = job.facility_id
        WHERE job.contract_id = %(contract)s
          AND (job.state IN {UNDERWAY} AND pickup.window_from < %(until)s OR job.id = ANY(%(also)s))
        ORDER BY job.id LIMIT %(limit)s
        """,
        {"contract": contract_id, "until": until, "also": list(with_ids), "limit": limit})]


def vehicles_of(base: Base, day: date, *, since: datetime, until: datetime) -> list[DayVehicle]:
    """The organisation's vehicles in service that no other contract's plan of the day uses, by id."""
    return [DayVehicle(**row) for row in rows(
        """
        SELECT vehicle.id, vehicle.payload_g, vehicle.shift_from, vehicle.shift_to, EXISTS (
            SELECT FROM dispatch_incident incident JOIN dispatch_job job ON job.id = incident.job_id
            WHERE incident.kind = 'breakdown' AND job.vehicle_id = vehicle.id
              AND incident.recorded_at >= %(since)s AND incident.recorded_at < %(until)s) AS down
        FROM registry_vehicle vehicle
        WHERE vehicle.organisation_id = %(organisation)s AND vehicle.retired_at IS NULL AND NOT EXISTS (
            SELECT FROM dispatch_route route JOIN dispatch_plan plan ON plan.id = route.plan_id
            WHERE route.vehicle_id = vehicle.id AND plan.day = %(day)s AND plan.state = 'done'
              AND plan.contract_id <> %(contract)s)
        ORDER BY vehicle.id
        """,
        {"organisation": base.organisation_id, "contract": base.contract_id, "day": day, "since": since,
         "until": until})]


def plan_before(contract_id: UUID, day: date) -> tuple[UUID, date] | None:
    """The plan in force of that day, else of the last day before it: what a new plan starts from."""
    found = rows("SELECT id, day FROM dispatch_plan WHERE contract_id = %s AND day <= %s AND state = 'done' "
                 "ORDER BY day DESC LIMIT 1", [contract_id, day])
    return (found[0]["id"], found[0]["day"]) if found else None


def stops_of(plan_id: UUID) -> list[OldStop]:
    """Its halts, by vehicle and in their order."""
    return [OldStop(start=(row.pop("x"), row.pop("y")), **row) for row in rows(
        """
        SELECT route.vehicle_id, route.driver_id, route.starts_at, ST_X(route.start::geometry) AS x,
               ST_Y(route.start::geometry) AS y, stop.kind, stop.job_id, pickup.site_id, stop.arrives_at,
               stop.departs_at, stop.done_at, stop.fixed
        FROM dispatch_route route JOIN dispatch_routestop stop ON stop.route_id = route.id
        JOIN dispatch_job job ON job.id = stop.job_id JOIN pickups_pickup pickup ON pickup.id = job.pickup_id
        WHERE route.plan_id = %s ORDER BY route.vehicle_id, stop.position
        """,
        [plan_id])]


def known_drivers(organisation_id: UUID, named: Sequence[UUID]) -> set[UUID]:
    """Of these people, those who may be sent out to drive for the organisation."""
    return {row["user_id"] for row in rows(
        "SELECT DISTINCT user_id FROM accounts_membership WHERE organisation_id = %s AND user_id = ANY(%s) "
        "AND role IN ('driver', 'collector_admin') AND removed_at IS NULL", [organisation_id, list(named)])}


def named_vehicles(available: Sequence[DayVehicle], named: Sequence[tuple[UUID, UUID | None]],
                   organisation_id: UUID) -> list[DayVehicle]:
    """Those of `named` (vehicle, driver), repaired or not; all that are not broken down when none is named.

    Errors: NotFound for a vehicle that is not available and a driver who is not the organisation's, naming the field.
    """
    if not named:
        return [one for one in available if not one.down]
    by_id = {one.id: one for one in available}
    drivers = known_drivers(organisation_id, [driver for _, driver in named if driver])
    defects = [Defect(f"/vehicles/{n}/{field}", "not_found") for n, (vehicle, driver) in enumerate(named)
               for field, lost in (("vehicle_id", vehicle not in by_id), ("driver_id", driver and driver not in drivers))
               if lost]
    if defects:
        raise NotFound(defects=defects)
    return [by_id[vehicle] for vehicle in dict.fromkeys(vehicle for vehicle, _ in named)]


def _base(x: float | None, y: float | None, **columns: object) -> Base:
    return Base(**columns, point=None if x is None or y is None else (x, y))  # type: ignore[arg-type]


def _job(x: float, y: float, plant_x: float | None, plant_y: float | None, **columns: object) -> DayJob:
    plant = None if plant_x is None or plant_y is None else (plant_x, plant_y)
    return DayJob(**columns, gate=(x, y), plant=plant)  # type: ignore[arg-type]
