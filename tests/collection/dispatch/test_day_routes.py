"""A collector's day: who fetches what when, what is left over and why, and what happens when something happens."""

from __future__ import annotations

from datetime import date

import pytest

from collection.audit.models import AuditLine
from collection.dispatch import operations as dispatch, queries
from collection.dispatch.models import Job, Plan, Route, RouteStop
from collection.kernel.actor import HOUSE
from collection.kernel.refusals import NotFound, Unprocessable
from collection.pickups.models import Pickup
from collection.registry import operations as registry
from collection.registry.models import Facility, Vehicle
from notifications.models import Notice
from tests import cast
from tests.collection.dispatch.routes import MONDAY, clock, halts, job, judged, plan

pytestmark = pytest.mark.django_db
__all__ = ["judged"]


@pytest.fixture
def firm(scene):
    """A collector 10 km from the shop, and a plant 30 km from it."""
    class Firm:
        who, plant = scene.collector(km=10), scene.recycler(km=30)

        def vehicle(self, tonnes=5, **more):
            return registry.add_vehicles(actor=HOUSE, at=scene.at, vehicles=[registry.NewVehicle(
                self.who.actor.organisation_id, cast.plate(), tonnes * cast.TONNE, **more)])[0].id

    return Firm()


def test_one_load_told_to_the_metre_and_second(scene, firm, verbs):
    job_id = job(scene, firm.who, hours=(13, 18))
    seen = plan(firm.who)
    assert (seen["state"], seen["progress"], seen["unserved"], seen["fallback"]) == ("done", 100, [], False)
    route = queries.route(firm.who.actor, seen["routes"][0]["id"]).plain()
    # 10 km and 30 km as the crow flies, a third longer by road, at 50 km/h; a quarter of an hour at each gate.
    assert [(one["kind"], one["distance_m"], one["driving_s"], one["load_g"]) for one in route["stops"]] == [
        ("pickup", 12_965, 933, 2 * cast.TONNE), ("delivery", 39_033, 2_810, 0)]
    assert [one["arrives_at"][:19] for one in route["stops"]] == ["2026-03-02T08:00:00", "2026-03-02T09:01:50"]
    assert (route["starts_at"][:19], route["ends_at"][:19]) == ("2026-03-02T07:44:27", "2026-03-02T10:06:11")
    assert (route["distance_m"], route["home_m"], route["driving_s"]) == (93_128, 41_130, 6_704)
    # (9.05 collection + 7.41 transport) x 4,325 KZT x 2 t = 142,379.00 KZT over 93.128 km
    assert (route["value_tiyn"], route["value_tiyn_per_km"], route["currency"]) == (14_237_900, 152_885, "KZT")
    assert (route["mass_g"], route["driver_id"], route["provider"]) == (2 * cast.TONNE, None, "geodesic")
    stored = Job.objects.get(pk=job_id)
    assert stored.vehicle_id == Pickup.objects.get(pk=stored.pickup_id).vehicle_id == firm.who.vehicle_id
    assert verbs(seen["id"]) == ["plan.adopt"]
    line = AuditLine.objects.get(object_id=seen["id"])
    assert (line.after["metres"], line.after["unserved"], line.after["why"]) == (93_128, 0, "asked")


def test_loads_share_a_lorry_until_it_is_full_and_it_unloads_and_goes_again(scene, firm):
    jobs = [job(scene, firm.who, km=n, grams=2 * cast.TONNE) for n in (1, 2, 3, 4)]
    seen = plan(firm.who)
    (only,) = halts(seen["id"])
    assert sorted(job_id for kind, job_id in only if kind == "pickup") == sorted(jobs)
    # Five tonnes hold two loads of two: the plant is visited at least twice, and the load never passes the payload.
    loads = [stop.load_g for stop in RouteStop.objects.order_by("position")]
    assert max(loads) == 4 * cast.TONNE and loads.count(0) == 2


def test_windows_decide_the_order_and_hours_of_plants_and_shifts_hold(scene, firm):
    late, early = job(scene, firm.who, km=1, hours=(15, 16)), job(scene, firm.who, km=4, hours=(9, 10))
    Facility.objects.filter(pk=firm.plant.facility_id).update(opens="11:00", closes="17:30")
    assert [job_id for kind, job_id in halts(plan(firm.who)["id"])[0] if kind == "pickup"] == [early, late]


def test_each_load_that_stays_behind_has_its_reason(scene, firm):
    heavy = job(scene, firm.who, grams=6 * cast.TONNE)
    night = job(scene, firm.who, hours=(20, 23))
    far = job(scene, firm.who, km=180, hours=(9, 9.5))
    fine = job(scene, firm.who)
    at = clock(11)
    missed = job(scene, firm.who, hours=(9.5, 10))
    seen = plan(firm.who, at=at)
    assert {one["job_id"]: one["reason"] for one in seen["unserved"]} == {
        str(heavy): "over_payload", str(night): "window_outside_shift", str(far): "window_past", str(missed): "window_past"}
    assert halts(seen["id"]) == [[("pickup", fine), ("delivery", fine)]]
    assert Job.objects.get(pk=heavy).vehicle_id is None
    assert {one["reason"] for one in plan(firm.who, at=scene.at)["unserved"] if one["job_id"] == str(far)} == {"too_far"}


def test_a_plant_that_closes_first_and_a_job_without_one(scene, firm):
    job_id = job(scene, firm.who, hours=(14, 16))
    Facility.objects.filter(pk=firm.plant.facility_id).update(opens="08:00", closes="14:00")
    assert [(one["job_id"], one["reason"]) for one in plan(firm.who)["unserved"]] == [(str(job_id), "plant_closed")]
    Job.objects.filter(pk=job_id).update(facility=None)
    assert [one["reason"] for one in plan(firm.who)["unserved"]] == ["no_plant"]


def test_a_load_that_can_wait_is_fetched_when_it_is_on_the_way(scene, firm):
    waits = job(scene, firm.who, km=1, last=date(2026, 3, 3), grams=cast.TONNE)
    alone = plan(firm.who)
    assert [one["reason"] for one in alone["unserved"]] == ["another_day"] and halts(alone["id"]) == []
    due = job(scene, firm.who, grams=cast.TONNE)
    both = plan(firm.who)
    assert both["unserved"] == [] and {job_id for _, job_id in halts(both["id"])[0]} == {waits, due}


def test_vehicles_hours_and_drivers_are_kept(scene, firm):
    firm.vehicle(shift_from=clock(8).time(), shift_to=clock(9).time())  # never back by nine
    driver = cast.member(firm.who.actor.organisation_id, "driver")
    job_id = job(scene, firm.who)
    seen = plan(firm.who, named=[(firm.who.vehicle_id, driver.user_id)])
    assert [(one["vehicle"]["id"], one["driver_id"]) for one in seen["routes"]] == [
        (str(firm.who.vehicle_id), str(driver.user_id))]
    assert Job.objects.get(pk=job_id).driver_id == driver.user_id
    assert queries.job(driver, job_id).state == "assigned"  # theirs now
    told = Notice.objects.filter(recipient_id=driver.user_id, event="route.planned")
    assert told.count() == 1
    again = plan(firm.who)  # asked again without names: the driver stays, and is not told of the same way twice
    assert again["routes"][0]["driver_id"] == str(driver.user_id)
    assert told.count() == 1
    assert again["replaces_id"] == seen["id"] and Plan.objects.get(pk=seen["id"]).state == "replaced"


def test_what_a_person_gave_to_a_vehicle_stays_there(scene, firm):
    second = firm.vehicle()
    jobs = [job(scene, firm.who, km=n, grams=cast.TONNE) for n in (1, 2)]
    driver = cast.member(firm.who.actor.organisation_id, "driver")
    dispatch.assign_driver(actor=firm.who.actor, at=scene.at, job_id=jobs[0], driver_id=driver.user_id, vehicle_id=second)
    for _ in range(2):  # also when the plan before already has it
        plan(firm.who)
        stop = RouteStop.objects.get(job=jobs[0], kind="pickup", route__plan__state="done")
        assert (stop.route.vehicle_id, stop.route.driver_id, stop.fixed) == (second, driver.user_id, True)


def test_the_same_day_planned_twice_is_the_same_plan(scene, firm):
    for n in range(1, 6):
        job(scene, firm.who, km=n, bearing=60 * n, grams=cast.TONNE)
    given = queries.read_day(queries.base_of(HOUSE, contract_id=firm.who.contract_id), MONDAY, at=scene.at)
    assert queries.draft(given) == queries.draft(given)
    first, second = plan(firm.who), plan(firm.who)  # the second starts from the first
    assert second["cost"] <= first["cost"]


def test_nothing_to_do_is_an_empty_plan(scene, firm):
    seen = plan(firm.who)
    assert (seen["state"], seen["routes"], seen["unserved"], seen["distance_m"]) == ("done", [], [], 0)


def test_what_cannot_be_planned_is_refused(scene, firm, settings):
    def refused(**more):
        given = {"contract_id": firm.who.contract_id, "day": MONDAY} | more
        base = queries.base_of(HOUSE, contract_id=given.pop("contract_id"))
        with pytest.raises((Unprocessable, NotFound)) as refusal:
            queries.read_day(base, given.pop("day"), at=scene.at, **given)
        return refusal.value.defects[0].code if refusal.value.defects else refusal.value.code

    assert refused(contract_id=firm.plant.contract_id) == "base_missing"
    assert refused(day=date(2026, 3, 1)) == "in_the_past"
    assert refused(named=[(scene.recycler().contract_id, None)]) == "not_found"
    assert refused(named=[(firm.who.vehicle_id, scene.stranger.actor.user_id)]) == "not_found"
    job(scene, firm.who), job(scene, firm.who)
    settings.ROUTE_MAX_JOBS = 1
    assert refused() == "too_many_stops"
    settings.ROUTE_MAX_JOBS = 10
    Vehicle.objects.update(retired_at=scene.at)
    assert refused() == "no_vehicle"


def test_two_contracts_do_not_share_a_lorry(scene, firm):
    job(scene, firm.who)
    plan(firm.who)
    other = scene.contract("collection", base=cast.away(3), who=firm.who.actor)
    Vehicle.objects.filter(pk=other.vehicle_id).update(retired_at=scene.at)
    job(scene, other)
    with pytest.raises(queries.NoVehicle):
        plan(other)
    with pytest.raises(queries.ContractNeeded) as refusal:
        queries.base_of(firm.who.actor, organisation_id=firm.who.actor.organisation_id)
    assert set(refusal.value.fields["contracts"]) == {str(firm.who.contract_id), str(other.contract_id)}


def test_a_day_that_changed_meanwhile_is_not_overwritten(scene, firm):
    job_id = job(scene, firm.who)
    base = queries.base_of(HOUSE, contract_id=firm.who.contract_id)
    drafts = [queries.draft(queries.read_day(base, MONDAY, at=scene.at)) for _ in range(2)]
    dispatch.adopt_plan(actor=firm.who.actor, at=scene.at, draft=drafts[0])
    with pytest.raises(dispatch.PlanOutdated):  # another plan came first
        dispatch.adopt_plan(actor=firm.who.actor, at=scene.at, draft=drafts[1])
    draft = queries.draft(queries.read_day(base, MONDAY, at=scene.at))
    dispatch.move_job(actor=firm.who.actor, at=scene.at, job_id=job_id, to="en_route")
    with pytest.raises(dispatch.PlanOutdated):  # a job moved on
        dispatch.adopt_plan(actor=firm.who.actor, at=scene.at, draft=draft)
    assert Plan.objects.count() == 1 and Route.objects.count() == 1


def test_planning_is_a_bounded_number_of_statements(scene, firm, django_assert_max_num_queries):
    for n in range(12):
        job(scene, firm.who, km=n / 2, grams=cast.TONNE // 2)
    plan(firm.who)
    with django_assert_max_num_queries(25) as seen:
        plan_id = plan(firm.who)["id"]
    few = len(seen) + 2  # what changes hands is written
    for n in range(12):
        job(scene, firm.who, km=n / 3, grams=cast.TONNE // 2)
    with django_assert_max_num_queries(few):
        plan(firm.who)
    with django_assert_max_num_queries(1):
        queries.day_plan(firm.who.actor, plan_id)
    with django_assert_max_num_queries(1):
        queries.routes(firm.who.actor, filters={"day": MONDAY}, whole=True)
