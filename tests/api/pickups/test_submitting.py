"""A generator's telephone asks for a pickup: once, however often it says so; and what it may not say."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from collection.audit.models import AuditLine
from collection.kernel.ids import uuid7
from collection.pickups.models import Declared, Pickup
from notifications.models import OutboxRow
from tests.api.phone import codes
from tests.cast import TONNE

pytestmark = pytest.mark.django_db


def counts():
    return (Pickup.objects.count(), Declared.objects.count(), AuditLine.objects.filter(verb="pickup.submit").count(),
            OutboxRow.objects.filter(task="dispatch.advance").count())


def test_submitted(shop, request_json, scene):
    scene.collector()
    answer = shop.post("pickups", request_json(note="Қақпа 2"))
    said = answer.json()
    assert (answer.status_code, answer["ETag"]) == (201, '"1-generator_admin"')
    assert (said["state"], said["declared_g"], said["window_from"]) == (
        "submitted", 2 * TONNE, "2026-03-02T08:00:00.000000Z")
    assert said["checked"] == {
        "payable": True, "served": True, "stages": ["collection", "recycling", "transport"], "reasons": []}
    detail = shop.get(f"pickups/{said['id']}")
    assert {name: value for name, value in detail.json().items() if name != "timeline"} == {
        name: value for name, value in said.items() if name != "checked"}
    assert detail.json()["timeline"] == [
        {"of": "pickup", "step": "submitted", "at": "2026-03-02T04:00:00Z", "mass_g": 2 * TONNE}]
    assert detail["ETag"] == answer["ETag"]
    assert shop.get(f"pickups/{said['id']}", If_None_Match=answer["ETag"]).status_code == 304
    assert counts() == (1, 1, 1, 1)


def test_an_assumed_mass_says_so(shop, request_json):
    assert shop.post("pickups", request_json()).json()["mass_assumed"] is False
    assumed = shop.post("pickups", request_json(mass_assumed=True)).json()
    assert (assumed["declared_g"], assumed["mass_assumed"]) == (2 * TONNE, True)
    assert shop.get(f"pickups/{assumed['id']}").json()["mass_assumed"] is True
    assert codes(shop.post("pickups", request_json(mass_assumed="yes"))) == {"/mass_assumed": "not_a_boolean"}


def test_the_whole_submission_is_eight_statements(shop, request_json, django_assert_num_queries):
    """Who calls, the key, judging, writing, audit, notice, work, the stored reply (and a savepoint for the transaction)."""
    with django_assert_num_queries(8 + 2):
        shop.post("pickups", request_json())


def test_asking_first_needs_no_key_and_writes_nothing(shop, request_json, scene):
    answer = shop.send("POST", "pickups/check", request_json(origin="central_municipal"))
    assert answer.status_code == 200
    assert answer.json() == {
        "payable": False, "served": False, "stages": ["collection", "recycling", "transport"],
        "reasons": ["origin_excluded", "not_served"], "region": "750000000",
        "district": answer.json()["district"], "precision": "district", "duplicates": []}
    assert counts() == (0, 0, 0, 0)
    first = shop.post("pickups", request_json()).json()["id"]
    assert shop.send("POST", "pickups/check", request_json()).json()["duplicates"] == [first]


@pytest.mark.parametrize("path", ["pickups", "pickups/check"])
@pytest.mark.parametrize(("changes", "status", "wrong"), [
    ({"category": "moon_dust"}, 422, {"/category": "unknown_category"}),
    ({"waste_code": "150107"}, 422, {"/waste_code": "code_not_in_category"}),
    ({"waste_code": "1501 02"}, 400, {"/waste_code": "too_long"}),
    ({"origin": "foreign"}, 422, {"/origin": "foreign_origin"}),
    ({"origin": "elsewhere"}, 400, {"/origin": "not_a_choice"}),
    ({"window_from": "2026-03-01T13:00:00+05:00", "window_to": "2026-03-01T18:00:00+05:00"}, 422,
     {"/window_to": "window_is_past"}),  # B44
    ({"window_from": "2031-03-02T13:00:00+05:00", "window_to": "2031-03-02T18:00:00+05:00"}, 422,
     {"/window_from": "too_far_ahead"}),
    ({"window_to": "2026-03-02T12:00:00+05:00"}, 422, {"/window_to": "window_ends_before_it_starts"}),
    ({"window_from": "2026-03-02T13:00:00"}, 400, {"/window_from": "not_an_instant"}),
    ({"site_id": ...}, 400, {"/site_id": "required"}),
    ({"id": "00000000-0000-4000-8000-000000000000"}, 400, {"/id": "not_a_uuid7"}),
    ({"unit": "t"}, 400, {"/unit": "unknown_field"}), ({"state": "accepted"}, 400, {"/state": "unknown_field"}),
    ({"handover_code": "123456"}, 400, {"/handover_code": "unknown_field"}),
    ({"note": "x" * 501}, 400, {"/note": "too_long"}),
    ({"photo_ids": ["x"]}, 400, {"/photo_ids/0": "not_a_uuid"}),
])
def test_what_may_not_be_said_is_named(shop, request_json, path, changes, status, wrong):
    answer = shop.post(path, request_json(**changes))
    assert (answer.status_code, codes(answer)) == (status, wrong)
    assert counts() == (0, 0, 0, 0)


@pytest.mark.parametrize(("literal", "status"), [
    # B1-B5
    ('"NaN"', 400), ('"Infinity"', 400), ("NaN", 400), ("Infinity", 400), ("1e400", 400), ("1e308", 400),
    ("1E+400", 400), ("1e999999999", 400), ("9" * 400, 400), ("9" * 1001, 400), ("-1", 400), ("0", 400), ("-0", 400),
    # B6-B10
    ('"1_000"', 400), ('"٣"', 400), ('"१.५"', 400), ('" 5 "', 400), ('"+5"', 400), ('"1e3"', 400), ("5.0", 400),
    ('"5\\u200b"', 400), ('"0x10"', 400), ('"1,5"', 400), ("true", 400), ("[]", 400), ("{}", 400), ('""', 400), ("null", 400),
    # B11, B12
    ("0.0005", 400), ("2000000.5", 400), ("9223372036854775807", 422), ("40000001", 422), ("9223372036854775808", 400),
])
def test_a_declared_mass_is_an_integer_number_of_grams_a_lorry_can_carry(shop, request_json, literal, status):
    body = b"{" + b",".join(
        b'"%s":%s' % (name.encode(), (literal if name == "declared_g" else f'"{value}"').encode())
        for name, value in request_json().items()) + b"}"
    answer = shop.post("pickups", body)
    assert answer.status_code == status
    if status == 422:
        assert codes(answer) == {"/declared_g": "over_road_limit"}
        assert answer.json()["errors"][0]["params"] == {"max": 40 * TONNE}
    assert counts() == (0, 0, 0, 0)


def test_one_gram_is_enough(shop, request_json):
    assert shop.post("pickups", request_json(declared_g=1)).status_code == 201


def test_a_stranger_s_site_reads_as_an_unknown_one(shop, request_json, scene):
    """B47."""
    theirs = shop.post("pickups", request_json(site_id=str(scene.stranger.site_id)))
    nobodys = shop.post("pickups", request_json(site_id=str(uuid4())))
    for answer in (theirs, nobodys):
        assert (answer.status_code, codes(answer)) == (404, {"/site_id": "not_found"})
    same = [{name: value for name, value in answer.json().items() if name != "trace_id"} for answer in (theirs, nobodys)]
    assert same[0] == same[1]


def test_the_same_key_again_is_the_same_request(shop, request_json):
    key = str(uuid4())
    first, again = shop.post("pickups", request_json(), key=key), shop.post("pickups", request_json(), key=key)
    assert (again.status_code, again.content, again["ETag"]) == (201, first.content, first["ETag"])
    assert again["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first
    assert counts() == (1, 1, 1, 1)
    other = shop.post("pickups", request_json(declared_g=1), key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(("key", "code"), [
    ("", "idempotency_key_missing"), ("x" * 300, "idempotency_key_invalid"), ("17", "idempotency_key_invalid")])
def test_without_a_proper_key_nothing_is_asked(shop, request_json, key, code):
    """B68."""
    answer = shop.send("POST", "pickups", request_json(), **({"Idempotency_Key": key} if key else {}))
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert counts() == (0, 0, 0, 0)


def test_the_phone_s_own_id_with_another_key(shop, request_json, scene, phone_of):
    """B51: the same content is a replay, other content a conflict, and whose it is stays unsaid."""
    mine = str(uuid7(scene.at))
    first, again = shop.post("pickups", request_json(id=mine)), shop.post("pickups", request_json(id=mine))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() and first.json()["id"] == mine
    assert counts() == (1, 1, 1, 1)
    assert (other := shop.post("pickups", request_json(id=mine, declared_g=7))).status_code == 409
    assert codes(other) == {"/id": "id_taken"}
    theirs = phone_of(scene.stranger.actor).post(
        "pickups", request_json(id=mine, site_id=str(scene.stranger.site_id)))
    assert (theirs.status_code, theirs.json()["code"], codes(theirs)) == (409, "id_taken", {"/id": "id_taken"})
    assert "generator" not in theirs.content.decode()


def test_staff_asks_on_behalf_and_others_may_not(request_json, scene, phone_of, manager):
    assert manager.post("pickups", request_json()).status_code == 201
    one = scene.collector()
    assert phone_of(one.actor).post("pickups", request_json()).status_code == 403
    assert phone_of(scene.finance).post("pickups", request_json()).status_code == 403


def test_times_by_the_phone_are_kept_beside_the_house_s(shop, request_json, scene):
    """B46."""
    late = shop.post("pickups", request_json(occurred_at="2026-03-01T09:00:00+05:00")).json()
    ahead = shop.post("pickups", request_json(occurred_at="2026-03-03T09:00:00+05:00")).json()
    assert [(one["occurred_at"][:10], one["submitted_at"][:10], one["flags"]) for one in (late, ahead)] == [
        ("2026-03-01", "2026-03-02", []), ("2026-03-03", "2026-03-02", ["device_clock_ahead"])]


@pytest.mark.parametrize("path", ["pickups/٣", "pickups/3", "pickups/-1", "pickups/%2e%2e", "pickups/" + "9" * 300,
                                  "pickups/{00000000-0000-7000-8000-000000000000}", "pickups/unserve"])
def test_what_is_not_an_id_is_not_there(shop, path):
    """B48-B50."""
    assert shop.get(path).status_code == 404


@pytest.mark.parametrize("query", ["state=open", "state=", "region=75", "region=75000000٣", "programme=A%20B", "limit=0",
                                   "limit=201", "cursor=x", "sort=password", "state__in=offered", "state=offered&state=offered",
                                   "category=DROP%20TABLE", "q=a%00b"])
def test_filters_are_strict(shop, query):
    """B56-B58."""
    assert shop.get(f"pickups?{query}").status_code == 400


def test_the_list_is_two_statements_and_pages_by_a_bound_cursor(shop, request_json, scene, phone_of, django_assert_num_queries):
    made = [shop.post("pickups", request_json()).json()["id"] for _ in range(5)]
    with django_assert_num_queries(2):
        page = shop.get("pickups?limit=2").json()
    seen, cursor = page["items"], page["next_cursor"]
    while cursor:
        page = shop.get(f"pickups?limit=2&cursor={cursor}").json()
        seen, cursor = seen + page["items"], page["next_cursor"]
    assert sorted(one["id"] for one in seen) == sorted(made) and len(seen) == 5
    first = shop.get("pickups?limit=2").json()["next_cursor"]
    assert shop.get(f"pickups?limit=2&state=submitted&cursor={first}").status_code == 400  # another filter
    assert phone_of(scene.stranger.actor).get(f"pickups?limit=2&cursor={first}").status_code == 400  # another person
    assert phone_of(scene.stranger.actor).get("pickups").json() == {"items": [], "next_cursor": None}


def test_staff_filters(shop, request_json, manager, scene):
    shop.post("pickups", request_json()), shop.post("pickups", request_json(category="paper"))
    here = f"pickups?programme={scene.code}"
    assert len(manager.get(here).json()["items"]) == 2
    of_paper = manager.get(f"{here}&category=paper&state=submitted&region=750000000").json()["items"]
    assert [one["category"] for one in of_paper] == ["paper"]
    assert manager.get(f"{here}&state=fulfilled").json()["items"] == []


def test_over_the_wire_a_slow_phone_is_no_danger(shop, request_json, scene):
    """A window that has passed by the time the request arrives is refused by the house's clock, not the phone's."""
    body = request_json(occurred_at=(scene.at - timedelta(days=3)).isoformat(),
                        window_from="2026-02-28T13:00:00+05:00", window_to="2026-02-28T18:00:00+05:00")
    assert codes(shop.post("pickups", body)) == {"/window_to": "window_is_past"}
