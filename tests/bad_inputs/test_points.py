"""Points, B15-B21: every field that reads one, and the question on the map."""

from __future__ import annotations

import json

import pytest

from api.http.fields import GeoPoint
from collection.registry.models import Site
from tests.api.phone import codes
from tests.bad_inputs.doors import slots
from tests.bad_inputs.forms import point, refused
from tests.cast import ALMATY, SHOP

pytestmark = pytest.mark.django_db
OUTSIDE = {"/point": "outside_country"}


@pytest.fixture
def blamed(phones, unwritten, shop):
    """`blamed(value, below, code)`: every point refuses it at `below`, and a site that is good otherwise, alone."""
    def blamed(value: object, below: str, code: str) -> None:
        literal = value if isinstance(value, str) and value.startswith("{") else json.dumps(value)
        found = slots(GeoPoint)
        assert {"/point", "/site/point"} == {slot.pointer for slot in found} and len(found) > 4
        for slot in found:
            named = refused(slot.door.send(phones, slot.json(literal)), 400)
            assert code in (named.get(slot.pointer + below), named.get("")), (slot, value, named)
        whole = refused(shop.post("sites", f'{{"name": "x", "point": {literal}}}'.encode()), 400)
        assert whole in ({"/point" + below: code}, {"": code})

    with unwritten():
        yield blamed


def raw(longitude: str, latitude: str) -> str:
    return f'{{"type": "Point", "coordinates": [{longitude}, {latitude}]}}'


@pytest.fixture
def outside(shop, unwritten, haul, phone_of):
    """`outside(longitude, latitude)`: refused by everybody who keeps places; gives the hint."""
    collector = phone_of(haul.collector.actor)

    def outside(longitude: float, latitude: float) -> str | None:
        place, hints = {"name": "x", "point": point(longitude, latitude)}, set()
        with unwritten():
            for phone, path in ((shop, "sites"), (collector, "bases"), (collector, "facilities")):
                answer = phone.post(path, place)
                assert refused(answer, 422, "outside_country") == OUTSIDE
                hints.add(answer.json()["errors"][0]["params"].get("hint"))
            asked = shop.get(f"places/locate?longitude={longitude}&latitude={latitude}")
            assert refused(asked, 422, "outside_country") == {"": "outside_country"}
            hints.add(asked.json()["errors"][0]["params"].get("hint"))
        (hint,) = hints
        return hint

    return outside


def test_b15_latitude_first(outside):
    assert outside(43.2567, 76.9286) == "swapped"


def test_b16_no_latitude(blamed, shop):
    blamed(point(76.9, 90.0001), "/coordinates/1", "out_of_range")
    blamed(point(76.9, None), "/coordinates/1", "not_a_number")
    blamed(point("76.9", "43.2"), "/coordinates/0", "not_a_number")
    blamed(point(True, 43.2), "/coordinates/0", "not_a_number")
    blamed(raw("NaN", "43.2"), "/coordinates/0", "not_a_number")
    blamed(raw("76.9", "Infinity"), "/coordinates/1", "not_a_number")
    blamed(raw("1e400", "43.2"), "/coordinates/0", "number_out_of_range")
    for value in ("90.0001", "NaN", "inf", "", "null"):
        assert "/latitude" in refused(shop.get(f"places/locate?longitude=76.9&latitude={value}"), 400)


def test_b17_beyond_the_antimeridian(blamed, shop):
    for longitude in (181, -180.0000001, 540):
        blamed(point(longitude, 43.2), "/coordinates/0", "out_of_range")
    assert refused(shop.get("places/locate?longitude=181&latitude=43"), 400) == {"/longitude": "out_of_range"}


def test_b18_poles_null_island_antimeridian(outside):
    for longitude, latitude in ((0, 90), (0, -90), (0, 0), (180, 50), (-180, 50)):
        assert outside(longitude, latitude) is None


def test_b19_near_the_border_is_approximate_and_farther_is_outside(shop, outside):
    made = shop.post("sites", {"name": "Pier", "point": point(51.13, 43.65)})
    assert (made.status_code, made.json()["precision"]) == (201, "approximate")
    assert Site.objects.get(pk=made.json()["id"]).precision == "approximate"
    for longitude, latitude in ((87.6, 43.8), (37.6, 55.75), (71.4304, -51.1282)):
        assert outside(longitude, latitude) is None


def test_b19_the_point_decides_whatever_city_the_address_names(shop):
    made = shop.post("sites", {"name": "x", "address": "Астана, Абай 1", "point": point(*SHOP)})
    assert (made.status_code, made.json()["region_kato"], made.json()["address"]) == (201, ALMATY, "Астана, Абай 1")


def test_b20_other_geometries(blamed):
    for coordinates in ([], [76.9], [76.9, 43.2, 800], [[76.9, 43.2]], None, {"0": 76.9}):
        blamed({"type": "Point", "coordinates": coordinates}, "/coordinates", "not_a_point")
    blamed({"type": "Polygon", "coordinates": [[[76, 43], [77, 43], [76, 44], [76, 43]]]}, "/type", "not_a_point")
    blamed({"type": "Point", "coordinates": [76.9, 43.2], "crs": "EPSG:3857"}, "/crs", "unknown_field")
    blamed({"type": "Point", "coordinates": [8560469.9, 5342155.8]}, "/coordinates/0", "out_of_range")


def test_b21_text_is_no_point(blamed, shop):
    for text in ("43,2 76,9", "76.9 43.2", "POINT(76.9 43.2)", "Алматы, Абай 1"):
        blamed(text, "", "not_a_point")
    asked = shop.get("places/locate?longitude=43,2&latitude=76,9")
    assert codes(asked) == {"/longitude": "not_a_number", "/latitude": "not_a_number"}
