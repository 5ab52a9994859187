"""One load's whole way over HTTP, each step by the person who takes it, and what everybody sees of it."""

from __future__ import annotations

from uuid import uuid4

import pytest

from collection.audit.models import AuditLine
from collection.custody.models import Consignment, Fact
from collection.kernel.actor import HOUSE
from collection.kernel.db import rows
from collection.payouts import operations as payouts
from collection.pickups.models import Pickup
from tests.api.custody.cast import act, batch, instant, own_load, receipt, tag, ticket
from tests.cast import AT, TONNE

pytestmark = pytest.mark.django_db


def collect(people, job, **changes):
    code = people.generator.get(f"pickups/{job.pickup_id}").json()["handover_code"]
    return act(people.driver, f"jobs/{job.pk}", "collect", {"loaded_at": instant(AT), "handover_code": code} | changes)


def test_from_the_gate_to_the_batch(people, haul, job):
    loaded = collect(people, job)
    assert loaded.status_code == 201, loaded.content
    path = f"consignments/{loaded.json()['id']}"
    assert (loaded.json()["state"], loaded.json()["synthetic"], loaded.json()["driver_id"]) == (
        "loaded", True, str(haul.driver.user_id))
    assert Pickup.objects.get(pk=job.pickup_id).state == "fulfilled"
    assert people.generator.get(f"jobs/{job.pk}").json()["state"] == "done"

    weighed = act(people.recycler, path, "weighing", ticket(haul))
    assert (weighed.status_code, weighed.json()["state"], weighed.json()["net_g"]) == (201, "weighed", 4_620_000)
    delivered = act(people.driver, path, "deliver")
    assert (delivered.status_code, delivered.json()["state"]) == (200, "delivered")
    received = act(people.recycler, path, "receipt", receipt())
    assert (received.status_code, received.json()["state"]) == (201, "received")
    made = people.recycler.post("batches", batch(haul, loaded.json()["id"]))
    assert (made.status_code, made.json()["input_g"]) == (201, 4_240_000)

    seen = people.collector.get(path).json()
    assert (seen["state"], seen["allowed_actions"], seen["version"]) == ("processed", [], 5)
    assert [seen[name] for name in ("declared_g", "net_g", "accepted_g", "refused_g", "recycled_g")] == [
        2 * TONNE, 4_620_000, 4_240_000, 380_000, 4_240_000]
    assert {step["step"]: step["mass_g"] for step in seen["timeline"]} == {
        "loaded": None, "weighed": 4_620_000, "delivered": None, "received": 4_240_000, "processed": 4_240_000}
    assert all(step["occurred_at"] and step["recorded_at"] for step in seen["timeline"])
    assert list(Fact.objects.order_by("id").values_list("measure", "grams")) == [
        ("collected", 4_620_000), ("received", 4_240_000), ("recycled", 4_240_000)]
    assert list(AuditLine.objects.filter(object_id=seen["id"]).order_by("id").values_list("verb", flat=True)) == [
        "consignment.load", "consignment.weigh", "consignment.deliver", "consignment.receive"]


def test_the_parties_and_staff_see_the_same_load_and_strangers_none(people, haul, job):
    path = f"consignments/{collect(people, job).json()['id']}"
    for phone in (people.generator, people.collector, people.driver, people.recycler, people.manager):
        assert phone.get(path).status_code == 200
        assert len(phone.get("consignments").json()["items"]) == 1
    unknown = people.strangers[0].get(f"consignments/{uuid4()}").json()
    for phone in people.strangers:
        answer = phone.get(path)
        told = answer.json()
        assert answer.status_code == 404 and told["code"] == unknown["code"] == "not_found"
        assert (told["title"], told["detail"], told["errors"]) == (unknown["title"], unknown["detail"], unknown["errors"])
        assert phone.get("consignments").json()["items"] == []


def test_what_may_be_done_now_is_said_to_each_role(people, haul, job):
    path = f"consignments/{collect(people, job).json()['id']}"

    def allowed(phone):
        return phone.get(path).json()["allowed_actions"]

    assert allowed(people.recycler) == allowed(people.driver) == ["weigh"]
    assert allowed(people.collector) == allowed(people.generator) == allowed(people.manager) == []
    act(people.driver, path, "weighing", ticket(haul))
    assert allowed(people.driver) == allowed(people.collector) == ["deliver", "store", "split", "group"]
    act(people.driver, path, "deliver")
    assert allowed(people.recycler) == ["receive"] and allowed(people.driver) == []
    act(people.recycler, path, "receipt", receipt())
    assert allowed(people.recycler) == ["process", "correct"]


def test_an_own_load_has_no_generator_and_the_phones_id(people, haul):
    mine = str(uuid4())
    made = people.collector.post("consignments", own_load(haul, id=mine))
    assert made.status_code == 201, made.content
    assert (made.json()["id"], made.json()["generator_id"], made.json()["declared_g"]) == (mine, None, None)
    assert made.json()["region"] == "750000000" and made.headers["ETag"] == tag(people.collector, f"consignments/{mine}")


def test_all_of_it_refused_is_returned_and_no_fact(people, haul):
    path = f"consignments/{haul.weighed(AT, [TONNE])[0]}"
    act(people.collector, path, "deliver")
    answer = act(people.recycler, path, "receipt", receipt(accepted_g=0, refused_g=TONNE, reason="wet"))
    assert (answer.status_code, answer.json()["state"], answer.json()["accepted_g"]) == (201, "returned", 0)
    assert list(Fact.objects.values_list("measure", flat=True)) == ["collected"]
    assert {one["status"] for one in people.collector.get(path).json()["money"]} == {"not_payable"}


def test_a_correction_is_a_new_edition(people, haul):
    path = f"consignments/{haul.received(AT, [4 * TONNE])[0]}"
    made = act(people.recycler, path, "receipt/correction", {"accepted_g": 3 * TONNE, "reason": "misread"},
               If_Match=tag(people.recycler, path))
    assert (made.status_code, people.recycler.get(path).json()["accepted_g"]) == (201, 4 * TONNE)  # not yet
    correction = f"corrections/{made.json()['id']}"
    seen = people.collector.get(correction).json()["money"]["difference_tiyn"]
    assert people.collector.post(f"{correction}/consent", {"difference_tiyn": seen}).json()["state"] == "agreed"
    answer = people.recycler.get(path).json()
    assert (answer["accepted_g"], answer["refused_g"], answer["timeline"][-1]["step"]) == (3 * TONNE, TONNE, "corrected")
    assert list(Fact.objects.filter(measure="received").order_by("id").values_list("grams", flat=True)) == [
        4 * TONNE, -4 * TONNE, 3 * TONNE]
    assert act(people.recycler, path, "receipt/correction", {"accepted_g": 3 * TONNE, "reason": "again"}).status_code == 422


def test_loads_are_listed_newest_first_by_state_and_category(people, haul, django_assert_max_num_queries):
    loaded, weighed = haul.loaded(AT, 3), haul.weighed(AT, [TONNE, TONNE], category="paper")

    def listed(query=""):
        return [one["id"] for one in people.collector.get(f"consignments{query}").json()["items"]]

    assert sorted(listed()) == sorted(map(str, loaded + weighed))
    assert sorted(listed("?state=weighed")) == sorted(listed("?category=paper")) == sorted(map(str, weighed))
    assert listed("?state=processed") == []
    first = people.collector.get("consignments?limit=2").json()
    rest = people.collector.get(f"consignments?limit=3&cursor={first['next_cursor']}")
    assert rest.status_code == 200  # a cursor goes with its filter, not with the page's size
    assert [one["id"] for one in first["items"]] + [one["id"] for one in rest.json()["items"]] == listed()
    assert people.collector.get("consignments?state=eaten").status_code == 400
    assert people.recycler.get(f"consignments?limit=2&cursor={first['next_cursor']}").json()["code"] == "invalid_cursor"
    with django_assert_max_num_queries(6):  # whoever asks is looked up as well
        people.collector.get("consignments?limit=200")


def test_a_batch_closes_takes_whole_loads_and_is_its_plants(people, haul):
    ids = haul.received(AT, [4_240_000])
    answer = people.recycler.post("batches", batch(haul, *ids, loss_g=399_999))
    assert answer.status_code == 422 and answer.json()["code"] == "batch_does_not_close"
    assert answer.json()["errors"][0]["params"] == {"input_g": 4_240_000}
    made = people.recycler.post("batches", batch(haul, *ids)).json()
    assert made["consignment_ids"] == [str(ids[0])] and made["corrected_g"] == 0
    assert people.recycler.post("batches", batch(haul, *ids)).json()["code"] == "wrong_state"
    assert [one["id"] for one in people.recycler.get("batches?category=polymer").json()["items"]] == [made["id"]]
    assert people.recycler.get(f"batches/{made['id']}").json() == made
    assert people.strangers[3].get(f"batches/{made['id']}").status_code == 404
    assert people.strangers[3].get("batches").json()["items"] == []
    assert people.collector.get("batches").status_code == 403


def test_a_sale_is_written_down_once(people, haul):
    sale = {"facility_id": str(haul.recycler.facility_id), "category": "polymer", "mass_g": TONNE, "buyer": "ТОО «Пласт»",
            "einvoice_number": "ESF-1", "occurred_at": instant(AT)}
    made = people.recycler.post("sales", sale)
    assert made.status_code == 201 and people.recycler.get("sales").json()["items"] == [made.json()]
    assert people.recycler.post("sales", sale).json()["code"] == "einvoice_reused"
    assert people.strangers[3].post("sales", sale | {"einvoice_number": "ESF-2"}).status_code == 404
    assert people.strangers[3].get("sales").json()["items"] == []
    assert rows("SELECT count(*)::int AS n FROM custody_sale") == [{"n": 1}]
    assert Consignment.objects.count() == 0


def test_money_is_explained_stage_by_stage(people, haul):
    path = f"consignments/{haul.received(AT, [TONNE])[0]}"
    money = {one["stage"]: one for one in people.collector.get(path).json()["money"]}
    assert set(money) == {"collection", "transport", "recycling", "whole"}
    assert money["collection"]["status"] == "accruing" and money["recycling"]["status"] == "awaiting"
    assert {one["currency"] for one in money.values()} == {"KZT"}


def test_a_held_stage_says_what_holds_it_and_what_would_cure_it(people, haul):
    form = own_load(haul, vehicle_id=str(haul.lorry(payload_g=TONNE)))
    made = people.collector.post("consignments", form)
    path = f"consignments/{made.json()['id']}"
    act(people.recycler, path, "weighing", ticket(haul))
    act(people.collector, path, "deliver")
    act(people.recycler, path, "receipt", receipt())
    payouts.accrue(actor=HOUSE, at=AT, programme_id=Consignment.objects.get().programme_id)
    for language, word in (("en", "ticket"), ("ru", "талон"), ("kk", "талон")):
        money = people.collector.get(path, Accept_Language=language).json()["money"]
        held = [one for one in money if one["status"] == "held"]
        assert {one["stage"] for one in held} == {"collection", "transport"}
        assert all(one["amount_tiyn"] > 0 and one["mass_g"] == 4_240_000 for one in held)
        for rule in (rule for one in held for rule in one["held_by"]):
            assert rule["code"] == "over_payload" and rule["title"] and word in rule["cure"]
    # The recycler sees that it is held, and not another's sum.
    assert {one["amount_tiyn"] for one in people.recycler.get(path).json()["money"]} == {None}
