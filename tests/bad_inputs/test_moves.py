"""Moves that come too late, twice, or from the wrong hands: B65-B68, over HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from collection.accounts import steps as accounts
from collection.dispatch import operations as dispatch
from collection.dispatch.models import Job, Offer
from collection.kernel.clock import frozen
from collection.kernel.ids import uuid7
from collection.pickups.models import Pickup
from tests.bad_inputs.forms import instant, pickup_form, refused, weighing_form

pytestmark = pytest.mark.django_db
MISTAKE = {"reason": "mistake"}


def accept(phone, offer_id, **options):
    return phone.post(f"offers/{offer_id}/accept", **options)


def test_b65_expired(scene, phone_of, unwritten):
    one, _ = scene.collector(), scene.recycler()
    offer, phone = scene.offer_of(one, scene.offered()), phone_of(one.actor)
    with frozen(scene.at + timedelta(seconds=900)), unwritten():
        refused(accept(phone, offer), 410, "offer_expired")


def test_b65_cancelled(scene, phone_of, unwritten, shop):
    one, _ = scene.collector(), scene.recycler()
    pickup = scene.offered()
    version = shop.get(f"pickups/{pickup}")["ETag"]
    assert shop.post(f"pickups/{pickup}/cancel", MISTAKE, If_Match=version).json()["state"] == "cancelled"
    phone = phone_of(one.actor)
    with unwritten():
        refused(accept(phone, scene.offer_of(one, pickup)), 409, "offer_withdrawn")


def test_b65_taken_and_the_winner_asking_twice(scene, phone_of, unwritten):
    winner, loser, _ = scene.collector(km=1), scene.collector(km=2), scene.recycler()
    pickup = scene.offered()
    first, late = phone_of(winner.actor), phone_of(loser.actor)
    taken = accept(first, scene.offer_of(winner, pickup))
    assert (taken.status_code, Pickup.objects.get().state, Job.objects.count()) == (200, "accepted", 1)
    with unwritten():
        refused(accept(late, scene.offer_of(loser, pickup)), 409, "offer_already_taken")
    again = accept(first, scene.offer_of(winner, pickup))
    assert (again.status_code, again.json(), Job.objects.count()) == (200, taken.json(), 1)


def test_b65_not_offered_to_me(scene, phone_of, unwritten, shop):
    one, other, _ = scene.collector(), scene.collector(quotas={"paper": 10**6}), scene.recycler()
    offer, phone = scene.offer_of(one, scene.offered()), phone_of(other.actor)
    with unwritten():
        for unknown in (offer, uuid7(scene.at)):
            refused(accept(phone, unknown), 404, "not_found")
        refused(accept(shop, offer), 403, "forbidden")


def test_b65_my_own_pickup(scene, phone_of, unwritten):
    """Dispatch never offers it; were such an offer there all the same, it could not be accepted."""
    one, _ = scene.collector(), scene.recycler()
    mine = scene.generator.actor
    user = accounts.add_user(id=uuid7(scene.at), phone="+77059999999", name="", language="ru", at=scene.at)
    accounts.add_membership(id=uuid7(scene.at), user_id=user, organisation_id=mine.organisation_id,
                            role="collector_admin", at=scene.at)
    me = replace(mine, user_id=user, role="collector_admin")
    own, phone = scene.collector(who=me), phone_of(me)
    pickup = scene.offered()
    offer = Offer.objects.get(pickup=pickup, contract=one.contract_id)
    offer.pk, offer.contract_id, offer.organisation_id, offer.rank = (
        uuid7(scene.at), own.contract_id, mine.organisation_id, 2)
    offer.save(force_insert=True)
    with unwritten():
        refused(accept(phone, offer.pk), 403, "own_pickup")


def test_b66_custody_out_of_order(haul, phone_of, unwritten):
    """Each step names the state and what is allowed in it."""
    at = haul.scene.at
    collector, recycler = phone_of(haul.collector.actor), phone_of(haul.recycler.actor)
    mine, theirs = collector.actor.role, recycler.actor.role
    (load,) = haul.loaded(at)
    receipt = {"accepted_g": 1, "refused_g": 0, "occurred_at": instant(at)}
    with unwritten():
        for answer in (
            collector.post(f"consignments/{load}/deliver", If_Match=f'"1-{mine}"'),
            recycler.post(f"consignments/{load}/receipt", receipt, If_Match=f'"1-{theirs}"'),
        ):
            refused(answer, 409, "wrong_state")
            assert (answer.json()["state"], answer.json()["allowed_actions"]) == ("loaded", ["weigh"])
    path = f"consignments/{load}/weighing"
    assert recycler.post(path, weighing_form(haul), If_Match=f'"1-{theirs}"').status_code == 201
    with unwritten():
        again = recycler.post(path, weighing_form(haul), If_Match=f'"2-{theirs}"')
        refused(again, 409, "wrong_state")
        assert (again.json()["state"], again.json()["allowed_actions"]) == (
            "weighed", ["deliver", "store", "split", "group"])


def test_b66_collected_before_accepted_and_cancelled_after_weighing(haul, phone_of, unwritten, shop):
    scene, driver = haul.scene, phone_of(haul.driver)
    pickup = scene.offered()
    with unwritten():  # before anybody has accepted there is no job to collect for
        refused(driver.post(f"jobs/{pickup}/collect", {
            "loaded_at": instant(scene.at), "handover_code": "000000"}, If_Match='"1-driver"'), 404)
    job = dispatch.accept_offer(
        actor=haul.driver, at=scene.at, offer_id=scene.offer_of(haul.collector, pickup)).job_id
    collected = driver.post(f"jobs/{job}/collect", {
        "loaded_at": instant(scene.at), "handover_code": Pickup.objects.get().handover_code, "plate": "001AAA02"},
        If_Match='"1-driver"')
    assert collected.status_code == 201, collected.json()
    load = collected.json()["id"]
    weighed = driver.post(f"consignments/{load}/weighing", weighing_form(haul), If_Match='"1-driver"')
    assert (weighed.status_code, Pickup.objects.get().state) == (201, "fulfilled")
    with unwritten():
        tag = f'"{Pickup.objects.get().version}-generator_admin"'
        answer = shop.post(f"pickups/{pickup}/cancel", MISTAKE, If_Match=tag)
        refused(answer, 409, "wrong_state")
        assert (answer.json()["state"], answer.json()["allowed_actions"]) == ("fulfilled", [])


def test_b66_claimed_before_it_is_received(haul, phone_of):
    """What nobody has received is not in a claim, so it cannot be paid for."""
    collector = phone_of(haul.collector.actor)
    haul.loaded(haul.scene.at)
    made = collector.post("claims", {"contract_id": str(haul.collector.contract_id), "month": "2026-02"})
    assert made.status_code in (409, 422), made.json()


def test_b67_versions(scene, shop, unwritten):
    pickup = scene.submit()
    path = f"pickups/{pickup}/cancel"
    good = shop.get(f"pickups/{pickup}")["ETag"]
    assert good == '"1-generator_admin"'
    with unwritten():
        refused(shop.post(path, MISTAKE), 428, "if_match_missing")
        refused(shop.post(path, MISTAKE, If_Match="*"), 428, "if_match_missing")  # the rule: say which you saw
        for tag in ('"7-generator_admin"', f"W/{good}", '"1-manager"', "1", '"1"'):
            refused(shop.post(path, MISTAKE, If_Match=tag), 412, "stale_version")
    assert shop.post(path, MISTAKE, If_Match=good).json()["state"] == "cancelled"


def test_b68_keys(scene, shop, unwritten):
    form = pickup_form(scene)
    with unwritten():
        refused(shop.send("POST", "pickups", form), 400, "idempotency_key_missing")
        refused(shop.send("POST", "pickups", form, Idempotency_Key=""), 400, "idempotency_key_missing")
        for key in ("x" * 300, "123", f"{{{uuid4()}}}", "٣"):
            refused(shop.send("POST", "pickups", form, Idempotency_Key=key), 400, "idempotency_key_invalid")
    key = str(uuid4())
    first = shop.post("pickups", form, key=key)
    with unwritten():
        again = shop.post("pickups", form, key=key)
        assert (again.content, again["Idempotency-Replayed"]) == (first.content, "true")
        refused(shop.post("pickups", form | {"declared_g": 1}, key=key), 422, "idempotency_key_reused")
    assert Pickup.objects.count() == 1
