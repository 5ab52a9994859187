"""How far a day has come: the halts of the plan in force that are behind each vehicle, and what it carries now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from ..dayplan import Ints
from .day import DayJob, OldStop, Point
from .drafts import DraftStop, Given


@dataclass(frozen=True, slots=True)
class Done:
    """One vehicle: its halts so far, where it stands, from which second of the day it is free, the jobs aboard."""

    start: Point
    starts_at: datetime
    stops: tuple[DraftStop, ...]
    place: int
    free_s: int
    aboard: frozenset[UUID]


def done_so_far(given: Given, index: dict[Point, int], metres: Ints, seconds: Ints) -> dict[UUID, Done]:
    """Vehicle -> what is behind it; vehicles that have not halted yet are left out.

    A gate somebody is driving to, or stands at, counts as behind: nobody is called back from it.
    """
    if given.replaces is None:
        return {}
    by_vehicle: dict[UUID, list[OldStop]] = {}
    for stop in given.old:
        by_vehicle.setdefault(stop.vehicle_id, []).append(stop)
    return {vehicle: done for vehicle, stops in by_vehicle.items()
            if (done := _done(given, stops, index, metres, seconds))}


def _done(given: Given, stops: list[OldStop], index: dict[Point, int], metres: Ints, seconds: Ints) -> Done | None:
    behind = sorted(((when, n, stop) for n, stop in enumerate(stops) if (when := ended(given, stop))), key=lambda one: one[:2])
    under_way = [(None, n, stop) for n, stop in enumerate(stops)
                 if stop.kind == "pickup" and given.jobs[stop.job_id].state in ("en_route", "arrived")]
    free, place, load_g = stops[0].starts_at, index[stops[0].start], 0
    aboard: dict[UUID, int] = {}
    kept = []
    for when, _, stop in (*behind, *under_way):
        job = given.jobs[stop.job_id]
        here = index[_place_of(job, stop.kind)]
        if when:
            arrives, free = max(min(stop.arrives_at, when), min(free, when)), when
        else:
            driven = free + timedelta(seconds=int(seconds[place, here]))
            arrives = given.at if job.state == "arrived" else max(given.at, driven)
            free = arrives + timedelta(seconds=settings.ROUTE_LOAD_S)
        if stop.kind == "delivery":
            load_g -= aboard.pop(stop.job_id, 0)
        elif job.state != "failed":
            aboard[stop.job_id] = job.mass_g
            load_g += job.mass_g
        kept.append(DraftStop(stop.kind, stop.job_id, arrives, free, load_g, int(metres[place, here]),
                              int(seconds[place, here]), stop.fixed, when))
        place = here
    if not kept:
        return None
    return Done(stops[0].start, min(stops[0].starts_at, kept[0].arrives_at), tuple(kept), place, given.second(free),
                frozenset(aboard))


def ended(given: Given, stop: OldStop) -> datetime | None:
    """When the halt was over: a delivery's own mark, or the end of the job that was taken (or failed) at the gate."""
    job = given.jobs[stop.job_id]
    if stop.kind == "delivery":
        return stop.done_at
    return job.ended_at if job.state in ("done", "failed") else None


def _place_of(job: DayJob, kind: str) -> Point:
    return job.gate if kind == "pickup" or job.plant is None else job.plant
