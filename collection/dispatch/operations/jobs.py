"""An accepted pickup on the road. Every verb locks the pickup first, as accepting and cancelling do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
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

from .. import notices, queries, steps
from ..models import Incident, IncidentPhoto, Job
from ..queries import Seen
from ..states import JOB_STEPS, UNDERWAY, job_actions

#: Who may be sent out to drive.
DRIVING = ("driver", "collector_admin")


def move_job(*, actor: Actor, at: datetime, job_id: UUID, to: str) -> Seen:
    """To `en_route` or `arrived`. A repeat by a phone that lost the answer changes nothing.

    Errors: NotFound; WrongState (409).
    """
    job = _job(actor, job_id)
    if job.state != to:
        if to not in JOB_STEPS[job.state]:
            raise _wrong(actor, job)
        Job.objects.filter(pk=job_id).update(state=to, version=F("version") + 1)
        pickups.touch(job.pickup_id)
        _record(actor, at, job, f"job.{to}", {"state": to})
        _tell(job, at, [job.pickup.generator_id], event=f"job.{to}")
    return queries.job(actor, job_id)


def assign_driver(*, actor: Actor, at: datetime, job_id: UUID, driver_id: UUID, vehicle_id: UUID,
                  version: int | None = None) -> Seen:
    """Say who drives and with what; both must be the collector's own (NotFound otherwise, naming the field)."""
    job = _job(actor, job_id, version)
    if job.state not in UNDERWAY:
        raise _wrong(actor, job)
    drivers = accounts.recipients([job.organisation_id], DRIVING)[job.organisation_id]
    vehicles = Vehicle.objects.filter(pk=vehicle_id, organisation_id=job.organisation_id, retired_at=None)
    defects = [Defect(f"/{name}", "not_found") for name, found in (
        ("driver_id", driver_id in drivers), ("vehicle_id", vehicles.exists())) if not found]
    if defects:
        raise NotFound(defects=defects)
    hands = {"driver_id": driver_id, "vehicle_id": vehicle_id}
    Job.objects.filter(pk=job_id).update(**hands, version=F("version") + 1)
    Pickup.objects.filter(pk=job.pickup_id).update(**hands, version=F("version") + 1)
    _record(actor, at, job, "job.assign_driver", {"driver": str(driver_id), "vehicle": str(vehicle_id)},
            before={"driver": str(job.driver_id), "vehicle": str(job.vehicle_id)})
    outbox.put(notices.tell(
        [driver_id], "job.assigned", notices.JOB_CHANGED, notices.JOB_CHANGED_BODY,
        object_type="job", object_id=job_id, number=job.pickup.number), at=at)
    return queries.job(actor, job_id)


def withdraw_job(*, actor: Actor, at: datetime, job_id: UUID, reason: str, version: int | None = None) -> Seen:
    """The collector gives the pickup back: reservations are released and dispatch looks for another.

    Errors: NotFound, StaleVersion, WrongState (409: collected or over).
    """
    job = _job(actor, job_id, version)
    if not steps.end_job(job_id, state="withdrawn", reason=reason, at=at):
        raise _wrong(actor, job)
    steps.undo_acceptance(job.pickup_id, reason=reason)
    pickups.reopen(job.pickup_id)
    release([job.pickup_id], why="withdrawn", at=at)
    _record(actor, at, job, "job.withdraw", {"state": "withdrawn", "reason": reason})
    _tell(job, at, [job.pickup.generator_id, job.recycler_id], event="job.withdrawn")
    outbox.work(task="dispatch.advance", object_id=job.pickup_id, at=at)
    return queries.job(actor, job_id)


def report_incident(*, actor: Actor, at: datetime, job_id: UUID, kind: str, note: str = "",
                    occurred_at: datetime | None = None, upload_ids: Sequence[UUID] = ()) -> Seen:
    """What went wrong on the way; the job goes on until somebody fails or withdraws it. Both clocks' times are kept.

    `upload_ids`: photos of the reporter's organisation, kept by their hashes too. After a breakdown the rest of the
    vehicle's day is planned for the others. Errors: NotFound; WrongState; Unprocessable (`pickups.steps.evidence`).
    """
    job = _job(actor, job_id)
    if job.state not in UNDERWAY:
        raise _wrong(actor, job)
    incident, photos = _incident(actor, at, job, kind, note, occurred_at, upload_ids)
    Job.objects.filter(pk=job_id).update(version=F("version") + 1)
    if kind == "breakdown":
        steps.plan_again([job_id], at=at)
    _record(actor, at, job, "job.incident", {"incident": str(incident.id), "kind": kind, "photos": photos})
    _tell(job, at, [job.pickup.generator_id, job.organisation_id], event="job.incident")
    return queries.job(actor, job_id)


def fail_job(*, actor: Actor, at: datetime, job_id: UUID, kind: str, note: str = "",
             occurred_at: datetime | None = None, upload_ids: Sequence[UUID] = (), version: int | None = None) -> Seen:
    """A wasted journey, with its evidence: the job and the pickup end as failed, reservations are released."""
    job = _job(actor, job_id, version)
    if not steps.end_job(job_id, state="failed", reason=kind, at=at):
        raise _wrong(actor, job)
    _, photos = _incident(actor, at, job, kind, note, occurred_at, upload_ids)
    pickups.end(job.pickup_id, state="failed", reason=kind, at=at, allowed_from=("accepted",))
    release([job.pickup_id], why="failed", at=at)
    _record(actor, at, job, "job.fail", {"state": "failed", "reason": kind, "photos": photos})
    _tell(job, at, [job.pickup.generator_id, job.organisation_id, job.recycler_id], event="job.failed")
    return queries.job(actor, job_id)


def _job(actor: Actor, job_id: UUID, version: int | None = None) -> Job:
    """The collector's or driver's own job (any, for a manager) with its pickup, which is locked."""
    mine = Job.objects.visible_to(actor)
    if not actor.is_house and actor.role != "manager":
        mine = mine.filter(organisation_id=actor.organisation_id)
    pickup_id = mine.filter(pk=job_id).values_list("pickup_id", flat=True).first()
    if pickup_id is None:
        raise NotFound
    pickup = Pickup.objects.locked(pk=pickup_id).get()
    job = mine.filter(pk=job_id).first()  # read again under the lock: it may have been given to another driver
    if job is None:
        raise NotFound
    job.pickup = pickup
    if version is not None and job.version != version:
        raise StaleVersion(version=job.version)
    return job


def _incident(actor: Actor, at: datetime, job: Job, kind: str, note: str, occurred_at: datetime | None,
              upload_ids: Sequence[UUID]) -> tuple[Incident, list[str]]:
    """The incident and the hashes of its photos."""
    hashes, unfit = pickups.evidence(upload_ids, actor=actor)
    if unfit:
        raise Unprocessable(defects=[Defect(f"/upload_ids/{n}", code) for n, code in unfit])
    incident = Incident.objects.create(
        id=uuid7(at), job=job, kind=kind, note=note, occurred_at=occurred_at or at, recorded_at=at,
        reported_by=actor.user_id)
    IncidentPhoto.objects.bulk_create([
        IncidentPhoto(incident=incident, upload_id=pk, sha256=hashes[pk]) for pk in upload_ids])
    return incident, [hashes[pk] for pk in upload_ids]


def _wrong(actor: Actor, job: Job) -> WrongState:
    return WrongState(state=job.state, allowed_actions=job_actions(actor.role)[job.state])


def _record(actor: Actor, at: datetime, job: Job, verb: str, after: Mapping[str, Any],
            before: Mapping[str, Any] | None = None) -> None:
    audit.record(actor=actor, at=at, verb=verb, object_type="job", object_id=job.id,
                 before=before or {"state": job.state}, after=after)


def _tell(job: Job, at: datetime, organisations: Iterable[UUID | None], *, event: str) -> None:
    members = accounts.recipients([one for one in organisations if one])
    people = {person for group in members.values() for person in group}
    outbox.put(notices.tell(
        sorted(people), event, notices.JOB_CHANGED, notices.JOB_CHANGED_BODY,
        object_type="job", object_id=job.id, number=job.pickup.number), at=at)
