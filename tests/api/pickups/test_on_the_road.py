"""Offers, acceptance, the road and the officer, over HTTP: statuses, versions, and who gets told no."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from collection.custody.models import Weighing
from collection.custody.operations.loads import Load, load
from collection.dispatch.models import Job, Offer
from collection.kernel.clock import frozen
from collection.kernel.db import transaction
from collection.kernel.ids import uuid7
from collection.pickups.models import Pickup
from collection.registry.models import Scale
from tests import cast
from tests.api.phone import codes

pytestmark = pytest.mark.django_db


@pytest.fixture
def play(scene, phone_of):
    """A pickup on offer to two collectors; a third has no part in it."""
    class Play:
        near, far = scene.collector(km=1), scene.collector(km=2)
        plant = scene.recycler()
        pickup_id = scene.offered(note="Ключ у сторожа")
        offer_id = scene.offer_of(near, pickup_id)
        far_offer_id = scene.offer_of(far, pickup_id)
        outsider = phone_of(scene.collector(quotas={"glass": cast.TONNE}).actor)
        winner, loser, recycler = phone_of(near.actor), phone_of(far.actor), phone_of(plant.actor)

        def accept(self):
            return self.winner.post(f"offers/{self.offer_id}/accept").json()["job_id"]

    return Play()


def problem(answer):
    return answer.status_code, answer.json()["code"]


def test_an_offer_is_seen_taken_and_lost(play, scene, shop):
    [seen] = play.winner.get("offers?state=open").json()["items"]
    assert (seen["id"], seen["distance_m"], seen["rank"], seen["allowed_actions"]) == (
        str(play.offer_id), 1_000, 1, ["accept", "decline"])
    assert play.winner.get(f"offers/{play.offer_id}").json() == seen
    assert seen["place"]["address"] is None

    won = play.winner.post(f"offers/{play.offer_id}/accept")
    assert won.status_code == 200
    assert won.json() == {
        "offer_id": str(play.offer_id), "pickup_id": str(play.pickup_id), "job_id": won.json()["job_id"],
        "contract_id": str(play.near.contract_id), "recycler_contract_id": str(play.plant.contract_id),
        "facility_id": str(play.plant.facility_id), "accepted_at": "2026-03-02T04:00:00Z"}
    again = play.winner.post(f"offers/{play.offer_id}/accept")  # a new key: the answer was lost
    assert (again.status_code, again.content) == (200, won.content)
    assert problem(play.loser.post(f"offers/{play.far_offer_id}/accept")) == (409, "offer_already_taken")
    assert play.winner.get(f"jobs/{won.json()['job_id']}").json()["place"]["address"] == "Абай 1"
    assert shop.get(f"pickups/{play.pickup_id}").json()["handover_code"] == Pickup.objects.get().handover_code


def test_accepting_is_six_statements(play, django_assert_num_queries):
    """Who calls, the key, the win, audit, notices, the stored reply (and the transaction's savepoint)."""
    with django_assert_num_queries(6 + 2):
        play.winner.post(f"offers/{play.offer_id}/accept")


def test_b65(play, scene, shop):
    """Expired 410, cancelled 409, taken 409, not offered to me 404, twice by the winner the same."""
    for who, offer in ((play.outsider, play.offer_id), (play.winner, play.far_offer_id), (play.winner, uuid4())):
        assert problem(who.post(f"offers/{offer}/accept")) == (404, "not_found")
    with frozen(scene.at + timedelta(seconds=900)):
        assert problem(play.winner.post(f"offers/{play.offer_id}/accept")) == (410, "offer_expired")
        assert problem(play.winner.post(f"offers/{play.offer_id}/decline", {"reason": "other"})) == (410, "offer_expired")
    tag = shop.get(f"pickups/{play.pickup_id}")["ETag"]
    assert shop.post(f"pickups/{play.pickup_id}/cancel", {"reason": "mistake"}, If_Match=tag).status_code == 200
    assert problem(play.winner.post(f"offers/{play.offer_id}/accept")) == (409, "offer_withdrawn")


def test_a_refused_acceptance_keeps_no_key(play, scene):
    """Only good replies are stored: the same key may be tried again when the reason is gone."""
    key = str(uuid4())
    with frozen(scene.at + timedelta(seconds=900)):
        assert play.winner.post(f"offers/{play.offer_id}/accept", key=key).status_code == 410
    assert play.winner.post(f"offers/{play.offer_id}/accept", key=key).status_code == 200


def test_declined_with_a_reason(play):
    assert codes(play.winner.post(f"offers/{play.offer_id}/decline", {"reason": "bored"})) == {"/reason": "not_a_choice"}
    said = play.winner.post(f"offers/{play.offer_id}/decline", {"reason": "too_far"})
    assert (said.status_code, said.json()["state"], said.json()["reason"]) == (200, "declined", "too_far")
    assert problem(play.winner.post(f"offers/{play.offer_id}/accept")) == (409, "wrong_state")


def test_the_road(play, scene, phone_of, shop):
    job_id = play.accept()
    driver = cast.member(play.near.actor.organisation_id, "driver")
    wheel = phone_of(driver)
    assert wheel.get(f"jobs/{job_id}").status_code == 404
    tag = play.winner.get(f"jobs/{job_id}")["ETag"]
    hands = {"driver_id": str(driver.user_id), "vehicle_id": str(play.near.vehicle_id)}
    assert play.winner.post(f"jobs/{job_id}/assign-driver", hands, If_Match=tag).status_code == 200
    assert wheel.get("jobs").json()["items"][0]["id"] == job_id
    assert wheel.post(f"jobs/{job_id}/en-route").json()["state"] == "en_route"
    told = wheel.post(f"jobs/{job_id}/incidents", {"kind": "no_access", "note": "Шлагбаум"})
    assert (told.status_code, told.json()["incidents"][0]["note"]) == (201, "Шлагбаум")
    unknown = wheel.post(f"jobs/{job_id}/incidents", {"kind": "no_access", "upload_ids": [str(driver.user_id)]})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/upload_ids/0")
    assert wheel.post(f"jobs/{job_id}/arrive").json()["allowed_actions"] == ["collect", "fail", "report_incident"]
    assert wheel.post(f"jobs/{job_id}/arrive").status_code == 200
    assert problem(wheel.post(f"jobs/{job_id}/en-route")) == (409, "wrong_state")
    steps = [one["step"] for one in shop.get(f"pickups/{play.pickup_id}").json()["timeline"]]
    assert steps == ["submitted", "offered", "assigned", "accepted", "en_route", "arrived"]
    assert wheel.post(f"jobs/{job_id}/withdraw", {"reason": "other"}, If_Match='"5-driver"').status_code == 403


def test_the_pickup_s_version_follows_its_job(play, shop):
    """Whoever polls with the ETag must see that the driver has set out."""
    job_id, path = play.accept(), f"pickups/{play.pickup_id}"
    before = shop.get(path)["ETag"]
    assert shop.get(path, If_None_Match=before).status_code == 304
    play.winner.post(f"jobs/{job_id}/en-route")
    assert shop.get(path, If_None_Match=before).status_code == 200


def test_given_back_and_failed(play, scene, shop, phone_of):
    job_id = play.accept()
    tag = play.winner.get(f"jobs/{job_id}")["ETag"]
    assert play.winner.post(f"jobs/{job_id}/withdraw", {"reason": "breakdown"}, If_Match=tag).json()["state"] == "withdrawn"
    assert shop.get(f"pickups/{play.pickup_id}").json()["state"] == "submitted"
    third = scene.collector(km=9)
    assert scene.advance(play.pickup_id) == "offered"
    phone = phone_of(third.actor)
    job_id = phone.post(f"offers/{scene.offer_of(third, play.pickup_id)}/accept").json()["job_id"]
    tag = phone.get(f"jobs/{job_id}")["ETag"]
    failed = phone.post(f"jobs/{job_id}/fail", {"kind": "nobody_there"}, If_Match=tag).json()
    assert (failed["state"], failed["reason"], failed["incidents"][0]["kind"]) == (
        "failed", "nobody_there", "nobody_there")
    assert shop.get(f"pickups/{play.pickup_id}").json()["state"] == "failed"


@pytest.mark.parametrize("what", ["cancel", "assign", "assign-driver", "withdraw", "fail"])
def test_b67_state_actions_want_the_version_that_was_seen(play, shop, manager, scene, what):
    job_id = play.accept()
    who, path, body = {
        "cancel": (shop, f"pickups/{play.pickup_id}/cancel", {"reason": "mistake"}),
        "assign": (manager, f"pickups/{play.pickup_id}/assign", {"contract_id": str(play.far.contract_id)}),
        "assign-driver": (play.winner, f"jobs/{job_id}/assign-driver", {
            "driver_id": str(play.near.actor.user_id), "vehicle_id": str(play.near.vehicle_id)}),
        "withdraw": (play.winner, f"jobs/{job_id}/withdraw", {"reason": "other"}),
        "fail": (play.winner, f"jobs/{job_id}/fail", {"kind": "unsafe"}),
    }[what]
    tag = who.get(path.rsplit("/", 1)[0])["ETag"]
    assert problem(who.post(path, body)) == (428, "if_match_missing")
    assert who.post(path, body, If_Match="*").status_code == 428
    for stale in (f"W/{tag}", '"99-' + tag.split("-")[1], '"nonsense"', tag.replace("_admin", "").replace("manager", "auditor")):
        assert problem(who.post(path, body, If_Match=stale)) == (412, "stale_version")
    assert who.post(path, body, If_Match=tag).status_code == 200


def test_b66_what_comes_too_late_names_the_state(play, shop):
    job_id = play.accept()
    tag = play.winner.get(f"jobs/{job_id}")["ETag"]
    play.winner.post(f"jobs/{job_id}/fail", {"kind": "unsafe"}, If_Match=tag)
    tag = shop.get(f"pickups/{play.pickup_id}")["ETag"]
    late = shop.post(f"pickups/{play.pickup_id}/cancel", {"reason": "mistake"}, If_Match=tag)
    assert problem(late) == (409, "wrong_state")
    assert (late.json()["state"], late.json()["allowed_actions"]) == ("failed", [])


def test_b47_a_stranger_s_things_read_as_unknown(play, scene, phone_of, shop):
    job_id, stranger = play.accept(), phone_of(scene.stranger.actor)
    for who, paths in (
        (stranger, [f"pickups/{play.pickup_id}", f"jobs/{job_id}"]),
        (play.outsider, [f"pickups/{play.pickup_id}", f"offers/{play.offer_id}", f"jobs/{job_id}"]),
        (play.loser, [f"pickups/{play.pickup_id}", f"offers/{play.offer_id}", f"jobs/{job_id}"]),
    ):
        for path in paths:
            theirs, nobodys = who.get(path), who.get(f"{path.split('/')[0]}/{uuid4()}")
            assert problem(theirs) == (404, "not_found") == problem(nobodys)
            ignore = ("trace_id", "instance")
            assert {k: v for k, v in theirs.json().items() if k not in ignore} == {
                k: v for k, v in nobodys.json().items() if k not in ignore}
    for who, path, body in (
        (stranger, f"pickups/{play.pickup_id}/cancel", {"reason": "mistake"}),
        (play.loser, f"jobs/{job_id}/withdraw", {"reason": "other"}), (play.loser, f"jobs/{job_id}/fail", {"kind": "unsafe"}),
    ):
        assert problem(who.post(path, body, If_Match=f'"1-{who.actor.role}"')) == (404, "not_found")
    for path in (f"jobs/{job_id}/en-route", f"jobs/{job_id}/arrive"):
        assert problem(play.loser.post(path)) == (404, "not_found")
    theirs = {"driver_id": str(play.far.actor.user_id), "vehicle_id": str(play.far.vehicle_id)}
    tag = play.winner.get(f"jobs/{job_id}")["ETag"]
    answer = play.winner.post(f"jobs/{job_id}/assign-driver", theirs, If_Match=tag)
    assert (answer.status_code, codes(answer)) == (404, {"/driver_id": "not_found", "/vehicle_id": "not_found"})
    assert play.winner.get(f"offers?pickup={uuid4()}").json()["items"] == []


def test_the_unserved_queue_its_explanation_and_the_officer(scene, shop, manager, request_json, phone_of):
    pickup_id = shop.post("pickups", request_json()).json()["id"]
    near = scene.collector(km=3, quotas={"paper": cast.TONNE})
    assert scene.advance(pickup_id) == "unserved"
    [queued] = manager.get(f"pickups/unserved?programme={scene.code}").json()["items"]
    assert (queued["id"], queued["reason"]) == (pickup_id, "no_collector")
    assert [one["number"] for one in queued["explanation"]["contracts"]] == [near.number]
    told = manager.get(f"pickups/{pickup_id}/dispatch-explanation").json()
    assert (told["wave"], told["waves"], told["eligible"], told["offers"]) == (1, [1], 0, [])
    assert [name for name, holds in told["contracts"][0]["verdicts"].items() if not holds] == ["category"]
    assert manager.get(f"pickups/{pickup_id}/dispatch-explanation?wave=2").status_code == 404
    for path in ("pickups/unserved", f"pickups/{pickup_id}/dispatch-explanation"):
        assert shop.get(path).status_code == 403

    tag = manager.get(f"pickups/{pickup_id}")["ETag"]
    refused = manager.post(f"pickups/{pickup_id}/assign", {"contract_id": str(near.contract_id)}, If_Match=tag)
    assert problem(refused) == (422, "contract_not_eligible")
    assert refused.json()["verdicts"]["category"] is False
    far, _ = scene.collector(km=120), scene.recycler()
    given = manager.post(f"pickups/{pickup_id}/assign", {"contract_id": str(far.contract_id)}, If_Match=tag)
    assert (given.status_code, given.json()["state"], given.json()["handover_code"]) == (200, "accepted", None)
    assert Job.objects.get(pickup=pickup_id).contract_id == far.contract_id
    assert phone_of(far.actor).get("jobs").json()["items"][0]["pickup_id"] == pickup_id
    assert Offer.objects.get(pickup=pickup_id).reason == "assigned"


def test_lists_are_two_statements_for_everybody(play, scene, shop, manager, django_assert_num_queries):
    play.accept()
    for who, path in ((shop, "pickups"), (play.winner, "pickups"), (play.recycler, "pickups"), (manager, "pickups"),
                      (play.winner, "offers"), (manager, "offers"), (play.winner, "jobs"), (shop, "jobs"),
                      (manager, "jobs"), (manager, "pickups/unserved")):
        with django_assert_num_queries(2):
            assert who.get(path).status_code == 200


def test_the_timeline_goes_on_in_grams_after_the_hand_over(play, scene, shop):
    """Declared 2 t, loaded, weighed at 1.800 t: the row rests, and its tag follows what is shown."""
    job_id, path = play.accept(), f"pickups/{play.pickup_id}"
    code = shop.get(path).json()["handover_code"]
    with transaction():
        [loaded] = load(actor=play.near.actor, at=scene.at, loads=[Load(
            job_id=UUID(job_id), handover_code=code, loaded_at=scene.at, vehicle_id=play.near.vehicle_id)])
    seen = shop.get(path)
    assert (seen.json()["state"], seen.json()["handover_code"], seen.json()["allowed_actions"]) == ("fulfilled", None, [])
    assert [(one["of"], one["step"], one["mass_g"]) for one in seen.json()["timeline"]] == [
        ("pickup", "submitted", 2 * cast.TONNE), ("pickup", "offered", None), ("job", "assigned", None),
        ("pickup", "accepted", None), ("pickup", "fulfilled", None), ("job", "done", None), ("consignment", "loaded", None)]
    assert shop.get(path, If_None_Match=seen["ETag"]).status_code == 304
    Weighing.objects.create(
        id=uuid7(scene.at), consignment_id=loaded.id, scale=Scale.objects.create(
            id=uuid7(scene.at), organisation_id=play.plant.actor.organisation_id, serial="S1", certificate_number="C",
            certified_from=scene.at.date(), certified_until=scene.at.date(), created_at=scene.at),
        ticket_number="1", occurred_at=scene.at, recorded_at=scene.at, gross_g=2_800_000, tare_g=1_000_000,
        certified_from=scene.at.date(), certified_until=scene.at.date())
    after = shop.get(path, If_None_Match=seen["ETag"])
    assert (after.status_code, after.json()["timeline"][-1]["mass_g"]) == (200, 1_800_000)
