"""A day's routes over HTTP: asked for, driven, downloaded; who sees what of them, and what is refused."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import gpxpy
import pytest

from collection.dispatch import queries, tasks
from collection.dispatch.models import Job, Plan, Route
from collection.kernel.clock import frozen
from collection.registry.models import Vehicle
from notifications.models import OutboxRow
from tests import cast
from tests.api.phone import codes
from tests.collection.dispatch.routes import MONDAY, check, clock, job, judged, plan

pytestmark = pytest.mark.django_db
__all__ = ["judged"]


@pytest.fixture
def firm(scene, phone_of):
    """A collector with a lorry, its driver, a plant and two loads on Monday."""
    class Firm:
        who, plant = scene.collector(km=10), scene.recycler(km=30)
        jobs = (job(scene, who, hours=(13, 18)), job(scene, who, km=2, hours=(13, 18)))
        admin = phone_of(who.actor)
        driver = cast.member(who.actor.organisation_id, "driver")
        phone = phone_of(driver)
        body = {"day": "2026-03-02", "vehicles": [
            {"vehicle_id": str(who.vehicle_id), "driver_id": str(driver.user_id)}]}

        def planned(self):
            return self.admin.post("routes/plan", self.body).json()

    return Firm()


def test_asked_for_answered_and_driven(scene, firm):
    answer = firm.admin.post("routes/plan", firm.body)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["state"], made["why"], made["progress"], made["unserved"], made["remarks"], made["day"]) == (
        "done", "asked", 100, [], [], "2026-03-02")
    check(made["id"])
    assert firm.admin.get(f"routes/plans/{made['id']}").json() == made
    assert answer["ETag"] == '"1-collector_admin"'
    [listed] = firm.admin.get("routes?day=2026-03-02").json()["items"]
    assert listed == made["routes"][0] and "stops" not in listed
    assert firm.admin.get("routes?day=2026-03-03").json()["items"] == []
    assert firm.admin.get("routes").json()["items"] == [listed]  # today

    today = firm.phone.get("routes/today").json()
    [mine] = today["items"]
    assert (today["day"], mine["id"], mine["driver_id"]) == ("2026-03-02", listed["id"], str(firm.driver.user_id))
    assert firm.phone.get(f"routes/{mine['id']}").json() == mine
    assert [one["kind"] for one in mine["stops"]] == ["pickup", "pickup", "delivery", "delivery"]
    assert [one["load_g"] for one in mine["stops"]] == [2 * cast.TONNE, 4 * cast.TONNE, 2 * cast.TONNE, 0]
    assert sum(one["distance_m"] for one in mine["stops"]) + mine["home_m"] == mine["distance_m"]
    assert mine["value_tiyn"] == 28_475_800  # (9.05 + 7.41) x 4,325 KZT x 4 t
    assert mine["value_tiyn_per_km"] == round(28_475_800_000 / mine["distance_m"])
    first = mine["stops"][0]
    assert first["place"]["exact"] and first["place"]["address"] == "Абай 1" and first["window_from"]
    assert mine["stops"][-1]["facility"]["name"] == "Завод" and mine["stops"][-1]["place"] is None
    moved = firm.phone.post(f"jobs/{first['job_id']}/en-route")  # the plan gave the driver the job
    assert moved.status_code == 200


def test_a_retry_is_the_same_answer_without_a_new_plan(firm):
    key = str(uuid4())
    first = firm.admin.post("routes/plan", firm.body, key=key)
    again = firm.admin.post("routes/plan", firm.body, key=key)
    assert again.content == first.content and again["Idempotency-Replayed"] == "true"
    assert Plan.objects.count() == 1
    other = firm.admin.post("routes/plan", {"day": "2026-03-02"}, key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert firm.admin.send("POST", "routes/plan", firm.body).status_code == 400


def test_a_big_day_is_queued_polled_and_made(scene, firm, monkeypatch):
    monkeypatch.setattr(queries, "QUICK_STOPS", 2)
    answer = firm.admin.post("routes/plan", firm.body)
    assert answer.status_code == 202
    queued = answer.json()
    assert (queued["state"], queued["progress"], queued["routes"]) == ("queued", 0, [])
    second = firm.admin.post("routes/plan", firm.body)
    assert (second.status_code, second.json()["code"], second.json()["plan_id"]) == (409, "plan_in_progress", queued["id"])
    row = OutboxRow.objects.get(object_id=queued["id"])
    with frozen(scene.at + timedelta(seconds=5)):
        tasks.plan_day(row.id)
    done = firm.admin.get(f"routes/plans/{queued['id']}")
    assert (done.json()["state"], done.json()["progress"], len(done.json()["routes"])) == ("done", 100, 1)
    check(queued["id"])
    assert firm.admin.get(f"routes/plans/{queued['id']}", If_None_Match=done["ETag"]).status_code == 304


def test_files_for_navigators_and_maps(firm):
    route_id = firm.planned()["routes"][0]["id"]
    route = firm.phone.get(f"routes/{route_id}").json()
    plate = route["vehicle"]["plate"]
    numbers = [one["pickup_number"] for one in route["stops"]]
    for language, title, first in (("ru", "Маршрут на 2026-03-02", f"1. Погрузка №{numbers[0]}, 2.000 т"),
                                   ("kk", "2026-03-02 күнінің маршруты", f"1. №{numbers[0]} тиеу, 2.000 т"),
                                   ("en", "Route of 2026-03-02", f"1. Pickup No {numbers[0]}, 2.000 t")):
        answer = firm.phone.get(f"routes/{route_id}/gpx", Accept_Language=language, Accept="application/gpx+xml")
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/gpx+xml")
        assert answer["Content-Disposition"] == f'attachment; filename="route-2026-03-02-{plate}.gpx"'
        [drawn] = gpxpy.parse(answer.content.decode()).routes
        assert drawn.name == f"{title}, {plate}" and drawn.points[1].name == first
        assert len(drawn.points) == 6
        assert drawn.points[0].time.isoformat() == route["starts_at"].replace(".000000Z", "+00:00")
        assert [drawn.points[1].longitude, drawn.points[1].latitude] == route["stops"][0]["place"]["point"]["coordinates"]
    answer = firm.phone.get(f"routes/{route_id}/geojson", Accept_Language="ru")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/geo+json")
    line, *points = json.loads(answer.content)["features"]
    assert line["geometry"]["coordinates"] == [one["geometry"]["coordinates"] for one in points]
    assert [one["properties"]["kind"] for one in points] == ["start", "pickup", "pickup", "delivery", "delivery", "base"]
    assert points[1]["properties"]["name"] == f"1. Погрузка №{numbers[0]}, 2.000 т"
    assert sum(one["properties"].get("distance_m", 0) for one in points) + route["home_m"] == route["distance_m"]
    assert firm.phone.get(f"routes/{route_id}/gpx", Accept="image/png").status_code == 406


def test_who_sees_it(scene, firm, manager, phone_of):
    made = firm.planned()
    route_id = made["routes"][0]["id"]
    paths = [f"routes/{route_id}", f"routes/{route_id}/gpx", f"routes/{route_id}/geojson"]
    colleague = phone_of(cast.member(firm.who.actor.organisation_id, "driver"))
    rival = phone_of(scene.collector(km=3).actor)
    for phone in (colleague, rival):
        assert [phone.get(path).status_code for path in paths] == [404] * 3
        assert phone.get("routes?day=2026-03-02").json()["items"] == phone.get("routes/today").json()["items"] == []
    assert rival.get(f"routes/plans/{made['id']}").status_code == 404
    for phone in (firm.phone, phone_of(scene.generator.actor), phone_of(firm.plant.actor)):
        assert phone.get(f"routes/plans/{made['id']}").status_code == 403
    assert [phone_of(scene.generator.actor).get(path).status_code for path in paths] == [403] * 3
    assert [manager.get(path).status_code for path in (*paths, f"routes/plans/{made['id']}")] == [200] * 4
    support = phone_of(cast.member(scene.manager.organisation_id, "support"))
    coarse = support.get(f"routes/{route_id}").json()["stops"][0]["place"]
    assert (coarse["exact"], coarse["address"], coarse["point"]["coordinates"]) == (False, None, [76.95, 43.26])
    assert "Абай" not in support.get(f"routes/{route_id}/gpx").content.decode()


def test_whose_day_may_be_planned(scene, firm, manager, phone_of):
    by_manager = manager.post("routes/plan", {"day": "2026-03-02", "contract_id": str(firm.who.contract_id)})
    assert (by_manager.status_code, len(by_manager.json()["routes"])) == (201, 1)
    organisation = str(firm.who.actor.organisation_id)
    assert manager.post("routes/plan", {"day": "2026-03-02", "organisation_id": organisation}).status_code == 201
    rival = phone_of(scene.collector(km=3).actor)
    for named, pointer in (({"contract_id": str(firm.who.contract_id)}, "/contract_id"),
                           ({"organisation_id": organisation}, "/organisation_id"),
                           ({"contract_id": str(uuid4())}, "/contract_id")):
        answer = rival.post("routes/plan", {"day": "2026-03-02"} | named)
        assert (answer.status_code, codes(answer)) == (404, {pointer: "not_found"})
    assert firm.phone.post("routes/plan", firm.body).status_code == 403


def test_what_is_refused_and_writes_nothing(scene, firm, manager, phone_of, settings):
    def refused(body, by=firm.admin, **more):
        answer = by.post("routes/plan", {"day": "2026-03-02"} | body, **more)
        return answer.status_code, codes(answer) or answer.json()["code"]

    vehicle = {"vehicle_id": str(firm.who.vehicle_id)}
    stranger = str(scene.recycler().contract_id)
    assert refused({"day": "2026-03-01"}) == (422, {"/day": "in_the_past"})
    assert refused({"day": "2026-02-30"}) == (400, {"/day": "not_a_date"})
    assert refused({"day": "02.03.2026"}) == (400, {"/day": "not_a_date"})
    assert refused({"vehicles": [{"vehicle_id": stranger}]}) == (404, {"/vehicles/0/vehicle_id": "not_found"})
    assert refused({"vehicles": [vehicle | {"driver_id": stranger}]}) == (404, {"/vehicles/0/driver_id": "not_found"})
    assert refused({"vehicles": [vehicle, vehicle]}) == (400, {"/vehicles/1/vehicle_id": "duplicate"})
    assert refused({"vehicles": "all"}) == (400, {"/vehicles": "not_a_list"})
    assert refused({"seconds": 60}) == (400, {"/seconds": "unknown_field"})
    assert refused({"contract_id": stranger, "organisation_id": stranger}) == (
        400, {"/organisation_id": "contract_or_organisation"})
    assert refused({"contract_id": str(firm.plant.contract_id)}, manager) == (422, "base_missing")
    settings.ROUTE_MAX_JOBS = 1
    assert refused({}) == (422, "too_many_stops")
    settings.ROUTE_MAX_JOBS = 10
    idle = scene.collector(km=3)
    assert phone_of(idle.actor).post("routes/plan", {"day": "2026-03-02"}).status_code == 201  # nothing to fetch
    job(scene, idle, km=3)
    Vehicle.objects.filter(pk=idle.vehicle_id).update(retired_at=scene.at)
    assert refused({}, phone_of(idle.actor)) == (422, "no_vehicle")
    assert Plan.objects.filter(contract=firm.who.contract_id).count() == Route.objects.count() == 0


def test_an_empty_day_says_so_in_the_callers_language(firm):
    answer = firm.admin.post("routes/plan", {"day": "2026-03-09"}, Accept_Language="ru")
    made = answer.json()
    # Jobs whose time is over by then are not forgotten; a contract without any has nothing to do.
    assert {one["reason"] for one in made["unserved"]} == {"window_past"} and made["remarks"] == []
    Job.objects.update(state="failed", reason="unsafe", ended_at=cast.AT)
    made = firm.admin.post("routes/plan", {"day": "2026-03-09"}, Accept_Language="ru").json()
    assert made["remarks"] == [{"code": "nothing_to_do", "title": "На этот день вывозить нечего"}]


def test_a_day_that_changed_once_is_read_again_and_twice_is_a_conflict(firm, monkeypatch, scene):
    real, changes = queries.draft, [1]

    def meanwhile(given, **more):
        found = real(given, **more)
        if changes:
            changes.pop()
            Job.objects.filter(pk=firm.jobs[0]).update(version=Job.objects.get(pk=firm.jobs[0]).version + 1)
        return found

    monkeypatch.setattr(queries, "draft", meanwhile)
    assert firm.admin.post("routes/plan", firm.body).status_code == 201
    changes += [1, 1]
    answer = firm.admin.post("routes/plan", firm.body, Accept_Language="en")
    assert (answer.status_code, answer.json()["code"]) == (409, "plan_outdated")
    assert Plan.objects.filter(state="done").count() == 1


def test_a_silent_road_engine_is_said_in_the_plan(firm, settings):
    settings.DISTANCE_ENGINE, settings.DISTANCE_URL = "osrm", "http://127.0.0.1:9"
    made = firm.admin.post("routes/plan", firm.body, Accept_Language="kk").json()
    assert made["fallback"] is made["routes"][0]["fallback"] is True
    assert [one["code"] for one in made["remarks"]] == ["estimated"] and "шамамен" in made["remarks"][0]["title"]
    check(made["id"])  # the distances are those of the geodesic provider


def test_reading_is_bounded(firm, django_assert_num_queries):
    firm.planned()
    for path in ("routes", "routes/today"):
        with django_assert_num_queries(3):  # who asks, the clock, and one statement
            firm.phone.get(path)


def test_hours_of_vehicles_and_plants_are_given_and_kept(scene, firm, phone_of):
    made = firm.admin.post("vehicles", {"plate": "777AAA02", "payload_g": 5_000_000, "shift_from": "06:30", "shift_to": "14:00"})
    assert (made.status_code, made.json()["shift_from"], made.json()["shift_to"]) == (201, "06:30", "14:00")
    for wrong, field in (({"shift_from": "14:00", "shift_to": "06:30"}, 422), ({"shift_from": "08:00"}, 422),
                         ({"shift_from": "8:00", "shift_to": "14:00"}, 400), ({"shift_from": "24:00", "shift_to": "14:00"}, 400)):
        assert firm.admin.post("vehicles", {"plate": "778AAA02", "payload_g": 5_000_000} | wrong).status_code == field
    plant = phone_of(firm.plant.actor).post("facilities", {
        "name": "Склад", "point": {"type": "Point", "coordinates": list(cast.SHOP)}, "opens": "09:00", "closes": "17:00"})
    assert (plant.json()["opens"], plant.json()["closes"]) == ("09:00", "17:00")
    assert plan(firm.who, at=clock(9), day=MONDAY)["state"] == "done"
