"""Registering over HTTP: places know where they are, bad points are refused in the right way, strangers see nothing."""

from __future__ import annotations

from uuid import uuid4

import pytest

from collection.accounts.models import Membership
from collection.audit.models import AuditLine
from collection.registry.models import Site
from tests.api.phone import Phone, codes, identity_number
from tests.collection.contracts.cast import ALMATY, ALMATY_KATO, ASTANA

pytestmark = pytest.mark.django_db


def point(longitude, latitude) -> dict:
    return {"type": "Point", "coordinates": [longitude, latitude]}


def form(**more) -> dict:
    site = {"name": "Дүкен", "address": "Абай 1", "point": point(*ALMATY)}
    return {"programme": "live", "kind": "company", "identity_number": identity_number(5000), "name": "Дүкен",
            "site": site} | more


@pytest.fixture
def shop(programme, sign_in) -> Phone:
    phone = sign_in("newcomer")
    assert phone.post("generators", form()).status_code == 201
    return phone


def test_a_newcomer_registers_and_acts_for_the_generator_at_once(programme, sign_in):
    phone = sign_in("newcomer")
    assert phone.get("sites").json()["code"] == "membership_required"
    made = phone.post("generators", form(), key="6f1d2c1e-8f0a-4a38-9f5c-111111111111")
    assert made.status_code == 201
    site = made.json()["site"]
    assert (site["region_kato"], site["precision"], site["kato"]) == (ALMATY_KATO, "district", site["district_kato"])
    me = phone.get("me").json()
    assert (me["role"], me["organisation_id"]) == ("generator_admin", made.json()["organisation_id"])
    assert [one["id"] for one in phone.get("sites").json()["items"]] == [site["id"]]
    again = phone.post("generators", form(), key="6f1d2c1e-8f0a-4a38-9f5c-111111111111")
    assert again.headers["Idempotency-Replayed"] == "true" and again.json() == made.json()
    assert Membership.objects.count() == 1


def test_b75_company_numbers(programme, sign_in, shop):
    phone = sign_in("newcomer")
    good = identity_number(7000)
    for wrong in (good[:-1], good + "0", "abc", "１２３４５６７８９０１２", 940240000221, None, "", "0" * 12):
        refused = phone.post("generators", form(identity_number=wrong))
        assert (refused.status_code, set(codes(refused))) == (400, {"/identity_number"}), wrong
    refused = phone.post("generators", form(identity_number=good[:-1] + str((int(good[-1]) + 1) % 10)))
    assert (refused.status_code, codes(refused)) == (400, {"/identity_number": "wrong_check_digit_or_structure"})
    refused = phone.post("generators", form(identity_number=good, kind="person"))
    assert codes(refused) == {"/identity_number": "belongs_to_other_kind"}
    taken = phone.post("generators", form())
    assert taken.status_code == 409 and taken.json()["code"] == "organisation_exists"
    whose = shop.get("me").json()["organisation_id"]
    assert "Дүкен" not in taken.content.decode() and whose not in taken.content.decode()


def test_every_defect_of_a_form_at_once(programme, sign_in):
    refused = sign_in("newcomer").post("generators", {
        "programme": "", "kind": "trust", "name": "\u200b", "id": str(uuid4()),
        "site": {"point": point("1", 2), "x": 1}})
    assert refused.status_code == 400
    assert codes(refused) == {
        "/programme": "blank", "/kind": "not_a_choice", "/name": "blank", "/id": "unknown_field",
        "/identity_number": "required", "/site/name": "required", "/site/x": "unknown_field",
        "/site/point/coordinates/0": "not_a_number"}


@pytest.mark.parametrize(("coordinates", "params"), [
    (ALMATY[::-1], {"hint": "swapped"}),  # B15
    ((0, 0), {}), ((0, 90), {}), ((0, -90), {}), ((180, 50), {}), ((-180, 50), {}), ((87.6, 43.8), {}),  # B18, B19
])
def test_points_outside_the_country(shop, coordinates, params):
    refused = shop.post("sites", {"name": "x", "point": point(*coordinates)})
    assert (refused.status_code, refused.json()["code"]) == (422, "outside_country")
    assert refused.json()["errors"] == [{"pointer": "/point", "code": "outside_country", "params": params}]
    assert Site.objects.count() == 1


@pytest.mark.parametrize(("value", "defect"), [
    ({"type": "Point", "coordinates": [76.9, 90.0001]}, {"/point/coordinates/1": "out_of_range"}),  # B16
    ({"type": "Point", "coordinates": [76.9, None]}, {"/point/coordinates/1": "not_a_number"}),
    ({"type": "Point", "coordinates": ["76.9", "43.2"]}, {"/point/coordinates/0": "not_a_number"}),
    ({"type": "Point", "coordinates": [181, 43.2]}, {"/point/coordinates/0": "out_of_range"}),  # B17
    ({"type": "Point", "coordinates": [True, 43.2]}, {"/point/coordinates/0": "not_a_number"}),
    ({"type": "Point", "coordinates": []}, {"/point/coordinates": "not_a_point"}),  # B20
    ({"type": "Point", "coordinates": [76.9, 43.2, 800]}, {"/point/coordinates": "not_a_point"}),
    ({"type": "Polygon", "coordinates": [[[76, 43], [77, 43], [76, 44], [76, 43]]]}, {"/point/type": "not_a_point"}),
    ({"type": "Point", "coordinates": [76.9, 43.2], "crs": "EPSG:3857"}, {"/point/crs": "unknown_field"}),
    ({"type": "Point", "coordinates": [76.12345678, 43.2]}, {"/point/coordinates/0": "too_many_decimals"}),
    ("43,2 76,9", {"/point": "not_a_point"}),  # B21
    ("POINT(76.9 43.2)", {"/point": "not_a_point"}), (None, {"/point": "null"}), ([], {"/point": "not_a_point"}),
])
def test_points_that_are_none(shop, value, defect):
    refused = shop.post("sites", {"name": "x", "point": value})
    assert (refused.status_code, codes(refused)) == (400, defect)


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e400", b"1e999999999"])
def test_numbers_that_are_none(shop, number):
    refused = shop.post("sites", b'{"name": "x", "point": {"type": "Point", "coordinates": [' + number + b", 43.2]}}")
    assert refused.status_code == 400


def test_just_over_the_border_is_approximate(shop):
    made = shop.post("sites", {"name": "Pier", "point": point(51.13, 43.65)})
    assert (made.status_code, made.json()["precision"]) == (201, "approximate")


def test_one_site_with_its_tag(shop):
    site = shop.get("sites").json()["items"][0]
    one = shop.get("sites/" + site["id"])
    assert one.json() == site and one.headers["ETag"] == '"1-generator_admin"'
    assert shop.get("sites/" + site["id"], If_None_Match=one.headers["ETag"]).status_code == 304


def test_strangers_get_404_and_the_same_body_as_for_what_is_not_there(shop, sign_in, manager):
    site = shop.get("sites").json()["items"][0]
    stranger = sign_in("generator_admin")
    bodies = [stranger.get(f"sites/{pk}") for pk in (site["id"], uuid4())]
    assert [one.status_code for one in bodies] == [404, 404]
    plain = [{k: v for k, v in one.json().items() if k not in ("instance", "trace_id")} for one in bodies]
    assert plain[0] == plain[1]
    assert stranger.get("sites").json()["items"] == []
    foreign = shop.get("me").json()["organisation_id"]
    assert stranger.post("sites", {"name": "x", "point": point(*ALMATY), "organisation_id": foreign}).status_code == 404
    assert manager.get("sites/" + site["id"]).status_code == 200
    on_behalf = manager.post("sites", {"name": "x", "point": point(*ASTANA), "organisation_id": foreign})
    assert on_behalf.status_code == 201 and on_behalf.json()["organisation_id"] == foreign
    line = AuditLine.objects.get(object_id=on_behalf.json()["id"])
    assert (line.actor_role, str(line.actor_id)) == ("manager", str(manager.actor.user_id))
    assert manager.post("sites", {"name": "x", "point": point(*ASTANA)}).status_code == 404


@pytest.mark.parametrize("pk", ["1", "-1", "٣", "9" * 30, "..", "x" * 300, "{00000000-0000-0000-0000-000000000000}"])
def test_ids_that_are_none(shop, pk):
    assert shop.get(f"sites/{pk}").status_code == 404


@pytest.mark.parametrize("organisation", [123, "{%s}", "urn:uuid:00000000-0000-0000-0000-000000000000", ""])
def test_ids_in_bodies_are_canonical(shop, organisation):
    refused = shop.post("sites", {"name": "x", "point": point(*ALMATY), "organisation_id": organisation})
    assert (refused.status_code, codes(refused)) == (400, {"/organisation_id": "not_a_uuid"})


def test_a_recyclers_plant_lorry_and_scale(programme, sign_in):
    recycler = sign_in("recycler_admin")
    plant = recycler.post("facilities", {
        "name": "Зауыт", "point": point(*ASTANA),
        "capacities": [{"category": "paper", "monthly_g": 5}, {"category": "glass", "monthly_g": 200_000_000}]})
    assert plant.status_code == 201
    assert plant.json()["capacities"] == [
        {"category": "glass", "monthly_g": 200_000_000}, {"category": "paper", "monthly_g": 5}]
    scale = recycler.post("scales", {
        "serial": "W-1", "certificate_number": "KZ-1", "certified_from": "2026-01-01", "certified_until": "2027-01-01",
        "facility_id": plant.json()["id"]})
    assert scale.status_code == 201
    lorry = recycler.post("vehicles", {"plate": "123 авс 02", "payload_g": 8_000_000})
    assert (lorry.status_code, lorry.json()["plate"]) == (201, "123ABC02")
    base = recycler.post("bases", {"name": "Garage", "point": point(*ASTANA)})
    for noun, made in (("facilities", plant), ("scales", scale), ("vehicles", lorry), ("bases", base)):
        assert recycler.get(noun).json()["items"] == [made.json()]
        assert recycler.get(f"{noun}/{made.json()['id']}").json() == made.json()
        assert sign_in("collector_admin").get(f"{noun}/{made.json()['id']}").status_code == 404
        assert sign_in("generator").get(noun).status_code == 403
    assert recycler.post("vehicles", {"plate": "123ABC02", "payload_g": 1}).json()["code"] == "already_registered"


SCALE = {"serial": "W", "certificate_number": "C", "certified_from": "2026-01-01", "certified_until": "2027-01-01"}


@pytest.mark.parametrize(("noun", "body", "status", "defect"), [
    ("vehicles", {"plate": "??", "payload_g": 1}, 422, {"/plate": "plate_invalid"}),
    ("vehicles", {"plate": "777AAA01", "payload_g": 40_000_001}, 422, {"/payload_g": "out_of_range"}),
    ("vehicles", {"plate": "777AAA01", "payload_g": 8e6}, 400, {"/payload_g": "not_an_integer"}),
    ("vehicles", {"plate": "777AAA01", "payload_g": 0}, 400, {"/payload_g": "too_small"}),  # B5
    ("vehicles", {"plate": "777AAA01", "payload_g": 10**19}, 400, {"/payload_g": "too_large"}),
    ("scales", SCALE | {"certified_until": "2025-12-31"}, 422,
     {"/certified_until": "certificate_ends_before_it_starts"}),
    ("scales", SCALE | {"certified_from": "2026-02-30", "certified_until": "9999-12-31"}, 400,
     {"/certified_from": "not_a_date", "/certified_until": "out_of_range"}),
    ("scales", SCALE | {"facility_id": str(uuid4())}, 422, {"/facility_id": "not_found"}),
    ("facilities", {"name": "x", "point": point(*ASTANA), "capacities": [{"category": "gold", "monthly_g": 1}]},
     422, {"/capacities/0/category": "unknown_category"}),
])
def test_equipment_that_cannot_be(programme, sign_in, noun, body, status, defect):
    refused = sign_in("recycler_admin").post(noun, body)
    assert (refused.status_code, codes(refused)) == (status, defect)


def test_pages_by_cursor(shop):
    for n in range(4):
        assert shop.post("sites", {"name": str(n), "point": point(*ASTANA)}).status_code == 201
    seen, cursor = [], ""
    for _ in range(3):
        page = shop.get(f"sites?limit=2{cursor}").json()
        seen += [one["id"] for one in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert len(set(seen)) == 5 and page["next_cursor"] is None
    for limit in ("0", "-1", "201", "abc", "NaN", "1.0"):
        assert shop.get(f"sites?limit={limit}").status_code == 400
    assert shop.get("sites?cursor=garbage").json()["code"] == "invalid_cursor"
    assert shop.get("sites?sort=password").status_code == 400
