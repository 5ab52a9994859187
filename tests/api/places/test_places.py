"""A point of the map, as the phone asks about it before a site is saved."""

from __future__ import annotations

import pytest

from tests.api.phone import codes

pytestmark = pytest.mark.django_db


def test_a_point_in_almaty(stranger, reference):
    found = stranger.get("places/locate?longitude=76.9286&latitude=43.2567").json()
    assert (found["region"]["kato"], found["region"]["name"]["en"]) == ("750000000", "Almaty")
    assert (found["district"]["kato"], found["district"]["name"]["ru"]) == ("751110000", "Алмалинский район")
    assert found["precision"] == "district"


@pytest.mark.parametrize(("row", "longitude", "latitude", "params"), [
    ("B15", "43.2567", "76.9286", {"hint": "swapped"}), ("B18", "0", "0", {}), ("B18", "0", "90", {}),
    ("B18", "180", "0", {}), ("B19", "37.6", "55.75", {}),
])
def test_points_outside_the_country(stranger, reference, row, longitude, latitude, params):
    response = stranger.get(f"places/locate?longitude={longitude}&latitude={latitude}")
    assert (response.status_code, response.json()["code"]) == (422, "outside_country")
    assert response.json()["errors"] == [{"pointer": "", "code": "outside_country", "params": params}]


@pytest.mark.parametrize(("row", "query", "pointer"), [
    ("B16", "longitude=76&latitude=90.0001", "/latitude"), ("B16", "longitude=NaN&latitude=43", "/longitude"),
    ("B16", "longitude=inf&latitude=43", "/longitude"), ("B17", "longitude=181&latitude=43", "/longitude"),
    ("B21", "longitude=43,2&latitude=76,9", "/longitude"), ("B7", "longitude=٧٦&latitude=43", "/longitude"),
    ("B16", "longitude=76&latitude=", "/latitude"), ("B30", "longitude=76", "/latitude"),
    ("B16", "longitude=76.123456789&latitude=43", "/longitude"), ("B16", "longitude=1e1&latitude=43", "/longitude"),
])
def test_what_is_no_point(stranger, row, query, pointer):
    response = stranger.get("places/locate?" + query)
    assert response.status_code == 400 and pointer in codes(response)


def test_a_text_is_a_place(stranger, reference):
    found = stranger.get("places/geocode?q=г. Алматы, ул. Абая 10").json()
    assert (found["place"]["kato"], found["place"]["precision"], found["ambiguous"], found["choices"]) == (
        "750000000", "settlement", False, [])
    assert found["place"]["point"] == {"type": "Point", "coordinates": [76.9115, 43.25249]}
    assert (found["address"], found["pending"]) == (None, False)  # no outside geocoder is configured
    village = stranger.get("places/geocode?q=Силантьевка").json()["place"]
    assert [one["name"]["ru"] for one in village["within"]][:2] == ["Костанайская область", "Алтынсаринский район"]


def test_namesakes_are_choices_and_a_region_chooses(stranger, reference):
    found = stranger.get("places/geocode?q=Жамбыл").json()
    assert (found["place"], found["ambiguous"], len(found["choices"])) == (None, True, 37)
    assert all(one["within"][0]["name"]["en"] for one in found["choices"])
    here = stranger.get("places/geocode?q=Жамбыл&region=Жетісу").json()
    assert {one["within"][0]["kato"] for one in here["choices"]} | {(here["place"] or {}).get("kato", "33")[:2]} <= {
        "330000000", "33"}


@pytest.mark.parametrize(("row", "query", "pointer"), [
    ("B30", "", "/q"), ("B25", "q=", "/q"), ("B24", "q=" + "ж" * 301, "/q"), ("B23", "q=a%00b", "/q"),
    ("B31", "q=a&limit=3", "/limit"), ("B56", "q=a&q=b", "/q"),
])
def test_what_is_no_question(stranger, row, query, pointer):
    response = stranger.get("places/geocode?" + query)
    assert response.status_code == 400 and pointer in codes(response)


def test_what_is_at_a_point(stranger, reference):
    found = stranger.get("places/reverse?longitude=77.24&latitude=43.31").json()
    assert (found["region"]["kato"], found["near"]["kato"], found["near"]["name"]["ru"]) == (
        "190000000", "196220100", "г.Талгар")
    assert 0 < found["near"]["distance_m"] < 2_000
    assert stranger.get("places/reverse?longitude=37.6&latitude=55.75").json()["code"] == "outside_country"
