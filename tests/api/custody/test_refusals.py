"""What is refused on the way of a load, and that a refusal leaves nothing behind."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from collection.custody.models import Consignment, Fact, Receipt, Weighing
from collection.dispatch.models import Job
from collection.pickups.models import Pickup
from tests.api.custody.cast import act, batch, instant, own_load, receipt, refused, tag, ticket, with_literal
from tests.api.phone import codes
from tests.cast import AT, TONNE

pytestmark = pytest.mark.django_db

LATER = instant(AT + timedelta(days=1, seconds=1))  # a clock may be a day wrong
#: (literal, code): what is no mass, wherever it is written (B4-B11).
NO_MASS = [
    ("1e308", None), ("1E+400", None), ("1e999999999", None), ("9" * 400, None), ("9" * 1001, None),  # B4
    ("-1", "too_small"),  # B5
    ('"1_000"', "not_an_integer"), ('"٣"', "not_an_integer"), ('"１２"', "not_an_integer"),  # B6, B7
    ('" 5 "', "not_an_integer"), ('"+5"', "not_an_integer"), ("5.0", "not_an_integer"),  # B8
    ('"5\u200b"', "not_an_integer"), ('"0x10"', "not_an_integer"), ('"1,5"', "not_an_integer"),  # B9
    ("true", "not_an_integer"), ("[]", "not_an_integer"), ("{}", "not_an_integer"), ('""', "not_an_integer"),
    ("null", "null"), ("0.0005", "not_an_integer"),  # B10, B11
]


@pytest.fixture
def loaded(haul):
    return f"consignments/{haul.loaded(AT)[0]}"


@pytest.fixture
def delivered(people, haul):
    path = f"consignments/{haul.weighed(AT, [4_620_000])[0]}"
    assert act(people.collector, path, "deliver").status_code == 200
    return path


def collect_form(job, **changes):
    code = Pickup.objects.get(pk=job.pickup_id).handover_code
    return {"loaded_at": instant(AT), "handover_code": code} | changes


def test_a_wrong_handover_code_takes_nothing(people, job):
    form = collect_form(job)
    wrong = f"{(int(form['handover_code']) + 1) % 10**6:06d}"
    answer = act(people.driver, f"jobs/{job.pk}", "collect", form | {"handover_code": wrong})
    assert refused(answer, 422, "handover_code_wrong") and codes(answer) == {"/handover_code": "handover_code_wrong"}
    assert form["handover_code"] not in answer.content.decode()
    assert not Consignment.objects.exists()
    assert Job.objects.get(pk=job.pk).state == "assigned"
    for bad in ("12345", "1234567", "١٢٣٤٥٦", 123456, None):
        assert act(people.driver, f"jobs/{job.pk}", "collect", form | {"handover_code": bad}).status_code == 400


def test_a_stranger_collects_nothing_even_with_the_code(people, job):
    for phone in people.strangers[1:3]:
        answer = phone.post(f"jobs/{job.pk}/collect", collect_form(job), If_Match=f'"{job.version}-{phone.actor.role}"')
        refused(answer, 404, "not_found")
    assert not Consignment.objects.exists()


def test_a_job_is_collected_once(people, job):
    path, form = f"jobs/{job.pk}", collect_form(job)
    assert act(people.driver, path, "collect", form).status_code == 201
    again = refused(act(people.driver, path, "collect", form), 409, "wrong_state")
    assert (again["state"], again["allowed_actions"]) == ("done", [])
    assert Consignment.objects.count() == 1


# -- B4 to B14 -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("literal", "code"), NO_MASS, ids=lambda value: str(value)[:12])
def test_what_is_no_mass_is_neither_weighed_nor_received(people, haul, loaded, delivered, literal, code):
    def tried(path, action, form, names):
        for name in names:
            answer = people.recycler.post(f"{path}/{action}", with_literal(form, name, literal),
                                          If_Match=tag(people.recycler, path))
            assert answer.status_code == 400, (name, literal, answer.content)
            assert code is None or codes(answer) == {f"/{name}": code}

    tried(loaded, "weighing", ticket(haul), ("gross_g", "tare_g"))
    tried(delivered, "receipt", receipt(), ("accepted_g", "refused_g"))
    assert Weighing.objects.count() == 1 and not Receipt.objects.exists()


def test_b12_forty_tonnes_and_not_a_gram_more(people, haul, loaded):
    over = act(people.recycler, loaded, "weighing", ticket(haul, gross_g=48 * TONNE + 1))
    assert refused(over, 422, "over_road_limit") and codes(over) == {"/gross_g": "over_road_limit"}
    assert act(people.recycler, loaded, "weighing", ticket(haul, gross_g=48 * TONNE)).json()["net_g"] == 40 * TONNE


def test_b13_a_receipt_divides_the_net(people, delivered):
    for accepted_g, refused_g in ((4_620_001, 0), (4_240_000, 380_001), (4_240_000, 379_999), (0, 0), (10**12, 0)):
        answer = act(people.recycler, delivered, "receipt", receipt(accepted_g=accepted_g, refused_g=refused_g))
        assert refused(answer, 422, "receipt_does_not_divide_net")["errors"][0]["params"] == {"net_g": 4_620_000}
    form = receipt()
    del form["reason"]
    assert codes(act(people.recycler, delivered, "receipt", form)) == {"/reason": "refusal_needs_reason"}
    assert act(people.recycler, delivered, "receipt", receipt(reason="boring")).status_code == 400
    assert not Receipt.objects.exists() and not Fact.objects.filter(measure="received").exists()


def test_b14_gross_tare_and_units(people, haul, loaded):
    for gross_g in (8 * TONNE - 1, 8 * TONNE):
        answer = act(people.recycler, loaded, "weighing", ticket(haul, gross_g=gross_g))
        refused(answer, 422, "net_not_positive")
    for name in ("tare_g", "gross_g", "scale_id", "ticket_number", "occurred_at"):
        form = ticket(haul)
        del form[name]
        assert codes(act(people.recycler, loaded, "weighing", form)) == {f"/{name}": "required"}
    for name in ("unit", "net_g", "id", "state"):
        answer = act(people.recycler, loaded, "weighing", ticket(haul, **{name: "kg"}))
        assert answer.status_code == 400 and codes(answer) == {f"/{name}": "unknown_field"}
    assert not Weighing.objects.exists()


def test_a_ticket_weighs_one_load(people, haul, loaded):
    form, other = ticket(haul), f"consignments/{haul.loaded(AT)[0]}"
    assert act(people.recycler, loaded, "weighing", form).status_code == 201
    answer = act(people.recycler, other, "weighing", form)
    assert refused(answer, 409, "ticket_reused") and codes(answer) == {"/ticket_number": "ticket_reused"}
    # Scales begin their numbers anew: the same number at another time is another ticket.
    minute = instant(AT + timedelta(minutes=1))
    assert act(people.recycler, other, "weighing", form | {"occurred_at": minute}).status_code == 201


# -- times -----------------------------------------------------------------------------------------------------------
def test_nothing_has_happened_tomorrow(people, haul, job, loaded, delivered):
    for answer, pointer in (
        (act(people.driver, f"jobs/{job.pk}", "collect", collect_form(job, loaded_at=LATER)), "/loaded_at"),
        (people.collector.post("consignments", own_load(haul, loaded_at=LATER)), "/loaded_at"),
        (act(people.recycler, loaded, "weighing", ticket(haul, occurred_at=LATER)), "/occurred_at"),
        (act(people.recycler, delivered, "receipt", receipt(occurred_at=LATER)), "/occurred_at"),
    ):
        assert refused(answer, 422, "occurred_in_future") and codes(answer) == {pointer: "occurred_in_future"}
    ids = haul.received(AT, [4_240_000])
    answer = people.recycler.post("batches", batch(haul, *ids, occurred_at=LATER))
    assert codes(answer) == {"/occurred_at": "occurred_in_future"}
    for bad in ("2026-03-02T09:00:00", "2026-03-02", "9999-12-31T23:59:00Z", "2026-02-30T09:00:00Z"):
        assert act(people.recycler, loaded, "weighing", ticket(haul, occurred_at=bad)).status_code == 400


def test_a_clock_that_runs_a_little_ahead_dates_nothing_after_its_recording(people, haul, loaded):
    ahead = AT + timedelta(hours=20)
    assert act(people.recycler, loaded, "weighing", ticket(haul, occurred_at=instant(ahead))).status_code == 201
    weighing, fact = Weighing.objects.get(), Fact.objects.get()
    assert (weighing.occurred_at, weighing.recorded_at) == (ahead, AT)
    assert fact.supply_on.isoformat() == fact.occurred_on.isoformat() == "2026-03-02"


# -- B66, B67, B68 -----------------------------------------------------------------------------------------------------
def test_b66_the_wrong_order_names_the_state_and_what_may_be_done(people, haul, loaded, delivered):
    for path, state, allowed, tries in (
        (loaded, "loaded", ["weigh"], [
            (people.collector, "deliver", None), (people.recycler, "receipt", receipt()),
            (people.recycler, "receipt/correction", {"accepted_g": 1, "reason": "x"})]),
        (delivered, "delivered", ["receive"], [
            (people.recycler, "weighing", ticket(haul)), (people.collector, "deliver", None),
            (people.recycler, "receipt/correction", {"accepted_g": 1, "reason": "x"})]),
    ):
        before = (Fact.objects.count(), people.recycler.get(path).json()["version"])
        for phone, action, body in tries:
            problem = refused(phone.post(f"{path}/{action}", body, If_Match=tag(phone, path)), 409, "wrong_state")
            assert (problem["state"], problem["allowed_actions"]) == (state, allowed)
        assert (Fact.objects.count(), people.recycler.get(path).json()["version"]) == before
    answer = people.recycler.post("batches", batch(haul, delivered.rpartition("/")[2]))
    assert refused(answer, 409, "wrong_state")["state"] == "delivered"


def test_b67_what_was_seen_must_still_be_so(people, haul, job, loaded, delivered):
    for path, action, phone, body in (
        (loaded, "weighing", people.recycler, ticket(haul)), (delivered, "receipt", people.recycler, receipt()),
        (f"jobs/{job.pk}", "collect", people.driver, collect_form(job)),
        (f"consignments/{haul.weighed(AT, [TONNE])[0]}", "deliver", people.collector, None),
        (f"consignments/{haul.received(AT, [TONNE])[0]}", "receipt/correction", people.recycler,
         {"accepted_g": 5, "reason": "x"}),
    ):
        good = tag(phone, path)
        version, role = good.strip('"').split("-")
        for given, status in ((None, 428), ("", 428), ("*", 428), (f'"{int(version) + 1}-{role}"', 412),
                              (f'"{version}-auditor"', 412), (f"W/{good}", 412), ("1", 412), (f"{good}, {good}", 412)):
            answer = phone.post(f"{path}/{action}", body, **{} if given is None else {"If_Match": given})
            assert answer.status_code == status, (path, action, given, answer.content)
        assert tag(phone, path) == good
        assert phone.post(f"{path}/{action}", body, If_Match=good).status_code in (200, 201)
        assert refused(phone.post(f"{path}/{action}", body, If_Match=good), 412)


def test_b68_keys(people, haul, loaded):
    form, seen, key = ticket(haul), tag(people.recycler, loaded), str(uuid4())
    for path, body in ((f"{loaded}/weighing", form), ("batches", batch(haul, uuid4()))):
        for bad in ("", "a" * 300, "not-a-key"):
            answer = people.recycler.send("POST", path, body, Idempotency_Key=bad, If_Match=seen)
            assert answer.status_code == 400, (path, bad)
        assert people.recycler.send("POST", path, body, If_Match=seen).status_code == 400
    first = people.recycler.post(f"{loaded}/weighing", form, key=key, If_Match=seen)
    again = people.recycler.post(f"{loaded}/weighing", form, key=key, If_Match=seen)
    assert (first.status_code, again.status_code, again.headers["Idempotency-Replayed"]) == (201, 201, "true")
    assert again.content == first.content and again.headers["ETag"] == first.headers["ETag"]
    other = people.recycler.post(f"{loaded}/weighing", form | {"gross_g": 13 * TONNE}, key=key, If_Match=seen)
    assert other.status_code == 422
    assert Weighing.objects.count() == Fact.objects.count() == 1


def test_a_refused_request_may_be_sent_again_under_its_key(people, haul, loaded):
    key, seen = str(uuid4()), tag(people.recycler, loaded)
    bad = people.recycler.post(f"{loaded}/weighing", ticket(haul, gross_g=1), key=key, If_Match=seen)
    good = people.recycler.post(f"{loaded}/weighing", ticket(haul), key=key, If_Match=seen)
    assert (bad.status_code, good.status_code) == (422, 201)


# -- what is not one's own -----------------------------------------------------------------------------------------------
def test_foreign_ids_are_not_there(people, haul, scene, loaded, delivered):
    theirs = scene.collector(km=9)
    others = scene.recycler(km=50)
    for changes in ({"collector_contract_id": str(theirs.contract_id)}, {"collector_contract_id": str(uuid4())},
                    {"recycler_contract_id": str(uuid4())}, {"site_id": str(scene.stranger.site_id)},
                    {"site_id": str(uuid4())}):
        refused(people.collector.post("consignments", own_load(haul, **changes)), 404, "not_found")
    before = Consignment.objects.count()
    answer = people.collector.post("consignments", own_load(haul, vehicle_id=str(theirs.vehicle_id)))
    assert codes(answer) == codes(people.collector.post("consignments", own_load(haul, vehicle_id=str(uuid4()))))
    assert codes(answer) == {"/vehicle_id": "not_found"} and Consignment.objects.count() == before

    unknown = codes(act(people.recycler, loaded, "weighing", ticket(haul, scale_id=str(uuid4()))))
    assert unknown == {"/scale_id": "not_found"}
    for phone, action, body in ((people.strangers[3], "weighing", ticket(haul)), (people.strangers[3], "receipt", receipt()),
                                (people.strangers[1], "deliver", None), (people.strangers[2], "deliver", None),
                                (people.strangers[3], "receipt/correction", {"accepted_g": 1, "reason": "x"})):
        for path in (loaded, delivered, f"consignments/{uuid4()}"):
            answer = phone.post(f"{path}/{action}", body, If_Match=f'"1-{phone.actor.role}"')
            refused(answer, 404, "not_found")
    ids = haul.received(AT, [4_240_000])
    for changes in ({"contract_id": str(others.contract_id)}, {"contract_id": str(uuid4())},
                    {"consignment_ids": [str(uuid4())]}, {"consignment_ids": [str(ids[0]), str(uuid4())]}):
        refused(people.recycler.post("batches", batch(haul, *ids, **changes)), 404, "not_found")
    assert people.recycler.get(f"batches?contract_id={others.contract_id}").json()["items"] == []


def test_own_loads_are_judged_at_once(people, haul):
    answer = people.collector.post("consignments", own_load(
        haul, category="glass", waste_code="999999", loaded_at=LATER, vehicle_id=str(uuid4())))
    assert refused(answer, 422, "invalid") and codes(answer) == {
        "/loaded_at": "occurred_in_future", "/collector_contract_id": "category_not_in_contract",
        "/recycler_contract_id": "category_not_in_contract", "/waste_code": "code_not_in_category",
        "/vehicle_id": "not_found"}
    none = own_load(haul)
    del none["plate"]
    assert codes(people.collector.post("consignments", none)) == {"/plate": "plate_needed"}
    assert refused(people.collector.post("consignments", own_load(haul, origin="foreign")), 422, "foreign_origin")
    without = own_load(haul)
    del without["point"]
    assert codes(people.collector.post("consignments", without)) == {"/site_id": "place_needed"}
    swapped = own_load(haul, point={"type": "Point", "coordinates": [43.2567, 76.9286]})
    assert people.collector.post("consignments", swapped).status_code == 422
    assert not Consignment.objects.exists()


def test_a_phones_id_belongs_to_one_load(people, haul, phone_of, scene):
    mine = str(uuid4())
    assert people.collector.post("consignments", own_load(haul, id=mine)).status_code == 201
    other = people.collector.post("consignments", own_load(haul, id=mine, category="paper"))
    assert refused(other, 409, "id_taken")
    theirs = scene.collector(km=9)
    form = own_load(haul, id=mine, collector_contract_id=str(theirs.contract_id))
    assert refused(phone_of(theirs.actor).post("consignments", form), 409, "id_taken")
    assert Consignment.objects.get().category_id == "polymer"
