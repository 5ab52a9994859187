"""Routes of a day: asked for, worked out elsewhere, and written only if the day is still as it was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db.models import F

from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.calendar import ALMATY, almaty_date
from collection.kernel.db import execute, rows
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Refusal
from collection.kernel.words import Words
from collection.pickups.models import Pickup
from notifications import outbox

from .. import notices, queries, steps
from ..models import Job, Plan, Route, RouteStop
from ..queries import Draft, Seen
from ..states import OPEN_PLAN_STATES, UNDERWAY

#: A plan nobody has finished in this time is given up: it may be asked for again.
LONGEST = timedelta(minutes=15)
#: So many contracts are looked at in one turn of the night.
TURN = 200


class PlanOutdated(Refusal):
    """A job or the plan itself changed while the new one was being worked out. Ask again."""

    code = "plan_outdated"
    words = Words("Жоспарлау кезінде күн өзгерді, қайта сұраңыз", "День изменился, пока составлялся план, запросите снова",
                  "The day changed while it was being planned: ask again")


class PlanInProgress(Refusal):
    """This contract's day is being planned already. Fields: `plan_id`."""

    code = "plan_in_progress"
    words = Words("Бұл күн жоспарлануда", "Этот день уже планируется", "This day is being planned already")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a queued plan is to plan."""

    contract_id: UUID
    day: date
    why: str
    named: tuple[tuple[UUID, UUID | None], ...]


def queue_plan(*, actor: Actor, at: datetime, contract_id: UUID, day: date,
               named: Sequence[tuple[UUID, UUID | None]] = ()) -> Seen:
    """Leave the planning to a worker; poll the plan. The caller has read the day as this actor. Raises PlanInProgress."""
    plan_id = uuid7(at)
    if not steps.queue_plans([(plan_id, contract_id)], day=day, why="asked", at=at, asked_by=actor.user_id, named=named):
        raise PlanInProgress(plan_id=str(Plan.objects.get(
            contract_id=contract_id, day=day, state__in=OPEN_PLAN_STATES).pk))
    audit.record(actor=actor, at=at, verb="plan.queue", object_type="plan", object_id=plan_id,
                 after={"contract": contract_id, "day": day})
    return queries.day_plan(actor, plan_id)


def queue_nightly(*, actor: Actor, at: datetime) -> list[UUID]:
    """From the evening on, queue the coming day of every contract with jobs that are on no route yet; once a night each."""
    if at.astimezone(ALMATY).hour < settings.ROUTE_NIGHTLY_HOUR:
        return []
    day = almaty_date(at) + timedelta(days=1)
    contracts = queries.contracts_to_plan(day, limit=TURN)
    made = steps.queue_plans([(uuid7(at), one) for one in contracts], day=day, why="nightly", at=at)
    audit.record_many(actor=actor, at=at, lines=[
        audit.Line("plan.queue", "plan", one, after={"day": day}) for one in made])
    return made


def start_plan(*, at: datetime, plan_id: UUID) -> Asked | None:
    """A worker has taken it; None: it is over already."""
    if not Plan.objects.filter(pk=plan_id, state__in=OPEN_PLAN_STATES).update(state="running", progress=1):
        return None
    plan = Plan.objects.get(pk=plan_id)
    return Asked(plan.contract_id, plan.day, plan.why, tuple(
        (UUID(vehicle), driver and UUID(driver)) for vehicle, driver in plan.vehicles))


def note_progress(*, plan_id: UUID, percent: int) -> None:
    Plan.objects.filter(pk=plan_id, state="running").update(progress=percent, version=F("version") + 1)


def fail_plan(*, actor: Actor, at: datetime, plan_id: UUID, code: str) -> None:
    """It cannot be made, for a reason that waiting does not cure."""
    if Plan.objects.filter(pk=plan_id, state__in=OPEN_PLAN_STATES).update(
            state="failed", error=code, ended_at=at, version=F("version") + 1):
        audit.record(actor=actor, at=at, verb="plan.fail", object_type="plan", object_id=plan_id, after={"error": code})


def reap_plans(*, actor: Actor, at: datetime) -> int:
    """Plans whose worker never came back are failed, so that nobody polls for ever. Returns how many."""
    lost = [row["id"] for row in rows(
        f"UPDATE dispatch_plan SET state = 'failed', error = 'worker_lost', ended_at = %s, version = version + 1 "
        f"WHERE state IN {OPEN_PLAN_STATES} AND created_at < %s RETURNING id", [at, at - LONGEST])]
    audit.record_many(actor=actor, at=at, lines=[
        audit.Line("plan.fail", "plan", one, after={"error": "worker_lost"}) for one in lost])
    return len(lost)


def adopt_plan(*, actor: Actor, at: datetime, draft: Draft, plan_id: UUID | None = None, why: str = "asked") -> Seen | None:
    """Put a draft in force: the plan before is replaced, jobs get their vehicle and driver, drivers are told.

    `plan_id`: the queued plan it answers; None when it is over meanwhile. Raises PlanOutdated.
    """
    # One planner of a contract's day at a time; two drafts of one day are then told apart by the plan they replace.
    execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"plan {draft.base.contract_id} {draft.day}"])
    in_force = Plan.objects.filter(contract_id=draft.base.contract_id, day=draft.day, state="done")
    if in_force.values_list("pk", flat=True).first() != draft.replaces:
        raise PlanOutdated
    _check(draft)
    in_force.update(state="replaced", ended_at=at, version=F("version") + 1)
    values = {
        "state": "done", "progress": 100, "seed": draft.seed, "cost": draft.cost, "metres": draft.metres,
        "provider": draft.provider, "fallback": draft.fallback, "unreachable": draft.unreachable,
        "ended_at": at, "replaces_id": draft.replaces,
        "unserved": [[str(job_id), reason] for job_id, reason in draft.unserved],
    }
    if plan_id is None:
        plan_id = uuid7(at)
        Plan.objects.create(id=plan_id, contract_id=draft.base.contract_id, day=draft.day, why=why, created_at=at,
                            asked_by=actor.user_id, vehicles=steps.as_named(draft.named), **values)
    elif not Plan.objects.filter(pk=plan_id, state__in=OPEN_PLAN_STATES).update(**values, version=F("version") + 1):
        return None
    _write(plan_id, draft, at)
    _hand_out(draft.hands)
    audit.record(
        actor=actor, at=at, verb="plan.adopt", object_type="plan", object_id=plan_id,
        before={"plan": draft.replaces},
        after={"contract": draft.base.contract_id, "day": draft.day, "why": why, "routes": len(draft.routes),
               "metres": draft.metres, "cost": draft.cost, "unserved": len(draft.unserved), "seed": draft.seed,
               "provider": draft.provider, "fallback": draft.fallback, "unreachable": draft.unreachable})
    _tell(draft, plan_id, at)
    return queries.day_plan(actor, plan_id)


def _check(draft: Draft) -> None:
    """Under the locks of its pickups, every job is what it was when the day was read; raises PlanOutdated."""
    jobs = Job.objects.filter(pk__in=draft.versions)
    list(Pickup.objects.locked(pk__in=jobs.values("pickup_id")).values_list("pk"))
    if dict(jobs.values_list("pk", "version")) != draft.versions:
        raise PlanOutdated


def _write(plan_id: UUID, draft: Draft, at: datetime) -> None:
    assert draft.base.point
    home = Point(*draft.base.point, srid=4326)
    made = [
        Route(id=uuid7(at), plan_id=plan_id, vehicle_id=one.vehicle_id, driver_id=one.driver_id,
              start=Point(*one.start, srid=4326), end=home, starts_at=one.starts_at, ends_at=one.ends_at,
              metres=one.metres, seconds=one.seconds, home_m=one.home_m, mass_g=one.mass_g, value_tiyn=one.value_tiyn)
        for one in draft.routes
    ]
    Route.objects.bulk_create(made)
    RouteStop.objects.bulk_create(
        RouteStop(route=route, position=position, kind=stop.kind, job_id=stop.job_id, arrives_at=stop.arrives_at,
                  departs_at=stop.departs_at, load_g=stop.load_g, metres=stop.metres, seconds=stop.seconds,
                  fixed=stop.fixed, done_at=stop.done_at)
        for route, one in zip(made, draft.routes, strict=True) for position, stop in enumerate(one.stops, start=1))


def _hand_out(hands: Sequence[tuple[UUID, UUID | None, UUID | None]]) -> None:
    """Vehicle and driver onto the jobs that are still to be done, and onto their pickups."""
    if not hands:
        return
    columns = [list(column) for column in zip(*hands, strict=True)]
    for changed in (
        f"""UPDATE dispatch_job job SET vehicle_id = hand.vehicle, driver_id = hand.driver, version = version + 1
            FROM hand WHERE job.id = hand.job AND job.state IN {UNDERWAY}""",
        f"""UPDATE pickups_pickup pickup SET vehicle_id = hand.vehicle, driver_id = hand.driver,
                version = pickup.version + 1
            FROM hand JOIN dispatch_job job ON job.id = hand.job
            WHERE pickup.id = job.pickup_id AND job.state IN {UNDERWAY}""",
    ):
        execute("WITH hand AS (SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS hand (job, vehicle, driver)) "
                + changed, columns)


def _tell(draft: Draft, plan_id: UUID, at: datetime) -> None:
    if draft.told:
        outbox.put(notices.tell(
            draft.told, "route.planned", notices.ROUTE, notices.ROUTE_BODY, object_type="plan", object_id=plan_id,
            expires_at=datetime.combine(draft.day + timedelta(days=1), datetime.min.time(), ALMATY), day=draft.day), at=at)
