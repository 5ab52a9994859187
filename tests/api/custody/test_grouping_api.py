"""Stored, divided and put together over HTTP; and the graph everybody concerned may see."""

from __future__ import annotations

import pytest

from tests.api.custody.cast import act, instant, receipt, refused
from tests.cast import AT, TONNE

pytestmark = pytest.mark.django_db


def test_a_heap_goes_on_by_another_lorry(people, haul):
    store = haul.store()
    ids = [str(pk) for pk in haul.weighed(AT, [5 * TONNE, 3 * TONNE])]
    for pk in ids:
        stored = act(people.collector, f"consignments/{pk}", "store", {"facility_id": str(store), "occurred_at": instant(AT)})
        assert (stored.status_code, stored.json()["state"], stored.json()["store_id"]) == (200, "stored", str(store))
    divided = act(people.collector, f"consignments/{ids[0]}", "split", {
        "parts": [{"mass_g": 4_900_000}], "lost_g": 100_000, "lost_why": "drying", "occurred_at": instant(AT)})
    assert divided.status_code == 201, divided.content
    part = next(one["object_id"] for one in divided.json()["nodes"] if one["kind"] == "part")

    made = people.collector.post("groupings", {
        "consignment_ids": [part, ids[1]], "occurred_at": instant(AT), "plate": "002BBB02", "mass_g": 7_000_000})
    assert made.status_code == 201, made.content
    assert [one["mass_g"] for one in made.json()["members"]] == [4_341_772, 2_658_228]
    path = f"groupings/{made.json()['id']}"
    assert people.recycler.get(path).json() == people.collector.get(path).json() == made.json()
    assert [one["id"] for one in people.collector.get("groupings").json()["items"]] == [made.json()["id"]]
    for phone in (people.generator, *people.strangers):
        refused(phone.get(path), 404, "not_found")
        assert phone.get("groupings").json()["items"] == []

    assert people.collector.post(f"{path}/deliver").json()["members"][0]["state"] == "delivered"
    received = people.recycler.post(f"{path}/receipt", receipt(accepted_g=6_999_999, refused_g=1))
    assert received.status_code == 201, received.content
    assert {one["state"] for one in received.json()["members"]} == {"received"}

    graph = people.recycler.get(f"consignments/{ids[0]}/lineage").json()
    assert {(one["how"], one["grams"]) for one in graph["edges"]} == {
        ("split", 4_900_000), ("lost", 100_000), ("split", 4_341_772), ("split", 558_228), ("grouped", 4_341_772),
        ("received", 4_341_771), ("refused", 1)}
    assert sum(one["held_g"] for one in graph["nodes"]) == 5 * TONNE
    refused(people.strangers[0].get(f"consignments/{ids[0]}/lineage"), 404, "not_found")


def test_what_is_wrong_is_said_where_it_is_wrong(people, haul):
    pk = haul.weighed(AT, [TONNE])[0]
    path = f"consignments/{pk}"
    problem = refused(act(people.collector, path, "split", {
        "parts": [{"mass_g": 1}], "occurred_at": instant(AT)}), 422, "division_does_not_conserve")
    assert [(one["pointer"], one["params"]) for one in problem["errors"]] == [("/parts", {"net_g": TONNE})]
    problem = refused(act(people.collector, path, "split", {
        "parts": [{"mass_g": TONNE, "recycler_contract_id": str(haul.collector.contract_id)}],
        "occurred_at": instant(AT)}), 422)
    assert problem["errors"][0]["pointer"] == "/parts/0/recycler_contract_id"
    refused(act(people.recycler, path, "split", {"parts": [{"mass_g": TONNE}], "occurred_at": instant(AT)}), 403)
    refused(people.collector.post(f"{path}/split", {"parts": [{"mass_g": TONNE}], "occurred_at": instant(AT)}), 428)
    assert people.collector.get(path).json()["allowed_actions"] == ["deliver", "store", "split", "group"]


def test_a_plants_books_month_by_month(people, haul):
    haul.recycled(AT, [TONNE])  # a tenth is lost
    path = f"facilities/{haul.recycler.facility_id}/balance"
    sale = people.recycler.post("sales", {
        "facility_id": str(haul.recycler.facility_id), "category": "polymer", "material": "product", "mass_g": 400_000,
        "buyer": "ТОО", "einvoice_number": "E-1", "occurred_at": instant(AT)})
    assert (sale.status_code, [one["mass_g"] for one in sale.json()["lots"]]) == (201, [400_000])
    found = people.recycler.get(f"{path}?month_from=2026-03&month_to=2026-04&category=polymer").json()
    assert found["facility_id"] == str(haul.recycler.facility_id)
    assert [tuple(row.values()) for row in found["rows"] if row["month"] == "2026-03-01"] == [
        ("polymer", "2026-03-01", "waste", 0, 1_000_000, 900_000, 100_000, 0),
        ("polymer", "2026-03-01", "product", 0, 900_000, 400_000, 0, 500_000),
        ("polymer", "2026-03-01", "byproduct", 0, 0, 0, 0, 0),
        ("polymer", "2026-03-01", "all", 0, 1_000_000, 400_000, 100_000, 500_000)]
    assert people.manager.get(f"{path}?month_from=2026-03").status_code == 200
    refused(people.collector.get(f"{path}?month_from=2026-03"), 404, "not_found")
    refused(people.generator.get(f"{path}?month_from=2026-03"), 403)
    for query in ("month_from=2026-03&month_to=2026-02", "month_from=2020-01&month_to=2026-02", "month_to=2026-02", ""):
        refused(people.recycler.get(f"{path}?{query}"), 400)
