"""The papers of a load over HTTP: the sheet and its signatures, the order, the way back, incidents, stored tares."""

from __future__ import annotations

import hashlib
from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image

from collection.accounts.models import Organisation
from collection.custody import operations as custody
from collection.custody.models import Return, Signature, Weighing
from collection.kernel.actor import HOUSE
from tests.api.custody.cast import act, instant, own_load, receipt, refused, tag, ticket
from tests.api.phone import codes
from tests.cast import AT, TONNE
from tests.collection.custody.certificates import Authority

pytestmark = pytest.mark.django_db


def drawn_up(people, haul, **changes):
    made = people.collector.post("consignments", own_load(haul, signed=False, **changes))
    assert made.status_code == 201, made.content
    return f"consignments/{made.json()['id']}"


def test_a_sheet_is_put_right_signed_and_sealed(people, haul):
    path = drawn_up(people, haul, estimated_g=5 * TONNE, packages="12 bales")
    seen = people.collector.get(f"{path}/sheet").json()
    assert (seen["estimated_g"], seen["signatures"], [one["party"] for one in seen["to_sign"]]) == (5 * TONNE, [], ["driver"])
    before = tag(people.collector, path)
    amended = people.collector.send("PATCH", f"{path}/sheet", {"driver_name": "Айбек", "estimated_g": None}, If_Match=before)
    assert (amended.status_code, amended.json()["driver_name"], amended.json()["estimated_g"]) == (200, "Айбек", None)
    assert people.collector.send("PATCH", f"{path}/sheet", {"remark": "x"}, If_Match=before).status_code == 412
    refused(act(people.recycler, path, "weighing", ticket(haul)), 409, "sheet_unsigned")
    stale = people.collector.post(f"{path}/sheet/signatures", {"party": "driver"}, If_Match=before)
    assert stale.status_code == 412  # nobody signs what they did not see
    signed = people.collector.post(f"{path}/sheet/signatures", {"party": "driver"}, If_Match=tag(people.collector, path))
    assert signed.status_code == 201, signed.content
    (one,) = signed.json()["signatures"]
    assert (one["party"], one["method"], one["holds"], one["signed_by"]) == (
        "driver", "session", True, str(people.collector.actor.user_id))
    sealed = people.collector.send("PATCH", f"{path}/sheet", {"plate": "777AAA01", "remark": "x"},
                                   If_Match=tag(people.collector, path))
    assert refused(sealed, 409, "sheet_sealed") and codes(sealed) == {"/plate": "sheet_sealed", "/remark": "sheet_sealed"}
    assert act(people.recycler, path, "weighing", ticket(haul)).status_code == 201
    for phone in people.strangers:
        assert phone.get(f"{path}/sheet").status_code == 404


def test_an_electronic_signature_over_http(people, haul, settings, tmp_path):
    authority, where = Authority(), tmp_path / "authority.pem"
    where.write_bytes(authority.certificate())
    settings.EDS_VERIFIER, settings.EDS_AUTHORITY = "local", str(where)
    path = drawn_up(people, haul)
    number = Organisation.objects.get(pk=people.collector.actor.organisation_id).identity_number
    text = people.collector.get(f"{path}/sheet").json()["to_sign"][0]["content"]
    form = {"party": "driver", "container": authority.sign(text, bin=number)}
    wrong = people.collector.post(f"{path}/sheet/signatures", form | {"container": authority.sign("else", bin=number)},
                                  If_Match=tag(people.collector, path))
    assert refused(wrong, 422, "eds_invalid") and codes(wrong) == {"/container": "signature_invalid"}
    key, seen = str(uuid4()), tag(people.collector, path)
    answers = [people.collector.post(f"{path}/sheet/signatures", form, key=key, If_Match=seen) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201] and answers[1].content == answers[0].content
    assert answers[1].headers["Idempotency-Replayed"] == "true" and Signature.objects.count() == 1
    assert answers[0].json()["signatures"][0]["signer_number"] is None  # an IIN is personal
    assert people.manager.get(f"{path}/sheet").json()["signatures"][0]["signer_number"] == "900115300017"
    settings.EDS_VERIFIER = ""
    down = people.collector.post(f"{path}/sheet/signatures", form, If_Match=tag(people.collector, path))
    refused(down, 503, "eds_unavailable")


def test_a_pickups_load_carries_three_seals_to_the_end(people, haul, job):
    code = people.generator.get(f"pickups/{job.pickup_id}").json()["handover_code"]
    loaded = act(people.driver, f"jobs/{job.pk}", "collect", {"loaded_at": instant(AT), "handover_code": code})
    path = f"consignments/{loaded.json()['id']}"
    act(people.recycler, path, "weighing", ticket(haul, estimated=True))
    act(people.driver, path, "deliver")
    act(people.recycler, path, "receipt", receipt(impurity_g=300_000))
    sheet = people.generator.get(f"{path}/sheet").json()
    assert [(one["party"], one["method"], one["holds"]) for one in sheet["signatures"]] == [
        ("generator", "code", True), ("driver", "session", True), ("recycler", "session", True)]
    assert sheet["closed_by"] == "receipt"
    steps = {one["step"]: one["details"] for one in people.generator.get(path).json()["timeline"]}
    assert steps["loaded"]["signed_by"] == "code" and steps["weighed"]["estimated"] is True
    assert steps["received"]["impurity_g"] == 300_000
    order = people.collector.get(f"{path}/stock-order").json()
    assert (order["mass_g"], order["gross_g"], order["tare_g"], order["estimated"]) == (4_620_000, 12_620_000, 8 * TONNE, True)
    paper = people.collector.get(f"{path}/stock-order.pdf")
    assert (paper.status_code, paper["Content-Type"], paper.content[:4]) == (200, "application/pdf", b"%PDF")


def test_a_refused_load_comes_back(people, haul, job):
    code = people.generator.get(f"pickups/{job.pickup_id}").json()["handover_code"]
    loaded = act(people.driver, f"jobs/{job.pk}", "collect", {"loaded_at": instant(AT), "handover_code": code})
    path = f"consignments/{loaded.json()['id']}"
    act(people.driver, path, "weighing", ticket(haul))
    refused(act(people.driver, path, "return", {"place": "generator", "occurred_at": instant(AT)}), 409, "wrong_state")
    act(people.driver, path, "deliver")
    act(people.recycler, path, "receipt", receipt(accepted_g=0, refused_g=4_620_000, reason="wrong_category"))
    assert people.driver.get(path).json()["allowed_actions"] == ["bring_back"]
    assert people.recycler.get(path).json()["allowed_actions"] == []
    answer = act(people.driver, path, "return", {"place": "generator", "occurred_at": instant(AT), "handover_code": code})
    assert (answer.status_code, answer.json()["state"], answer.json()["allowed_actions"]) == (201, "taken_back", [])
    assert (Return.objects.get().mass_g, people.recycler.get(f"{path}/sheet").json()["closed_by"]) == (4_620_000, "return")
    assert {one["status"] for one in people.collector.get(path).json()["money"]} == {"not_payable"}


def stored_photo(phone):
    out = BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "JPEG")
    data = out.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    announced = phone.post("uploads", {"content_type": "image/jpeg", "size": len(data), "sha256": digest}).json()
    address = announced["put_url"].split("/api/v1/")[1]
    assert phone.send("PUT", address, data, content_type="image/jpeg").status_code < 300
    return announced["id"], digest


def test_an_incident_with_its_photo(people, haul):
    path = f"consignments/{haul.weighed(AT, [TONNE])[0]}"
    upload, digest = stored_photo(people.recycler)
    form = {"kind": "damage", "occurred_at": instant(AT), "note": "torn bales", "upload_ids": [upload]}
    made = people.recycler.post(f"{path}/incidents", form)
    assert made.status_code == 201, made.content
    assert made.json()["photos"] == [{"upload_id": upload, "sha256": digest}]
    (seen,) = people.collector.get(f"{path}/incidents").json()["items"]
    assert (seen["kind"], seen["note"]) == ("damage", "torn bales")
    borrowed = people.collector.post(f"{path}/incidents", form)
    assert refused(borrowed, 422) and codes(borrowed) == {"/upload_ids/0": "not_found"}
    for phone in people.strangers:
        assert phone.get(f"{path}/incidents").status_code == 404


def test_a_stored_tare_stands_for_the_ticket(people, haul):
    lorry = haul.lorry()
    plate = next(one["plate"] for one in people.collector.get("vehicles").json()["items"] if one["id"] == str(lorry))
    form = {"scale_id": str(haul.scale_id), "plate": plate, "ticket_number": "E-7", "tare_g": 9 * TONNE,
            "weighed_at": instant(AT), "expires_on": "2026-04-01"}
    made = people.recycler.post("tares", form)
    assert made.status_code == 201, made.content
    assert codes(people.collector.post("tares", form | {"ticket_number": "E-8"})) == {"/scale_id": "not_found"}
    assert [one["id"] for one in people.collector.get(f"tares?plate={plate}").json()["items"]] == [made.json()["id"]]
    pk = haul.loaded(AT, vehicle_id=lorry, plate="")[0]
    both = ticket(haul, stored_tare_id=made.json()["id"])
    path = f"consignments/{pk}"
    assert codes(act(people.recycler, path, "weighing", both)) == {"/stored_tare_id": "tare_twice"}
    del both["tare_g"]
    weighed = act(people.recycler, path, "weighing", both)
    assert (weighed.status_code, weighed.json()["net_g"]) == (201, 3_620_000)
    assert str(Weighing.objects.get().stored_tare_id) == made.json()["id"]


def test_a_part_has_its_sources_sheet_and_its_own_receipt(people, haul):
    pk = haul.weighed(AT, [TONNE])[0]
    (one, two), = custody.split(actor=HOUSE, at=AT, divisions=[custody.NewDivision(
        pk, (custody.NewPart(400_000), custody.NewPart(600_000)), AT)])
    custody.group(actor=HOUSE, at=AT, new=custody.NewGrouping((one,), AT, plate="001AAA02"))
    custody.deliver(actor=HOUSE, at=AT, consignment_ids=[one])
    act(people.recycler, f"consignments/{one}", "receipt", receipt(accepted_g=400_000, refused_g=0, reason="other"))
    sheet = people.collector.get(f"consignments/{one}/sheet").json()
    assert [(seal["party"], seal["holds"]) for seal in sheet["signatures"]] == [("driver", True), ("recycler", True)]
    assert sheet["closed_by"] == "receipt" and people.collector.get(f"consignments/{two}/sheet").json()["closed_by"] is None
    assert people.collector.get(f"consignments/{two}/stock-order").json()["mass_g"] == TONNE
