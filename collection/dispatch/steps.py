"""Conditional steps of offers and jobs, for the verbs of this room and of custody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import orjson
from django.db.models import F

from collection.kernel.calendar import almaty_date
from collection.kernel.db import execute, rows
from collection.kernel.ids import uuid7
from notifications import outbox

from .models import Job
from .states import UNDERWAY

#: The later work of a queued plan.
PLAN_TASK = "dispatch.plan_day"
Named = Sequence[tuple[UUID, UUID | None]]


def finish_jobs(job_ids: Sequence[UUID], *, at: datetime) -> int:
    """Collected: underway -> done. Returns how many moved."""
    return Job.objects.filter(pk__in=job_ids, state__in=UNDERWAY).update(
        state="done", ended_at=at, trips_done=F("trips_done") + 1, version=F("version") + 1
    )


def count_trips(job_ids: Sequence[UUID]) -> int:
    """One trip of each is on its way, and more follow: the job goes on. Returns how many were underway."""
    return Job.objects.filter(pk__in=job_ids, state__in=UNDERWAY).update(
        trips_done=F("trips_done") + 1, version=F("version") + 1)


def end_job(job_id: UUID, *, state: str, reason: str, at: datetime) -> bool:
    """Underway -> withdrawn or failed, with its reason. The routes it was on are planned again."""
    ended = Job.objects.filter(pk=job_id, state__in=UNDERWAY).update(
        state=state, reason=reason, ended_at=at, version=F("version") + 1
    )
    if ended:
        plan_again([job_id], at=at)
    return bool(ended)


def plan_again(job_ids: Sequence[UUID], *, at: datetime) -> None:
    """Queue a new plan for the day, today or later, whose plan in force has these jobs; the vehicles stay as asked for.

    A plan that is waiting reads the day when it starts, and one that is running sees that a job has changed.
    """
    found = job_ids and rows(
        """
        SELECT DISTINCT plan.contract_id, plan.day, plan.vehicles FROM dispatch_routestop stop
        JOIN dispatch_route route ON route.id = stop.route_id JOIN dispatch_plan plan ON plan.id = route.plan_id
        WHERE stop.job_id = ANY(%s) AND plan.state = 'done' AND plan.day >= %s
        """,
        [list(job_ids), almaty_date(at)])
    for one in found or ():
        named = [(UUID(vehicle), driver and UUID(driver)) for vehicle, driver in orjson.loads(one["vehicles"])]
        queue_plans([(uuid7(at), one["contract_id"])], day=one["day"], why="incident", at=at, named=named)


def queue_plans(plans: Sequence[tuple[UUID, UUID]], *, day: date, why: str, at: datetime, asked_by: UUID | None = None,
                named: Named = ()) -> list[UUID]:
    """Plans (id, contract) for a worker; those of a day that is being planned already are passed over. Returns the ids."""
    made = [row["id"] for row in rows(
        """
        INSERT INTO dispatch_plan (id, contract_id, day, state, why, progress, vehicles, seed, provider, fallback,
                                   unserved, error, asked_by, created_at, version)
        SELECT id, contract, %s, 'queued', %s, 0, %s::jsonb, 0, '', false, '[]', '', %s, %s, 1
        FROM unnest(%s::uuid[], %s::uuid[]) AS asked (id, contract)
        ON CONFLICT (contract_id, day) WHERE state IN ('queued', 'running') DO NOTHING RETURNING id
        """,
        [day, why, orjson.dumps(as_named(named)).decode(), asked_by, at,
         [plan_id for plan_id, _ in plans], [contract_id for _, contract_id in plans]])]
    for plan_id in made:
        outbox.work(task=PLAN_TASK, object_id=plan_id, at=at)
    return made


def as_named(named: Named) -> list[list[str | None]]:
    """Vehicles and drivers asked for, as a plan's row keeps them."""
    return [[str(vehicle), str(driver) if driver else None] for vehicle, driver in named]


def unload_jobs(pickup_ids: Sequence[UUID], *, at: datetime) -> None:
    """The loads of these pickups stand at the plant's gate: their deliveries on routes in force are done."""
    execute(
        """
        UPDATE dispatch_routestop stop SET done_at = %s
        FROM dispatch_job job, dispatch_route route, dispatch_plan plan
        WHERE job.pickup_id = ANY(%s) AND job.state = 'done' AND stop.job_id = job.id AND stop.kind = 'delivery'
          AND stop.done_at IS NULL AND route.id = stop.route_id AND plan.id = route.plan_id AND plan.state = 'done'
        """,
        [at, list(pickup_ids)])


def withdraw_offers(pickup_id: UUID, *, at: datetime) -> list[UUID]:
    """Every open offer of the pickup is withdrawn by one statement; returns the organisations to be told."""
    return [
        row["organisation_id"]
        for row in rows(
            "UPDATE dispatch_offer SET state = 'withdrawn', answered_at = %s "
            "WHERE pickup_id = %s AND state = 'open' RETURNING organisation_id",
            [at, pickup_id],
        )
    ]


def undo_acceptance(pickup_id: UUID, *, reason: str) -> None:
    """The accepted offer is withdrawn, so that another may win; when it had been answered stays on record."""
    execute(
        "UPDATE dispatch_offer SET state = 'withdrawn', reason = %s WHERE pickup_id = %s AND state = 'accepted'",
        [reason, pickup_id],
    )


def expire_offers(pickup_id: UUID) -> list[UUID]:
    """Offers whose time is over by the database clock become expired; returns their organisations."""
    return [
        row["organisation_id"]
        for row in rows(
            "UPDATE dispatch_offer SET state = 'expired', answered_at = house_clock() "
            "WHERE pickup_id = %s AND state = 'open' AND expires_at <= house_clock() RETURNING organisation_id",
            [pickup_id],
        )
    ]


def reserve(*, pickup_id: UUID, contract_ids: Sequence[UUID], facility_id: UUID | None, category: str, mass_g: int,
            month: date, at: datetime) -> bool:
    """Reserve `mass_g` of every contract's quota and of the plant's month, all or nothing; False when one has no room."""
    return rows(
        "SELECT dispatch_reserve(%s, %s::uuid[], %s, %s, %s, %s, %s) AS reserved",
        [pickup_id, list(contract_ids), facility_id, category, mass_g, month, at],
    )[0]["reserved"]
