"""A load is taken: from a pickup with the generator's hand-over code, or the collector's own."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from collection.accounts import queries as accounts
from collection.audit import steps as audit
from collection.contracts.steps import release_part
from collection.dispatch import steps as jobs
from collection.dispatch.models import Job
from collection.dispatch.states import JOB_ACTIONS
from collection.kernel.actor import Actor
from collection.kernel.bulk import insert
from collection.kernel.ids import uuid7
from collection.kernel.refusals import IdTaken, NotFound, StaleVersion, Unprocessable, WrongState
from collection.kernel.words import Words
from collection.pickups import steps as pickups
from collection.pickups.models import Pickup
from collection.registry.models import Vehicle
from collection.registry.rules import plate_of
from notifications import outbox

from .. import notices
from ..models import Consignment, ConsignmentPickup, TransportSheet
from ..steps import sign
from .own_loads import describe, places_of
from .refusals import Wrongs


class HandoverCodeWrong(Unprocessable):
    """The code the generator tells the driver at the gate does not match."""

    code = "handover_code_wrong"
    words = Words("Тапсыру коды қате", "Неверный код передачи", "The hand-over code is wrong")


@dataclass(frozen=True, slots=True)
class Load:
    """Either `job_id` with `handover_code`, and the rest comes from the pickup, or an own load with everything itself.

    `id` may be made by the phone (UUIDv7). `point` is (longitude, latitude), for waste from no registered site.
    `recycler_contract_id` is needed with a job only where dispatch found no recycler. `more_follows`: another trip of the same
    job is to come (None: until the planned number of trips is reached). `rest_g`: grams that stay there after the last
    trip, by the driver's estimate; they become a request of their own. `signed`: whoever loads signs as the driver; without
    it the sheet was drawn up at a desk, and is open until the driver signs.
    """

    loaded_at: datetime  # the phone's clock
    vehicle_id: UUID | None = None
    plate: str = ""  # of a hired vehicle that is not in the registry
    id: UUID | None = None
    job_id: UUID | None = None
    handover_code: str = ""
    category: str = ""
    waste_code: str | None = None
    origin: str = ""
    collector_contract_id: UUID | None = None
    recycler_contract_id: UUID | None = None
    site_id: UUID | None = None
    point: tuple[float, float] | None = None
    version: int | None = None  # of the job the caller saw
    more_follows: bool | None = None
    rest_g: int | None = None
    estimated_g: int | None = None  # by eye, on the sheet
    packages: str = ""
    driver_name: str = ""
    remark: str = ""
    signed: bool = True


@dataclass(frozen=True, slots=True)
class Loaded:
    id: UUID
    number: int
    pickup_id: UUID | None
    state: str = "loaded"
    version: int = 1
    replayed: bool = False  # made earlier by this very request


def load(*, actor: Actor, at: datetime, loads: Sequence[Load]) -> list[Loaded]:
    """Seal who takes what from where: a consignment and its transport sheet each; jobs are done, pickups fulfilled.

    A job of several trips is done with its last one, and what is said to stay there is asked for again at once.

    A phone that lost the answer sends its own id again: the same content gives the same loads, `replayed`.
    Errors: NotFound (a job, contract or site that is not the actor's); StaleVersion; WrongState (the job is over); IdTaken;
    HandoverCodeWrong, ForeignOrigin, OccurredInFuture, or Unprocessable with all of `contract_not_live`, `wrong_kind`,
    `category_not_in_contract`, `code_not_in_category`, `outside_country`, `recycler_needed`, `plate_needed`, `out_of_range`
    (a rest that is not less than what was declared), `more_follows` (a rest before the last trip), ...
    """
    if made := _sent_before(actor, loads):
        return made
    wrongs = Wrongs(loads)
    for n, one in enumerate(loads):
        wrongs.future(n, one.loaded_at, at, "loaded_at")
    found = _jobs(actor, loads, wrongs)
    described = describe(actor, loads, found, wrongs)
    vehicles = {one.pk: one for one in Vehicle.objects.filter(
        pk__in={one.get("vehicle_id") for one in described.values()})}
    for n, columns in described.items():
        _check_vehicle(n, columns, vehicles.get(columns["vehicle_id"]), loads[n].plate, wrongs)
    wrongs.refuse()
    rows = [Consignment(id=pk, source_id=pk, loaded_at=one.loaded_at, recorded_at=at, **described[n])
            for n, one in enumerate(loads) for pk in [one.id or uuid7(at)]]
    numbers = dict(insert(rows, returning=("id", "number")))
    for row in rows:
        row.number = numbers[row.pk]
    insert([
        TransportSheet(
            consignment=row, drawn_at=one.loaded_at, estimated_g=one.estimated_g, packages=one.packages,
            driver_name=one.driver_name, remark=one.remark,
            plate=vehicles[row.vehicle_id].plate if row.vehicle_id else plate_of(one.plate) or "")
        for one, row in zip(loads, rows, strict=True)
    ])
    served = [found[one.job_id].pickup_id if one.job_id else None for one in loads]
    insert([
        ConsignmentPickup(consignment=row, pickup_id=pickup_id)
        for row, pickup_id in zip(rows, served, strict=True) if pickup_id
    ])
    taken = list(zip(loads, rows, strict=True))
    sign([(row, one.loaded_at) for one, row in taken if one.job_id], "generator", "code", actor=actor, at=at)
    sign([(row, one.loaded_at) for one, row in taken if one.signed], "driver", "session", actor=actor, at=at)
    following = {job.pk for one in loads if (job := found.get(one.job_id)) and follows(one, job)}
    rests = _finish(found, following, {found[one.job_id].pickup_id: one.rest_g for one in loads if one.rest_g}, at)
    audit.record_many(actor=actor, at=at, lines=[
        audit.Line("consignment.load", "consignment", row.pk, after={
            "state": "loaded", "category": row.category_id, "origin": row.origin, "region": row.region_id,
            "pickup": pickup_id, "collector_contract": row.collector_contract_id,
            "recycler_contract": row.recycler_contract_id, "vehicle": row.vehicle_id, "loaded_at": row.loaded_at})
        for row, pickup_id in zip(rows, served, strict=True)
    ] + [
        audit.Line("pickup.residual", "pickup", rest.id, after={
            "state": "submitted", "residual_of": rest.pickup_id, "declared_g": rest.mass_g}) for rest in rests
    ])
    people = accounts.recipients(notices.told("loaded", rows))
    outbox.put(notices.moved("loaded", rows, actor, people) + notices.left(rests, rows, served, people), at=at)
    return [Loaded(row.pk, row.number, pickup_id) for row, pickup_id in zip(rows, served, strict=True)]


def _jobs(actor: Actor, loads: Sequence[Load], wrongs: Wrongs) -> dict[UUID | None, Job]:
    """The jobs of the list with their pickups, the pickups locked first as by every rival; each code compared."""
    asked = {one.job_id for one in loads if one.job_id}
    if not asked:
        return {}
    mine = Job.objects.visible_to(actor)
    if not actor.is_house:
        mine = mine.filter(organisation_id=actor.organisation_id)
    served = {one.pk: one for one in Pickup.objects.locked(pk__in=mine.filter(pk__in=asked).values("pickup_id"))}
    found: dict[UUID | None, Job] = {one.pk: one for one in mine.filter(pk__in=asked)}
    if asked - found.keys():
        raise NotFound
    seen: set[UUID] = set()
    for n, one in enumerate(loads):
        if not one.job_id:
            continue
        if one.job_id in seen:
            wrongs.add(Unprocessable, n, "job_id", "duplicate")
        seen.add(one.job_id)
        job = found[one.job_id]
        job.pickup = served[job.pickup_id]
        if one.version not in (None, job.version):
            raise StaleVersion(version=job.version)
        if job.state not in jobs.UNDERWAY:
            raise WrongState(state=job.state, allowed_actions=list(JOB_ACTIONS.get(job.state, ())))
        if one.rest_g is not None and follows(one, job):
            wrongs.add(Unprocessable, n, "rest_g", "more_follows")
        elif one.rest_g is not None and not 0 < one.rest_g < job.pickup.declared_g:
            wrongs.add(Unprocessable, n, "rest_g", "out_of_range", min=1, max=job.pickup.declared_g - 1)
        if not hmac.compare_digest(job.pickup.handover_code.encode(), one.handover_code.encode()):
            wrongs.add(HandoverCodeWrong, n, "handover_code")
    return found


def _check_vehicle(n: int, described: dict[str, Any], vehicle: Vehicle | None, plate: str, wrongs: Wrongs) -> None:
    """The vehicle is the collector's own and in service; without one the plate stands on the transport sheet."""
    if described["vehicle_id"] is None:
        if plate_of(plate) is None:
            wrongs.add(Unprocessable, n, "plate", "plate_invalid" if plate else "plate_needed")
    elif vehicle is None or vehicle.retired_at or vehicle.organisation_id != described["collector_id"]:
        wrongs.add(Unprocessable, n, "vehicle_id", "not_found")


def _sent_before(actor: Actor, loads: Sequence[Load]) -> list[Loaded]:
    """The loads that have the phones' ids already, if they are these very ones; IdTaken if an id is anything else's."""
    made = [one.id for one in loads if one.id]
    if len(set(made)) < len(made):
        raise IdTaken
    taken = Consignment.objects.in_bulk(made) if made else {}
    if not taken:
        return []
    mine = Consignment.objects.visible_to(actor).select_related("sheet").in_bulk(made)
    if len(mine) < len(loads):
        raise IdTaken
    stored = [mine[one.id] for one in loads if one.id]
    served = dict(ConsignmentPickup.objects.filter(consignment__in=stored).values_list("consignment_id", "pickup_id"))
    asked = dict(Job.objects.filter(pk__in=[one.job_id for one in loads if one.job_id]).values_list("pk", "pickup_id"))
    places = places_of(actor, loads, [n for n, one in enumerate(loads) if not one.job_id], Wrongs(loads))
    for n, (one, row) in enumerate(zip(loads, stored, strict=True)):
        content = {"loaded_at": one.loaded_at} | ({} if one.job_id else {
            "category_id": one.category, "origin": one.origin, "waste_code_id": one.waste_code,
            "collector_contract_id": one.collector_contract_id, "recycler_contract_id": one.recycler_contract_id,
            **places.get(n, {"region_id": None})})
        if one.vehicle_id:
            content["vehicle_id"] = one.vehicle_id
        if (one.plate and plate_of(one.plate) != row.sheet.plate) or one.estimated_g != row.sheet.estimated_g \
                or one.packages != row.sheet.packages or served.get(row.pk) != asked.get(one.job_id) \
                or any(getattr(row, name) != value for name, value in content.items()):
            raise IdTaken
    return [Loaded(row.pk, row.number, served.get(row.pk), row.state, row.version, replayed=True) for row in stored]


def follows(one: Load, job: Job) -> bool:
    """Whether another trip of the job is to come after this one."""
    return job.trips_done + 1 < job.trips if one.more_follows is None else one.more_follows


def _finish(found: dict[UUID | None, Job], following: set[UUID], rests: dict[UUID, int], at: datetime) -> list[pickups.Rest]:
    """Jobs done and pickups fulfilled, but for those whose next trip is to come; what stays there is asked for again.

    Each statement is conditional, so whoever ended one meanwhile has won.
    """
    if not found:
        return []
    done = [job for job in found.values() if job.pk not in following]
    moved = (pickups.fulfil([job.pickup_id for job in done], at=at), jobs.finish_jobs([job.pk for job in done], at=at),
             jobs.count_trips(list(following)) if following else 0)
    if moved != (len(done), len(done), len(following)):
        job = Job.objects.exclude(state="done").filter(pk__in=list(found)).first()
        raise WrongState(state=job.state if job else "done", allowed_actions=[])
    for pickup_id, rest_g in rests.items():
        release_part(pickup_id, rest_g, why="left", at=at)
    left = pickups.leave_rest(rests, at=at)
    for rest in left:
        outbox.work(task="dispatch.advance", object_id=rest.id, at=at)
    return left
