"""Something happens on the way: the rest of the day is planned again from where the vehicles are. And plans made by workers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from collection.custody import operations as custody
from collection.dispatch import operations as dispatch, queries, tasks
from collection.dispatch.models import Job, Plan, Route, RouteStop
from collection.kernel.actor import HOUSE
from collection.kernel.clock import frozen
from collection.pickups.models import Pickup
from collection.registry import operations as registry
from collection.registry.models import Vehicle
from notifications.models import Notice, OutboxRow
from tests import cast
from tests.collection.dispatch.routes import MONDAY, check, clock, halts, job, judged, plan

pytestmark = pytest.mark.django_db
__all__ = ["judged"]


@pytest.fixture
def firm(scene):
    """A collector with two lorries and their drivers, a plant, and a Monday of planned loads."""
    class Firm:
        who, plant = scene.collector(km=10), scene.recycler(km=30)
        second = registry.add_vehicles(actor=HOUSE, at=scene.at, vehicles=[registry.NewVehicle(
            who.actor.organisation_id, cast.plate(), 5 * cast.TONNE)])[0].id
        drivers = tuple(map(cast.member, [who.actor.organisation_id] * 2, ["driver"] * 2))

        @property
        def named(self):
            return [(self.who.vehicle_id, self.drivers[0].user_id), (self.second, self.drivers[1].user_id)]

        def collect(self, job_id, at, vehicle_id=None):
            code = Pickup.objects.get(jobs=job_id).handover_code
            return custody.load(actor=self.who.actor, at=at, loads=[custody.Load(
                loaded_at=at, job_id=job_id, handover_code=code, vehicle_id=vehicle_id or self.who.vehicle_id)])[0].id

        def deliver(self, consignment_id, at):
            scale = registry.add_scales(actor=HOUSE, at=at, scales=[registry.NewScale(
                self.plant.actor.organisation_id, cast.plate(), "KZ-1", date(2020, 1, 1), date(2030, 1, 1),
                self.plant.facility_id)])[0].id
            custody.weigh(actor=HOUSE, at=at, tickets=[custody.Ticket(
                consignment_id=consignment_id, scale_id=scale, ticket_number="T1", occurred_at=at,
                gross_g=14 * cast.TONNE, tare_g=12 * cast.TONNE)])
            custody.deliver(actor=HOUSE, at=at, consignment_ids=[consignment_id])

    return Firm()


def waiting():
    """The plans somebody has still to make, and their outbox rows."""
    return [(one, OutboxRow.objects.get(object_id=one.pk, task="dispatch.plan_day"))
            for one in Plan.objects.filter(state="queued")]


def run(at):
    """A worker comes at `at` and makes the one plan that waits."""
    [(queued, row)] = waiting()
    with frozen(at):
        tasks.plan_day(row.id)
    row.refresh_from_db()
    queued.refresh_from_db()
    assert (row.state, queued.state) == ("done", "done"), (row.last_error, queued.error)
    check(queued.id)
    return queued


def route_of(plan_id, vehicle_id):
    return list(RouteStop.objects.filter(route__plan=plan_id, route__vehicle=vehicle_id).order_by("position"))


def test_a_wasted_journey_stays_on_the_route_and_the_rest_is_planned_from_there(scene, firm):
    jobs = [job(scene, firm.who, km=n, grams=cast.TONNE) for n in (1, 3, 5)]
    before = plan(firm.who, named=firm.named[:1])
    first, second, third = [one for kind, one in halts(before["id"])[0] if kind == "pickup"]
    assert {first, second, third} == set(jobs)
    at = clock(9.5)
    firm.collect(first, at)
    dispatch.fail_job(actor=firm.drivers[0], at=at + timedelta(minutes=40), job_id=second, kind="nobody_there")
    after = run(clock(10.5))
    assert (after.why, after.replaces_id, after.vehicles) == (
        "incident", Plan.objects.get(pk=before["id"]).pk, [[str(firm.who.vehicle_id), str(firm.drivers[0].user_id)]])
    stops = route_of(after.id, firm.who.vehicle_id)
    assert [(stop.kind, stop.job_id, stop.done_at) for stop in stops[:2]] == [
        ("pickup", first, at), ("pickup", second, at + timedelta(minutes=40))]
    ahead = [(stop.kind, stop.job_id) for stop in stops[2:]]
    assert sorted(ahead) == sorted([("pickup", third), ("delivery", third), ("delivery", first)])
    assert stops[2].departs_at >= clock(10.5) and stops[-1].load_g == 0
    route = queries.route(firm.drivers[0], Route.objects.get(plan=after).id).plain()
    assert [one["job_state"] for one in route["stops"][:3]] == ["done", "failed", route["stops"][2]["job_state"]]
    assert Notice.objects.filter(recipient_id=firm.drivers[0].user_id, event="route.planned").count() == 2


def test_a_delivery_is_done_when_the_lorry_stands_at_the_plant(scene, firm):
    jobs = [job(scene, firm.who, grams=4 * cast.TONNE), job(scene, firm.who, km=2, grams=4 * cast.TONNE)]
    before = plan(firm.who, named=firm.named[:1])
    (first, second) = [one for kind, one in halts(before["id"])[0] if kind == "pickup"]
    assert {first, second} == set(jobs)
    load = firm.collect(first, clock(9.5))
    firm.deliver(load, clock(10.5))
    assert RouteStop.objects.get(route__plan=before["id"], job=first, kind="delivery").done_at == clock(10.5)
    after = plan(firm.who, at=clock(11))
    stops = route_of(after["id"], firm.who.vehicle_id)
    assert [(stop.kind, stop.job_id, stop.done_at) for stop in stops] == [
        ("pickup", first, clock(9.5)), ("delivery", first, clock(10.5)), ("pickup", second, None), ("delivery", second, None)]
    # 30 km back from the plant: it leaves there, not from the base.
    assert stops[2].metres > 35_000 and stops[2].arrives_at >= clock(11)


def test_nobody_is_called_back_from_a_gate(scene, firm):
    jobs = [job(scene, firm.who, km=n, grams=cast.TONNE) for n in (1, 5)]
    plan(firm.who, named=firm.named[:1])
    dispatch.move_job(actor=firm.drivers[0], at=clock(9), job_id=jobs[1], to="en_route")
    after = plan(firm.who, at=clock(9.1))
    assert route_of(after["id"], firm.who.vehicle_id)[0].job_id == jobs[1]
    assert Job.objects.get(pk=jobs[1]).state == "en_route"


def test_after_a_breakdown_the_other_lorry_takes_over_but_for_what_is_aboard(scene, firm):
    north = [job(scene, firm.who, km=8, bearing=0, grams=2 * cast.TONNE) for _ in range(2)]
    south = [job(scene, firm.who, km=8, bearing=180, grams=2 * cast.TONNE) for _ in range(2)]
    Vehicle.objects.filter(pk=firm.second).update(payload_g=9 * cast.TONNE)
    for one in north:
        dispatch.assign_driver(actor=firm.who.actor, at=scene.at, job_id=one, driver_id=firm.drivers[0].user_id,
                               vehicle_id=firm.who.vehicle_id)
    for one in south:
        dispatch.assign_driver(actor=firm.who.actor, at=scene.at, job_id=one, driver_id=firm.drivers[1].user_id,
                               vehicle_id=firm.second)
    plan(firm.who)
    firm.collect(north[0], clock(9.5))
    dispatch.report_incident(actor=firm.drivers[0], at=clock(9.6), job_id=north[1], kind="breakdown")
    [(queued, row)] = waiting()
    with frozen(clock(9.7)):
        tasks.plan_day(row.id)
    after = Plan.objects.get(pk=queued.pk)
    assert (after.state, after.unserved) == ("done", [[str(north[0]), "vehicle_down"]])
    assert [(stop.kind, stop.job_id) for stop in route_of(after.id, firm.who.vehicle_id)] == [("pickup", north[0])]
    assert {stop.job_id for stop in route_of(after.id, firm.second)} == {north[1], *south}
    moved = Job.objects.get(pk=north[1])
    assert (moved.vehicle_id, moved.driver_id) == (firm.second, firm.drivers[1].user_id)
    assert Notice.objects.filter(recipient_id=firm.drivers[1].user_id, event="route.planned").count() == 2


@pytest.mark.parametrize("how", ["withdraw", "cancel", "reassign"])
def test_however_a_job_is_lost_its_day_is_planned_again_once(scene, firm, how):
    jobs = [job(scene, firm.who, km=n, grams=cast.TONNE) for n in (1, 2)]
    other = scene.collector(km=50)
    plan(firm.who)
    lost = Job.objects.get(pk=jobs[0])
    if how == "withdraw":
        dispatch.withdraw_job(actor=firm.who.actor, at=scene.at, job_id=lost.pk, reason="breakdown")
    elif how == "cancel":
        dispatch.cancel_pickup(actor=HOUSE, at=scene.at, pickup_id=lost.pickup_id, reason="mistake")
    else:
        dispatch.assign_pickup(actor=scene.manager, at=scene.at, pickup_id=lost.pickup_id, contract_id=other.contract_id)
    assert len(waiting()) == 1
    after = run(scene.at)
    assert halts(after.id) == [[("pickup", jobs[1]), ("delivery", jobs[1])]]


def test_a_job_on_no_route_ends_without_a_word(scene, firm):
    dispatch.withdraw_job(actor=firm.who.actor, at=scene.at, job_id=job(scene, firm.who), reason="other")
    assert waiting() == []


class TestWorker:
    def test_the_evening_queues_tomorrow_once_and_the_worker_plans_it(self, scene, firm):
        tuesday = date(2026, 3, 3)
        tomorrow = job(scene, firm.who, day=tuesday)
        job(scene, firm.who)  # today's
        assert dispatch.queue_nightly(actor=HOUSE, at=clock(19.9)) == []
        with frozen(clock(20)):
            tasks.plan_days()
            tasks.plan_days()  # two beats, or the next tick
        [(queued, _)] = waiting()
        assert (queued.day, queued.why, queued.contract_id) == (tuesday, "nightly", firm.who.contract_id)
        after = run(clock(20.1))
        assert halts(after.id) == [[("pickup", tomorrow), ("delivery", tomorrow)]]
        assert [reason for _, reason in after.unserved] == ["window_past"]
        with frozen(clock(21)):
            tasks.plan_days()
        assert waiting() == []

    def test_it_tells_how_far_it_has_come_and_ends_once(self, scene, firm, verbs):
        job(scene, firm.who)
        queued = dispatch.queue_plan(actor=firm.who.actor, at=scene.at, contract_id=firm.who.contract_id, day=MONDAY,
                                     named=firm.named)
        assert (queued.state, queued.plain()["progress"], queued.plain()["routes"]) == ("queued", 0, [])
        with pytest.raises(dispatch.PlanInProgress) as refusal:
            dispatch.queue_plan(actor=firm.who.actor, at=scene.at, contract_id=firm.who.contract_id, day=MONDAY)
        assert refusal.value.fields == {"plan_id": str(queued.id)}
        asked = dispatch.start_plan(at=scene.at, plan_id=queued.id)
        assert asked and asked.named == tuple(firm.named)
        dispatch.note_progress(plan_id=queued.id, percent=40)
        assert queries.day_plan(firm.who.actor, queued.id).plain()["progress"] == 40
        after = run_running(queued.id, scene.at)  # the worker that noted this died; the row comes round again
        assert (after.state, after.progress, verbs(after.id)) == ("done", 100, ["plan.queue", "plan.adopt"])
        [row] = OutboxRow.objects.filter(object_id=after.id)
        tasks.plan_day(row.id)  # the same message again
        assert Plan.objects.count() == 1 and dispatch.start_plan(at=scene.at, plan_id=after.id) is None

    def test_a_day_that_changes_under_its_hands_is_read_again(self, scene, firm, monkeypatch):
        jobs = [job(scene, firm.who, km=n, grams=cast.TONNE) for n in (1, 2)]
        dispatch.queue_plan(actor=HOUSE, at=scene.at, contract_id=firm.who.contract_id, day=MONDAY)
        real, times = queries.draft, []

        def interrupted(given, **more):
            found = real(given, **more)
            if not times:
                dispatch.withdraw_job(actor=firm.who.actor, at=scene.at, job_id=jobs[0], reason="other")
            times.append(1)
            return found

        monkeypatch.setattr(queries, "draft", interrupted)
        after = run(scene.at)
        assert len(times) == 2 and halts(after.id) == [[("pickup", jobs[1]), ("delivery", jobs[1])]]

    def test_what_waiting_does_not_cure_fails_with_its_code(self, scene, firm, verbs):
        job(scene, firm.who)
        seen = dispatch.queue_plan(actor=HOUSE, at=scene.at, contract_id=firm.who.contract_id, day=MONDAY)
        Vehicle.objects.update(retired_at=scene.at)
        [(_, row)] = waiting()
        tasks.plan_day(row.id)
        failed = Plan.objects.get(pk=seen.id)
        assert (failed.state, failed.error, failed.ended_at is not None) == ("failed", "no_vehicle", True)
        assert verbs(seen.id) == ["plan.queue", "plan.fail"]

    def test_a_crash_counts_as_an_attempt_and_writes_nothing(self, scene, firm, monkeypatch):
        job(scene, firm.who)
        seen = dispatch.queue_plan(actor=HOUSE, at=scene.at, contract_id=firm.who.contract_id, day=MONDAY)
        [(_, row)] = waiting()
        with monkeypatch.context() as patch:
            patch.setattr(queries, "draft", lambda *_, **__: 1 / 0)
            tasks.plan_day(row.id)
        row.refresh_from_db()
        assert (row.attempts, row.state, row.last_error) == (1, "waiting", "ZeroDivisionError")
        assert Plan.objects.get(pk=seen.id).state == "running" and not Route.objects.exists()
        later = row.not_before + timedelta(seconds=1)
        with frozen(later):
            tasks.plan_day(row.id)
        assert Plan.objects.get(pk=seen.id).state == "done"

    def test_a_plan_nobody_comes_back_to_is_given_up(self, scene, firm, verbs):
        seen = dispatch.queue_plan(actor=HOUSE, at=scene.at, contract_id=firm.who.contract_id, day=MONDAY)
        assert dispatch.reap_plans(actor=HOUSE, at=scene.at + timedelta(minutes=14)) == 0
        assert dispatch.reap_plans(actor=HOUSE, at=scene.at + timedelta(minutes=16)) == 1
        given_up = Plan.objects.get(pk=seen.id)
        assert (given_up.state, given_up.error, verbs(seen.id)[-1]) == ("failed", "worker_lost", "plan.fail")

    def test_a_big_day_is_planned_whole(self, scene, firm, settings):
        settings.ROUTE_PLAN_S = 2
        ids = [job(scene, firm.who, km=n / 5, bearing=37 * n, grams=cast.TONNE // 4) for n in range(1, 34)]
        dispatch.queue_plan(actor=HOUSE, at=scene.at, contract_id=firm.who.contract_id, day=MONDAY)
        after = run(scene.at)
        served = {one for route in halts(after.id) for kind, one in route if kind == "delivery"}
        assert served | {pk for pk in ids if str(pk) in dict(after.unserved)} == set(ids) and len(served) > 20


def run_running(plan_id, at):
    [row] = OutboxRow.objects.filter(object_id=plan_id)
    with frozen(at):
        tasks.plan_day(row.id)
    return Plan.objects.get(pk=plan_id)
