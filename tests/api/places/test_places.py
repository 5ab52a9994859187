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
