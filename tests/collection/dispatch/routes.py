"""A day on the road, and somebody who believes nothing: every plan of the tests is checked from its stored rows."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from collection.dispatch import operations as dispatch, queries
from collection.dispatch.models import Plan, Route, RouteStop
from collection.kernel.actor import HOUSE, Actor
from collection.kernel.calendar import ALMATY
from geo import routing
from geo.distance.geodesic import Geodesic
from geo.routing.checker import faults
from tests import cast

MONDAY = date(2026, 3, 2)


def clock(hour: float, day: date = MONDAY) -> datetime:
    return datetime.combine(day, time(0), ALMATY) + timedelta(hours=hour)


def job(scene: cast.Scene, who: cast.Contractor, *, km: float = 0, bearing: float = 90, hours: tuple[float, float] = (9, 17),
        grams: int = 2 * cast.TONNE, day: date = MONDAY, last: date | None = None) -> UUID:
    """A load accepted by `who`, `km` from the shop, to be fetched between these hours."""
    generator = scene.generator if km == 0 else scene.new_generator(cast.away(km, bearing=bearing))
    pickup_id = scene.submit(by=generator.actor, site_id=generator.site_id, declared_g=grams,
                             window_from=clock(hours[0], day), window_to=clock(hours[1], last or day))
    assert scene.advance(pickup_id) == "offered"
    return scene.accept(who, pickup_id).job_id


def plan(who: cast.Contractor, *, at: datetime = cast.AT, day: date = MONDAY, actor: Actor | None = None,
         **more: object) -> dict:
    """Plan the contractor's day and put it in force; the plan as its admin sees it. What was stored is checked."""
    given = queries.read_day(queries.base_of(HOUSE, contract_id=who.contract_id), day, at=at, **more)
    seen = dispatch.adopt_plan(actor=actor or who.actor, at=at, draft=queries.draft(given))
    assert seen
    check(seen.id)
    return seen.plain()


@pytest.fixture(autouse=True)
def judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer of the planner is judged by the checker that shares nothing with it."""
    def judged(problem, **more):
        found = planner(problem, **more)
        assert faults(problem, found) == []
        return found

    planner = routing.plan
    monkeypatch.setattr(routing, "plan", judged)


def halts(plan_id: UUID | str) -> list[list[tuple[str, UUID]]]:
    """What each route does, in order."""
    return [[(stop.kind, stop.job_id) for stop in route.stops.order_by("position")]
            for route in Route.objects.filter(plan=plan_id).order_by("vehicle")]


def check(plan_id: UUID, *, shift: tuple[float, float] = (8, 18)) -> None:
    """Capacity, windows, opening hours, shift, precedence, one vehicle for one load, times that follow from distances."""
    stored = Plan.objects.get(pk=plan_id)
    seen: dict[tuple[str, UUID], UUID] = {}
    total = 0
    for route in Route.objects.filter(plan=stored).select_related("vehicle"):
        stops = list(RouteStop.objects.filter(route=route).order_by("position").select_related("job__pickup", "job__facility"))
        assert [stop.position for stop in stops] == list(range(1, len(stops) + 1))
        places = [route.start, *(stop.job.pickup.point if stop.kind == "pickup" else stop.job.facility.point for stop in stops),
                  route.end]
        legs = [Geodesic().matrix([(a.x, a.y)], [(b.x, b.y)]) for a, b in pairwise(places)]
        driven, spent = [int(leg.metres[0, 0]) for leg in legs], [int(leg.seconds[0, 0]) for leg in legs]
        assert driven == [*(stop.metres for stop in stops), route.home_m]
        assert (route.metres, route.seconds) == (sum(driven), sum(spent))
        total += route.metres
        aboard, before, resting = 0, route.starts_at, False
        for stop, second in zip(stops, spent, strict=False):
            assert (stop.kind, stop.job_id) not in seen, "twice"
            seen[stop.kind, stop.job_id] = route.id
            if stop.kind == "delivery":
                assert seen.get(("pickup", stop.job_id)) == route.id, "delivered what it had not fetched"
                aboard -= stop.job.pickup.declared_g
            elif stop.job.state != "failed":
                aboard += stop.job.pickup.declared_g
            assert 0 <= aboard <= route.vehicle.payload_g and stop.load_g == aboard
            if stop.done_at is None and stop.job.state not in ("en_route", "arrived"):
                due = before + timedelta(seconds=second)
                # It goes on from where it was when the day was planned again.
                assert stop.arrives_at >= due if resting else stop.arrives_at == due
                begun = stop.departs_at - timedelta(minutes=15)
                assert begun >= stop.arrives_at
                if stop.kind == "pickup":
                    assert stop.job.pickup.window_from <= begun <= stop.job.pickup.window_to
                elif stop.job.facility.opens:
                    local = begun.astimezone(ALMATY).time()
                    assert stop.job.facility.opens <= local <= stop.job.facility.closes
            before, resting = stop.departs_at, stop.done_at is not None
        assert aboard == 0, "something was never unloaded"
        assert route.starts_at >= clock(shift[0], stored.day) and route.ends_at <= clock(shift[1], stored.day)
        assert route.ends_at == before + timedelta(seconds=spent[-1])
    assert stored.metres == total
    left = {UUID(job_id) for job_id, _ in stored.unserved}
    assert left.isdisjoint(job_id for kind, job_id in seen if kind == "delivery"), "served and left over"
