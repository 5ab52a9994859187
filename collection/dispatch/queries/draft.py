"""A plan that is worked out but not yet written: read, measured, ordered and timed outside any transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

import numpy as np
from django.conf import settings

from collection.kernel.calendar import ALMATY, almaty_date
from collection.kernel.db import outside_transaction
from collection.kernel.refusals import Defect, Unprocessable
from collection.kernel.words import Words
from geo.distance import provider

from ..dayplan import Day, Load, Service, Trip, Truck, left_over, timed, why_not
from ..ordering import ordered
from .day import Base, DayJob, Point, jobs_of, named_vehicles, plan_before, stops_of, vehicles_of
from .done import Done, done_so_far, ended
from .drafts import Draft, DraftRoute, DraftStop, Given
from .worth import Tariffs

#: The planner's share of a request: so many seconds of CPU up to so many halts (a load has two).
QUICK_S, QUICK_STOPS = 0.3, 60


class BaseMissing(Unprocessable):
    """Of a contract without a base nobody knows where its vehicles start."""

    code = "base_missing"
    words = Words("Көліктер шығатын база көрсетілмеген", "Не указана база, откуда выезжают машины",
                  "There is no base its vehicles start from")


class NoVehicle(Unprocessable):
    """There is something to fetch and nothing to fetch it with."""

    code = "no_vehicle"
    words = Words("Бос көлік жоқ", "Нет свободной машины", "There is no vehicle to send")


class TooManyStops(Unprocessable):
    """More jobs than a day's plan is made for. Fields: `max`."""

    code = "too_many_stops"
    words = Words("Бір күнге тапсырыс тым көп", "Слишком много нарядов на один день", "Too many jobs for one day")


def read_day(base: Base, day: date, *, at: datetime, named: Sequence[tuple[UUID, UUID | None]] = (),
             incident: bool = False) -> Given:
    """Everything the plan is made from, by five statements at most.

    `named`: (vehicle, driver) to be used, all vehicles when empty; after an `incident` those that broke down are left out.
    Errors: Unprocessable (`in_the_past`), BaseMissing, NoVehicle, TooManyStops, NotFound.
    """
    if day < almaty_date(at):
        raise Unprocessable(defects=[Defect("/day", "in_the_past")])
    if base.point is None:
        raise BaseMissing
    since = datetime.combine(day, time(0), ALMATY)
    until = since + timedelta(days=1)
    before = plan_before(base.contract_id, day)
    old = stops_of(before[0]) if before else []
    again = before is not None and before[1] == day
    jobs = jobs_of(base.contract_id, until=until, with_ids=[one.job_id for one in old] if again else [],
                   limit=settings.ROUTE_MAX_JOBS + 1)
    if len(jobs) > settings.ROUTE_MAX_JOBS:
        raise TooManyStops(max=settings.ROUTE_MAX_JOBS)
    available = vehicles_of(base, day, since=since, until=until)
    if incident:
        available = [one for one in available if not one.down]
        named = [one for one in named if one[0] in {vehicle.id for vehicle in available}]
    vehicles = named_vehicles(available, named, base.organisation_id)
    if not vehicles and any(one.ended_at is None for one in jobs):
        raise NoVehicle
    return Given(base, day, at, tuple(named), {one.id: one for one in jobs}, vehicles, old,
                 before[0] if before and again else None)


def draft(given: Given, *, seed: int | None = None, progress: Callable[[int], None] | None = None) -> Draft:
    """Measure, order and time. Up to QUICK_STOPS halts it takes QUICK_S of CPU, else a settled share of a worker's time.

    `progress` hears of the percentage done, now and then.
    """
    outside_transaction()
    seed = given.day.toordinal() if seed is None else seed
    versions = {one.id: one.version for one in given.jobs.values()}
    if not given.jobs:
        return Draft(given.base, given.day, given.replaces, versions, seed=seed, named=given.named)
    places, index = _places(given)
    matrix = provider().matrix(places)
    far = matrix.metres, matrix.seconds
    kept = done_so_far(given, index, *far)
    day = _day(given, kept, index, *far)
    able = Day(tuple(one for one in day.loads if why_not(day, one) is None), *_rest(day))
    orders, cost = ordered(able, seconds=_seconds(given), seed=seed, hints=_hints(given), progress=progress)
    trips = [timed(able, truck, orders.get(truck.vehicle_id, [])) for truck in able.trucks]
    served = {halt.call.load.job_id for trip in trips for halt in trip.halts}
    planless = [(one.id, "no_plant") for one in given.jobs.values() if one.ended_at is None and one.plant is None]
    routes = _routes(given, kept, trips, far, index)
    return Draft(
        given.base, given.day, given.replaces, versions, routes, tuple(sorted([*planless, *left_over(day, served)])),
        cost, sum(one.metres for one in routes), matrix.provider, matrix.fallback, matrix.unreachable, seed,
        given.named, tuple(_hands(given, routes)), _told(given, routes))


def _seconds(given: Given) -> float:
    return QUICK_S if given.stops <= QUICK_STOPS else min(settings.ROUTE_PLAN_S, given.stops * settings.ROUTE_PLAN_S / 400)


def _places(given: Given) -> tuple[list[Point], dict[Point, int]]:
    """Every place once, the base first."""
    assert given.base.point
    met = [given.base.point, *(one.start for one in given.old),
           *(place for job in given.jobs.values() for place in (job.gate, job.plant) if place)]
    index: dict[Point, int] = {}
    for place in met:
        index.setdefault(place, len(index))
    return list(index), index


def _day(given: Given, kept: dict[UUID, Done], index: dict[Point, int], metres: np.ndarray, seconds: np.ndarray) -> Day:
    base = index[given.base.point]  # type: ignore[index]
    trucks = []
    for one in given.vehicles:
        usual_from, usual_to = settings.ROUTE_SHIFT
        begins, ends = _seconds_of(one.shift_from or usual_from), _seconds_of(one.shift_to or usual_to)
        done = kept.get(one.id)
        begins = max(begins, given.second(given.at), done.free_s if done else 0)
        trucks.append(Truck(one.id, one.payload_g, done.place if done else base, base, begins, ends))
    aboard = {job_id: vehicle for vehicle, done in kept.items() for job_id in done.aboard}
    over = {stop.job_id for done in kept.values() for stop in done.stops} - aboard.keys()
    running = {one.id for one in given.vehicles}
    loads = []
    for job in given.jobs.values():
        if job.plant is None or job.id in over or (job.ended_at and job.id not in aboard):
            continue
        named = job.vehicle_id if job.vehicle_id in running and is_fixed(given, job) else None
        loads.append(Load(
            job.id, index[job.gate], index[job.plant], job.mass_g, given.second(job.window_from),
            given.second(job.window_to), _seconds_of(job.opens or time(0)),
            _seconds_of(job.closes) if job.closes else 2 * 86_400,
            optional=job.id not in aboard and job.window_to > given.moment(86_400),
            truck=aboard.get(job.id, named), aboard=job.id in aboard))
    service = Service(settings.ROUTE_LOAD_S, settings.ROUTE_UNLOAD_S, settings.ROUTE_LATER_PERCENT)
    return Day(tuple(loads), tuple(trucks), metres, seconds, service)


def _rest(day: Day) -> tuple[tuple[Truck, ...], np.ndarray, np.ndarray, Service]:
    return day.trucks, day.metres, day.seconds, day.service


def is_fixed(given: Given, job: DayJob) -> bool:
    """Whether a person gave the job to its vehicle: the plan before did not, or only followed them."""
    planned = next((one for one in given.old if one.job_id == job.id and one.vehicle_id == job.vehicle_id), None)
    return job.vehicle_id is not None and (planned is None or planned.fixed)


def _hints(given: Given) -> dict[UUID, list[UUID]]:
    """Vehicle -> today's jobs in the order in which the plan before visited their sites with it."""
    of_site: dict[UUID, list[UUID]] = {}
    for job in given.jobs.values():
        of_site.setdefault(job.site_id, []).append(job.id)
    found: dict[UUID, list[UUID]] = {}
    for stop in given.old:
        if stop.kind == "pickup":
            jobs = [stop.job_id] if stop.job_id in given.jobs else of_site.get(stop.site_id, [])
            found.setdefault(stop.vehicle_id, []).extend(jobs)
    return found


def _routes(given: Given, kept: dict[UUID, Done], trips: Sequence[Trip], far: tuple[np.ndarray, np.ndarray],
            index: dict[Point, int]) -> tuple[DraftRoute, ...]:
    """Every vehicle's day: what it has done, then what is planned; vehicles that stay at home are left out."""
    planned = {trip.truck.vehicle_id: trip for trip in trips}
    drivers, tariffs = _drivers(given), Tariffs(given.base, given.day)
    home = index[given.base.point]  # type: ignore[index]
    found = []
    for vehicle_id in sorted(kept.keys() | planned.keys()):
        done, trip = kept.get(vehicle_id), planned.get(vehicle_id)
        ahead = [] if trip is None else [
            DraftStop(halt.call.kind, halt.call.load.job_id, given.moment(halt.arrives_s), given.moment(halt.departs_s),
                      halt.aboard_g, halt.metres, halt.seconds, is_fixed(given, given.jobs[halt.call.load.job_id]))
            for halt in trip.halts]
        stops = (*(done.stops if done else ()), *ahead)
        if not stops:
            continue
        if trip and trip.halts:
            home_m, home_s, ends = trip.home_m, trip.home_s, given.moment(trip.ends_s)
        else:
            assert done
            home_m, home_s = int(far[0][done.place, home]), int(far[1][done.place, home])
            ends = stops[-1].departs_at + timedelta(seconds=home_s)
        fetched = [given.jobs[one.job_id] for one in stops
                   if one.kind == "pickup" and given.jobs[one.job_id].state != "failed"]
        found.append(DraftRoute(
            vehicle_id, drivers.get(vehicle_id), done.start if done else given.base.point,  # type: ignore[arg-type]
            done.starts_at if done else given.moment(trip.starts_s),  # type: ignore[union-attr]
            ends, sum(one.metres for one in stops) + home_m, sum(one.seconds for one in stops) + home_s, home_m,
            sum(job.mass_g for job in fetched), tariffs.worth(fetched), stops))
    return tuple(found)


def _drivers(given: Given) -> dict[UUID, UUID]:
    """Vehicle -> who drives it: as asked, else as its jobs say, else who drove it in the plan before."""
    found = {one.vehicle_id: one.driver_id for one in given.old if one.driver_id}
    found |= {job.vehicle_id: job.driver_id for job in given.jobs.values() if job.vehicle_id and job.driver_id}
    found |= {vehicle: driver for vehicle, driver in given.named if driver}
    return {vehicle: driver for vehicle, driver in found.items() if driver}


def _hands(given: Given, routes: Sequence[DraftRoute]) -> Iterator[tuple[UUID, UUID | None, UUID | None]]:
    """What changes in the hands of jobs still to be done: a route's jobs get its vehicle, and its driver if it has one."""
    on_route = {stop.job_id: one for one in routes for stop in one.stops}
    for job in given.jobs.values():
        if job.ended_at:
            continue
        route = on_route.get(job.id)
        hands: tuple[UUID | None, UUID | None]
        if route is not None:
            hands = route.vehicle_id, route.driver_id or job.driver_id
        elif job.vehicle_id and not is_fixed(given, job):
            hands = None, None  # the plan before had given it out, this one cannot
        else:
            continue
        if hands != (job.vehicle_id, job.driver_id):
            yield job.id, *hands


def _told(given: Given, routes: Sequence[DraftRoute]) -> tuple[UUID, ...]:
    """Drivers whose halts ahead are not what they were."""
    before: dict[UUID, list[tuple[str, UUID]]] = {}
    after: dict[UUID, list[tuple[str, UUID]]] = {}
    if given.replaces:
        for stop in given.old:
            if stop.driver_id and ended(given, stop) is None:
                before.setdefault(stop.driver_id, []).append((stop.kind, stop.job_id))
    for route in routes:
        if route.driver_id:
            after.setdefault(route.driver_id, []).extend(
                (stop.kind, stop.job_id) for stop in route.stops if stop.done_at is None)
    return tuple(sorted(one for one in before.keys() | after.keys() if before.get(one) != after.get(one)))


def _seconds_of(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second
