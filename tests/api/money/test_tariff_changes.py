"""Rates of days that have begun, over HTTP: supposed, proposed by one person, approved by another, to the tiyn."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from collection.audit.models import AuditLine
from collection.contracts.models import Tariff, TariffChange
from collection.kernel.actor import HOUSE
from collection.payouts import operations as payouts, queries
from collection.payouts.models import AccrualLine
from notifications.models import OutboxRow
from tests.cast import AT

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)
OLD, NEW = 39_141_25, 43_250_00  # tiyn for a tonne of polymer collected: 9.05 and 10.00 x 4,325 tenge
TRANSPORT = 32_048_25  # 7.41 x 4,325 tenge


def proposed(desk, scene, coefficient="10.00"):
    return desk.manager.post(f"programmes/{scene.code}/tariff-changes", {
        "reason": "decree No 5, in force from 1 March", "tariffs": [{
            "category": "polymer", "stage": "collection", "coefficient": coefficient, "valid_from": "2026-03-01",
            "source": "decree No 5"}]})


def step(phone, scene, change_id, verb, **more):
    return phone.post(f"programmes/{scene.code}/tariff-changes/{change_id}/{verb}", **more)


def collected():
    return list(AccrualLine.objects.filter(stage="collection").order_by("id").values_list("edition", "amount_tiyn"))


def periods(scene):
    return list(Tariff.objects.filter(programme=scene.programme.id, category="polymer", stage="collection")
                .order_by("valid").values_list("coefficient", "valid"))


def test_supposed_then_proposed_then_approved_and_the_claim_is_worth_what_was_supposed(
        desk, scene, haul, office, earned):
    supposed = desk.manager.post("tariffs/simulate", {"programme": scene.code, "month": "2026-03", "coefficients": [
        {"category": "polymer", "stage": "collection", "coefficient": "10.00"}]}).json()
    assert supposed["difference_tiyn"] == NEW - OLD
    made = proposed(desk, scene)
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["state"], told["proposed_by"], told["approved_by"]) == (
        "proposed", str(scene.manager.user_id), None)
    assert [(one["category"], one["stage"], Decimal(one["coefficient"])) for one in told["tariffs"]] == [
        ("polymer", "collection", Decimal(10))]
    assert collected() == [(1, OLD)] and [one[0] for one in periods(scene)] == [Decimal("9.05")]  # a word, no more
    key = str(uuid4())
    done = step(desk.finance, scene, told["id"], "approve", key=key)
    assert (done.status_code, done.json()["state"], done.json()["approved_by"]) == (
        200, "approved", str(scene.finance.user_id))
    ring = OutboxRow.objects.filter(task="tariffs.changed", object_id=scene.programme.id)
    rings = ring.count()
    replay = step(desk.finance, scene, told["id"], "approve", key=key)  # the answer was lost on the way
    assert (replay.json(), replay.headers["Idempotency-Replayed"], ring.count()) == (done.json(), "true", rings)
    assert rings >= 1
    assert [(one[0], one[1].lower, one[1].upper) for one in periods(scene)] == [
        (Decimal("9.05"), date(2024, 1, 1), MARCH), (Decimal(10), MARCH, None)]
    # What the ring calls, as the task does
    priced = payouts.reprice(actor=HOUSE, at=AT, programme_id=scene.programme.id)
    assert (priced.facts, priced.lines, priced.amount_tiyn) == (1, 2, NEW - OLD)
    assert collected() == [(1, OLD), (2, -OLD), (3, NEW)]
    assert office.prepared(haul.collector, AT, MARCH).amount_tiyn == NEW + TRANSPORT
    assert queries.recompute_check().differences == ()
    assert [one["id"] for one in desk.auditor.get(f"programmes/{scene.code}/tariff-changes").json()["items"]] == [told["id"]]
    verbs = AuditLine.objects.filter(object_id=told["id"]).order_by("id").values_list("verb", "actor_id")
    assert list(verbs) == [("tariff_change.propose", scene.manager.user_id),
                           ("tariff_change.approve", scene.finance.user_id)]


def test_never_by_the_person_who_proposed_it_nor_by_another_role(desk, scene, earned):
    told = proposed(desk, scene).json()
    for phone in (desk.manager, desk.inspector, desk.collector, desk.auditor):
        assert step(phone, scene, told["id"], "approve").status_code == 403
    TariffChange.objects.filter(pk=told["id"]).update(proposed_by=scene.finance.user_id)
    refused = step(desk.finance, scene, told["id"], "approve")
    assert (refused.status_code, refused.json()["code"]) == (403, "same_person")
    assert TariffChange.objects.get().state == "proposed" and collected() == [(1, OLD)]
    assert step(desk.second, scene, told["id"], "approve").status_code == 200


def test_withdrawn_is_the_end_of_it(desk, scene, earned):
    told = proposed(desk, scene).json()
    gone = step(desk.manager, scene, told["id"], "withdraw")
    assert (gone.status_code, gone.json()["state"]) == (200, "withdrawn")
    late = step(desk.finance, scene, told["id"], "approve")
    assert (late.status_code, late.json()["code"]) == (409, "wrong_state")
    assert payouts.reprice(actor=HOUSE, at=AT, programme_id=scene.programme.id).lines == 0
    assert collected() == [(1, OLD)] and len(periods(scene)) == 1


def test_what_is_not_there_and_what_cannot_be(desk, scene):
    assert step(desk.finance, scene, uuid4(), "approve").status_code == 404
    other = proposed(desk, scene).json()["id"]
    assert desk.finance.post(f"programmes/other/tariff-changes/{other}/approve").status_code == 404
    for coefficient, status in (("0", 422), ("9999", 422), ("-1", 400), (10, 400)):
        refused = proposed(desk, scene, coefficient)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (status, "/tariffs/0/coefficient")
    row = {"category": "polymer", "stage": "collection", "coefficient": "10", "valid_from": "2026-03-01", "source": "x"}
    for second, status, named in ((row | {"coefficient": "0"}, 422, ["/tariffs/1/coefficient"]),
                                  (row, 422, ["/tariffs/0/valid_from", "/tariffs/1/valid_from"])):
        refused = desk.manager.post(f"programmes/{scene.code}/tariff-changes", {"reason": "x", "tariffs": [row, second]})
        assert (refused.status_code, [one["pointer"] for one in refused.json()["errors"]]) == (status, named)
    assert TariffChange.objects.count() == 1
