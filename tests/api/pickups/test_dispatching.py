"""Dry runs, explanations, reassigning, and what a programme says of its offers, over HTTP."""

from __future__ import annotations

import pytest

from collection.dispatch.models import Explanation, Job, Offer
from collection.pickups.models import Pickup
from tests import cast
from tests.api.phone import codes

pytestmark = pytest.mark.django_db


def test_a_dry_run_needs_no_key_and_writes_nothing(scene, manager, shop, request_json):
    near, plant = scene.collector(km=5), scene.recycler()
    answer = manager.post("pickups/dry-run", request_json())
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["wave_size"], told["eligible"], told["checked"]["payable"]) == (1, 1, True)
    [one] = told["contracts"]
    assert (one["number"], one["eligible"], one["cost"]["rank"]) == (near.number, True, 1)
    assert one["cost"]["recycler_contract_id"] == str(plant.contract_id)
    assert told["recyclers"][0]["verdicts"]["capacity"] is True
    assert not Pickup.objects.exists() and not Offer.objects.exists() and not Explanation.objects.exists()
    assert shop.post("pickups/dry-run", request_json()).status_code == 403
    assert manager.post("pickups/dry-run", request_json(declared_g=41 * cast.TONNE)).status_code == 422


def test_an_explanation_has_rules_numbers_and_costs(scene, manager):
    scene.collector(km=5, working_days=None), scene.recycler()
    pickup_id = scene.offered(declared_g=12 * cast.TONNE)
    told = manager.get(f"pickups/{pickup_id}/dispatch-explanation").json()
    [one] = told["contracts"]
    assert (one["payload_g"], one["working_days"], one["cost"]["trips"]) == (5 * cast.TONNE, [1, 2, 3, 4, 5, 6], 3)
    assert told["need"] == {
        "category": "polymer", "region": cast.ALMATY, "mass_g": 12 * cast.TONNE, "day": "2026-03-02", "holiday": False,
        "max_trips": 10, "radius_m": None, "neighbours": []}
    assert told["offers"][0]["rank"] == 1


def test_an_officer_reassigns_a_job_and_nobody_else_may(scene, manager, phone_of):
    first, second = scene.collector(km=1), scene.collector(km=2)
    scene.recycler()
    job_id = scene.accept(first, scene.offered()).job_id
    path, body = f"jobs/{job_id}/reassign", {"contract_id": str(second.contract_id)}
    tag = manager.get(f"jobs/{job_id}")["ETag"]
    assert "reassign" in manager.get(f"jobs/{job_id}").json()["allowed_actions"]
    assert "reassign" not in phone_of(first.actor).get(f"jobs/{job_id}").json()["allowed_actions"]
    assert phone_of(first.actor).post(path, body, If_Match=tag).status_code == 403
    assert manager.post(path, body).status_code == 428
    done = manager.post(path, body, If_Match=tag)
    assert done.status_code == 200, done.content
    assert (done.json()["frozen"], done.json()["contract_id"]) == (True, str(second.contract_id))
    assert Job.objects.get(pk=job_id).state == "withdrawn"


def test_unserved_tonnes_by_district(scene, manager, shop):
    pickup_id = scene.submit()
    scene.advance(pickup_id)
    [found] = manager.get(f"pickups/unserved/by-district?programme={scene.code}").json()["items"]
    assert (found["waiting_n"], found["waiting_g"], found["lost_g"]) == (1, 2 * cast.TONNE, 0)
    assert found["district"] == Pickup.objects.get(pk=pickup_id).district_id
    assert shop.get("pickups/unserved/by-district").status_code == 403
    assert manager.get("pickups/unserved/by-district?days=0").status_code == 400


def test_a_programme_says_how_its_offers_go_out(scene, manager, shop):
    path = f"programmes/{scene.code}"
    read = manager.get(path)
    assert read.json()["widening"] == [{"from_wave": 1, "radius_m": None, "neighbours": False}]
    changed = manager.send("PATCH", path, {
        "wave_size": 5, "offer_life_s": 600, "max_trips": 4, "holidays": ["2026-03-08"], "unserved_alarm_g": None,
        "weights": {"refusal_km": 12.5},
        "widening": [{"from_wave": 1, "radius_m": 50_000}, {"from_wave": 2, "radius_m": 100_000, "neighbours": True}],
    }, If_Match=read["ETag"])
    assert changed.status_code == 200, changed.content
    now = changed.json()
    assert (now["wave_size"], now["max_trips"], now["holidays"], now["weights"]["refusal_km"]) == (5, 4, ["2026-03-08"], 12.5)
    assert now["widening"][1] == {"from_wave": 2, "radius_m": 100_000, "neighbours": True}
    tag = changed["ETag"]
    wrong = manager.send("PATCH", path, {"weights": {"refusal_km": -1}, "widening": [{"from_wave": 2}]}, If_Match=tag)
    assert (wrong.status_code, codes(wrong)) == (
        422, {"/weights/refusal_km": "out_of_range", "/widening/0/from_wave": "out_of_order"})
    for bad in ({"weights": {"refusal_km": "1"}}, {"weights": {"luck": 1}}, {"widening": [{}]}, {"holidays": ["8.3.26"]}):
        assert manager.send("PATCH", path, bad, If_Match=tag).status_code == 400, bad
    assert shop.send("PATCH", path, {"wave_size": 1}, If_Match=tag).status_code == 403


def test_a_plant_and_a_base_have_working_days(scene, phone_of):
    one = scene.contract("full_cycle", base=None, working_days=None)
    phone = phone_of(one.actor)
    [base] = phone.get("bases").json()["items"]
    assert base["working_days"] == [1, 2, 3, 4, 5, 6]
    for path in (f"bases/{base['id']}", f"facilities/{one.facility_id}"):
        tag = phone.get(path)["ETag"]
        assert phone.send("PATCH", path, {"working_days": [7, 1]}).status_code == 428
        done = phone.send("PATCH", path, {"working_days": [7, 1]}, If_Match=tag)
        assert (done.status_code, done.json()["working_days"]) == (200, [1, 7]), done.content
        assert phone.send("PATCH", path, {"working_days": [1]}, If_Match=tag).status_code == 412
        assert phone.send("PATCH", path, {"working_days": [8]}, If_Match=done["ETag"]).status_code == 400
        assert phone.send("PATCH", path, {"working_days": []}, If_Match=done["ETag"]).status_code == 422
