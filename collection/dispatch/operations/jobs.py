"""An accepted pickup on the road."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import F

from collection.accounts import queries as accounts
from collection.audit import steps as audit
from collection.contracts.steps import release
from collection.kernel.actor import Actor
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Defect, NotFound, StaleVersion, Unprocessable, WrongState
from collection.pickups import steps as pickups
from collection.pickups.models import Pickup
from collection.registry.models import Vehicle
from notifications import outbox

from .. import notices, steps
from ..models import Incident, Job
from ..states import JOB_ACTIONS, JOB_STEPS


def move_job(*, actor: Actor, at: datetime, job_id: UUID, to: str) -> Job:
    """en_route or arrived. One conditional UPDATE decides; a repeat by a phone that lost the answer changes nothing."""
    job = _job(actor, job_id)
    before = [state for state, nexts in JOB_STEPS.items() if to in nexts]
    moved = Job.objects.filter(pk=job_id, state__in=before).update(state=to, version=F("version") + 1)
    if not moved and job.state != to:
        raise _wrong(job)
    if moved:
        _record(actor, at, job, f"job.{to}", {"state": to})
        _tell(job, at, [job.pickup.generator_id], event=f"job.{to}")
    job.refresh_from_db()
    return job


def assign_driver(*, actor: Actor, at: datetime, job_id: UUID, driver_id: UUID, vehicle_id: UUID,
                  version: int | None = None) -> Job:
    """The collector says who drives and with what; both must be the collector's own."""
    job = _job(actor, job_id, version)
    defects = []
    if driver_id not in accounts.recipients([job.organisation_id]).get(job.organisation_id, []):
        defects.append(Defect("/driver_id", "not_found"))
    if not Vehicle.objects.filter(pk=vehicle_id, organisation_id=job.organisation_id, retired_at=None).exists():
        defects.append(Defect("/vehicle_id", "not_found"))
    if defects:
        raise Unprocessable(defects=defects)
    if not Job.objects.filter(pk=job_id, state__in=steps.UNDERWAY).update(
            driver_id=driver_id, vehicle_id=vehicle_id, version=F("version") + 1):
        raise _wrong(job)
    Pickup.objects.filter(pk=job.pickup_id).update(
        driver_id=driver_id, vehicle_id=vehicle_id, version=F("version") + 1)
    _record(actor, at, job, "job.assign_driver", {"driver": str(driver_id), "vehicle": str(vehicle_id)})
    outbox.put(notices.tell(
        [driver_id], "job.assigned", notices.JOB_CHANGED, notices.JOB_CHANGED_BODY,
        object_type="job", object_id=job_id, number=job.pickup.number), at=at)
    job.refresh_from_db()
    return job


def withdraw_job(*, actor: Actor, at: datetime, job_id: UUID, reason: str, version: int | None = None) -> Job:
    """The collector gives the pickup back: reservations are released and dispatch looks for another."""
    job = _job(actor, job_id, version, lock=True)
    if not steps.end_job(job_id, state="withdrawn", reason=reason, at=at):
        raise _wrong(job)
    pickups.reopen(job.pickup_id)
    release([job.pickup_id], why="withdrawn", at=at)
    _record(actor, at, job, "job.withdraw", {"state": "withdrawn", "reason": reason})
    _tell(job, at, [job.pickup.generator_id], event="job.withdrawn")
    outbox.work(task="dispatch.advance", object_id=job.pickup_id, at=at)
    job.refresh_from_db()
    return job


def report_incident(*, actor: Actor, at: datetime, job_id: UUID, kind: str, note: str, occurred_at: datetime) -> Incident:
    """What went wrong on the way; the job goes on until somebody fails or withdraws it."""
    job = _job(actor, job_id)
    if job.state not in steps.UNDERWAY:
        raise _wrong(job)
    incident = Incident.objects.create(
        id=uuid7(at), job=job, kind=kind, note=note, occurred_at=occurred_at, recorded_at=at, reported_by=actor.user_id)
    _record(actor, at, job, "job.incident", {"incident": str(incident.id), "kind": kind})
    _tell(job, at, [job.pickup.generator_id, job.organisation_id], event="job.incident")
    return incident


def fail_job(*, actor: Actor, at: datetime, job_id: UUID, kind: str, note: str, occurred_at: datetime,
             version: int | None = None) -> Job:
    """A wasted journey, with its evidence: the job and its pickup have failed, which is not the same as cancelled."""
    job = _job(actor, job_id, version, lock=True)
    if not steps.end_job(job_id, state="failed", reason=kind, at=at):
        raise _wrong(job)
    Incident.objects.create(
        id=uuid7(at), job=job, kind=kind, note=note, occurred_at=occurred_at, recorded_at=at, reported_by=actor.user_id)
    pickups.end(job.pickup_id, state="failed", reason=kind, at=at, allowed_from=("accepted",))
    release([job.pickup_id], why="failed", at=at)
    _record(actor, at, job, "job.fail", {"state": "failed", "reason": kind})
    _tell(job, at, [job.pickup.generator_id, job.organisation_id], event="job.failed")
    job.refresh_from_db()
    return job


def _job(actor: Actor, job_id: UUID, version: int | None = None, *, lock: bool = False) -> Job:
    """The collector's or driver's own job, with its pickup; `lock` takes the pickup first, as every rival does."""
    mine = Job.objects.visible_to(actor)
    if not actor.is_house and actor.role not in ("manager", "support"):
        mine = mine.filter(organisation_id=actor.organisation_id)
    job = mine.select_related("pickup").filter(pk=job_id).first()
    if job is None:
        raise NotFound
    if lock:
        list(Pickup.objects.locked(pk=job.pickup_id))
        job.refresh_from_db(fields=["state", "version"])
    if version is not None and job.version != version:
        raise StaleVersion(version=job.version)
    return job


def _wrong(job: Job) -> WrongState:
    state = Job.objects.values_list("state", flat=True).get(pk=job.pk)
    return WrongState(state=state, allowed_actions=list(JOB_ACTIONS.get(state, ())))


def _record(actor: Actor, at: datetime, job: Job, verb: str, after: dict[str, object]) -> None:
    audit.record(actor=actor, at=at, verb=verb, object_type="job", object_id=job.id,
                 before={"state": job.state}, after=after)


def _tell(job: Job, at: datetime, organisations: Iterable[UUID], *, event: str) -> None:
    members = accounts.recipients(list(organisations))
    people = {person for group in members.values() for person in group}
    outbox.put(notices.tell(
        sorted(people), event, notices.JOB_CHANGED, notices.JOB_CHANGED_BODY,
        object_type="job", object_id=job.id, number=job.pickup.number), at=at)
