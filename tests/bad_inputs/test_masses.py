"""Masses, B1-B14: every field that ends in `_g`, wherever it is read."""

from __future__ import annotations

import time

import pytest

from api.http.fields import StrictInteger
from collection.custody import operations as custody
from collection.custody.models import Consignment, Weighing
from collection.kernel.actor import HOUSE
from collection.payouts import operations as payouts
from tests.bad_inputs.doors import slots
from tests.bad_inputs.forms import pickup_form, refused, weighing_form, with_literal
from tests.cast import TONNE

pytestmark = pytest.mark.django_db
TOO_LARGE_FOR_A_NUMBER = "number_out_of_range"


@pytest.fixture
def blamed(phones, unwritten, scene, shop):
    """`blamed(literal, code)`: every mass refuses it under its own pointer, and a request that is good otherwise too."""
    def blamed(literal: str, code: str) -> None:
        found = slots(StrictInteger, ending="_g")
        assert {"/declared_g", "/gross_g", "/tare_g", "/accepted_g", "/refused_g", "/product_g", "/payload_g",
                "/capacities/0/monthly_g", "/categories/0/quota_g"} <= {slot.pointer for slot in found}
        for slot in found:
            answer = slot.door.send(phones, slot.json(literal))
            named = {one["pointer"]: one["code"] for one in answer.json()["errors"]}
            assert answer.status_code == 400, (slot, literal, named)
            assert named.get(slot.pointer, named.get("")) == code, (slot, literal, named)
        whole = refused(shop.post("pickups", with_literal(pickup_form(scene), "declared_g", literal)), 400)
        assert whole in ({"/declared_g": code}, {"": code})

    with unwritten():
        yield blamed


def test_b01_not_a_number_as_text(blamed):
    for literal in ('"NaN"', '"sNaN"', '"Infinity"', '"-Infinity"'):
        blamed(literal, "not_an_integer")


def test_b02_not_a_number_bare(blamed):
    for literal in ("NaN", "Infinity", "-Infinity"):
        blamed(literal, "not_a_number")


def test_b03_more_than_a_double_holds(blamed):
    for literal in ("1e400", "-1e400", "1e-400"):
        blamed(literal, TOO_LARGE_FOR_A_NUMBER)


@pytest.mark.parametrize("literal", [
    "1e308", "1E+400", "1e999999999", "9" * 400, "9" * 1001, "9" * 900_000, "9223372036854775808"])
def test_b04_monsters_are_refused_at_once(shop, scene, unwritten, literal):
    body = with_literal(pickup_form(scene), "declared_g", literal)
    with unwritten():
        began = time.process_time()
        answer = shop.post("pickups", body)
        assert time.process_time() - began < 0.5  # the row asks for 50 ms; the margin is for a busy machine
    assert refused(answer, 400) in (
        {"": TOO_LARGE_FOR_A_NUMBER}, {"/declared_g": "not_an_integer"}, {"/declared_g": "too_large"})


def test_b05_nothing_and_less(shop, scene, unwritten, phones):
    with unwritten():
        for literal, code in (("-1", "too_small"), ("0", "too_small"), ("-0", "too_small"), ("-0.0", "not_an_integer")):
            answer = shop.post("pickups", with_literal(pickup_form(scene), "declared_g", literal))
            assert refused(answer, 400) == {"/declared_g": code}
        for slot in slots(StrictInteger, ending="_g"):
            if slot.field.min_value >= 0:  # quotas, capacities and payloads are the registry's to judge
                answer = slot.door.send(phones, slot.json(str(slot.field.min_value - 1)))
                assert refused(answer, 400)[slot.pointer] == "too_small"


def test_b05_a_vehicle_carries_something(unwritten, phones):
    with unwritten():
        for payload_g in (0, -1):
            answer = phones("collector_admin").post("vehicles", {"plate": "777AAA01", "payload_g": payload_g})
            assert refused(answer, 400) == {"/payload_g": "too_small"}


def test_b06_underscores(blamed):
    blamed('"1_000"', "not_an_integer")
    blamed("1_000", "not_json")


def test_b07_other_digits(blamed):
    for literal in ('"٣"', '"１２"', '"१.५"'):
        blamed(literal, "not_an_integer")
    blamed("٣", "not_json")


def test_b08_text_and_fractions_are_no_integers(blamed):
    for literal in ('" 5 "', '"5"', '"+5"', '"1e3"', "5.0", "5e0", "1e3"):
        blamed(literal, "not_an_integer")
    blamed("+5", "not_json")


def test_b09_invisible_hexadecimal_and_comma(blamed):
    for literal in ('"5\u200b"', '"0x10"', '"1,5"'):
        blamed(literal, "not_an_integer")
    blamed("0x10", "not_json")


def test_b10_other_kinds_of_value(blamed):
    for literal in ("true", "[]", "{}", '""'):
        blamed(literal, "not_an_integer")


def test_b10_null(phones, shop, scene, unwritten):
    with unwritten():
        assert refused(shop.post("pickups", pickup_form(scene, declared_g=None)), 400) == {"/declared_g": "null"}
        for slot in slots(StrictInteger, ending="_g"):
            if slot.field.allow_null:
                continue  # a threshold that is not set
            answer = slot.door.send(phones, slot.json("null"))
            assert refused(answer, 400)[slot.pointer] == "null"


def test_b11_parts_of_a_gram(blamed):
    for literal in ("0.0005", "1.5", "2000000.000000000000000000001"):
        blamed(literal, "not_an_integer")


def test_b12_more_than_a_lorry_carries(shop, scene, unwritten):
    with unwritten():
        for path in ("pickups", "pickups/check"):
            answer = shop.post(path, pickup_form(scene, declared_g=40 * TONNE + 1))
            assert refused(answer, 422) == {"/declared_g": "over_road_limit"}
    assert shop.post("pickups", pickup_form(scene, declared_g=40 * TONNE)).status_code == 201


def test_b12_a_ticket_over_forty_tonnes(haul, phone_of, unwritten):
    driver, (load,) = phone_of(haul.recycler.actor), haul.loaded(haul.scene.at)
    with unwritten():
        answer = driver.post(f"consignments/{load}/weighing", weighing_form(haul, gross_g=52 * TONNE + 1),
                             If_Match=f'"1-{driver.actor.role}"')
        assert (answer.json()["code"], refused(answer, 422)) == ("over_road_limit", {"/gross_g": "over_road_limit"})


def test_b12_ten_times_the_payload_is_taken_and_held(haul, phone_of):
    recycler, lorry = phone_of(haul.recycler.actor), haul.lorry(payload_g=2 * TONNE)
    (load,) = haul.loaded(haul.scene.at, vehicle_id=lorry, plate="")
    answer = recycler.post(f"consignments/{load}/weighing", weighing_form(haul, gross_g=32 * TONNE),
                           If_Match=f'"1-{recycler.actor.role}"')
    assert (answer.status_code, answer.json()["net_g"]) == (201, 20 * TONNE)
    assert Weighing.objects.get().net_g == 20 * TONNE
    custody.deliver(actor=HOUSE, at=haul.scene.at, consignment_ids=[load])
    custody.receive(actor=HOUSE, at=haul.scene.at, receipts=[custody.NewReceipt(load, 20 * TONNE, 0, haul.scene.at)])
    payouts.accrue(actor=HOUSE, at=haul.scene.at, programme_id=Consignment.objects.get().programme_id)
    money = phone_of(haul.collector.actor).get(f"consignments/{load}").json()["money"]
    assert {rule["code"] for stage in money for rule in stage["held_by"]} == {"over_payload"}


def test_b13_never_more_accepted_than_brought(haul, phone_of, unwritten):
    recycler, at = phone_of(haul.recycler.actor), haul.scene.at
    (load,) = haul.weighed(at, [3 * TONNE])
    custody.deliver(actor=HOUSE, at=at, consignment_ids=[load])
    form = {"occurred_at": at.isoformat(), "reason": "impurity"}
    with unwritten():
        for accepted_g, refused_g in ((3 * TONNE + 1, 0), (3 * TONNE, 1), (TONNE, TONNE), (0, 0), (10**12, 0)):
            answer = recycler.post(f"consignments/{load}/receipt", form | {
                "accepted_g": accepted_g, "refused_g": refused_g}, If_Match=f'"3-{recycler.actor.role}"')
            assert refused(answer, 422) == {"/accepted_g": "receipt_does_not_divide_net"}
        answer = recycler.post(f"consignments/{load}/receipt", form | {"accepted_g": 4 * TONNE, "refused_g": -TONNE},
                               If_Match=f'"3-{recycler.actor.role}"')
        assert refused(answer, 400) == {"/refused_g": "too_small"}


def test_b14_tickets_that_are_none(haul, phone_of, unwritten):
    recycler, (load,) = phone_of(haul.recycler.actor), haul.loaded(haul.scene.at)
    path, tag = f"consignments/{load}/weighing", f'"1-{recycler.actor.role}"'
    with unwritten():
        for gross_g in (12 * TONNE, 12 * TONNE - 1):
            answer = recycler.post(path, weighing_form(haul, gross_g=gross_g, tare_g=12 * TONNE), If_Match=tag)
            assert refused(answer, 422) == {"/gross_g": "net_not_positive"}
        without = weighing_form(haul)
        del without["tare_g"]
        assert refused(recycler.post(path, without, If_Match=tag), 400) == {"/tare_g": "required"}
        answer = recycler.post(path, weighing_form(haul, unit="kg"), If_Match=tag)
        assert refused(answer, 400) == {"/unit": "unknown_field"}


def test_b14_no_field_is_a_unit(phones, unwritten):
    with unwritten():
        for slot in slots(StrictInteger, ending="_g"):
            answer = slot.door.send(phones, {"unit": "kg"})
            assert refused(answer, 400)["/unit"] == "unknown_field"
