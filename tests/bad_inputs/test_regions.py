"""A region whose ground nobody has drawn: points there are refused, and what is there already is served as before."""

from __future__ import annotations

import pytest
from django.db import connection

from collection.contracts.models import Programme
from collection.pickups.models import Pickup
from geo.models import Piece
from tests.bad_inputs.forms import pickup_form, point, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def undrawn(scene):
    """The shop's region, without its polygons; a collector and a plant serve it."""
    scene.collector(km=5)
    scene.recycler()
    region = Pickup.objects.get(pk=scene.submit()).region_id
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        Piece.objects.filter(region=region).delete()
        cursor.execute("SET ROLE house_app")
    return region


def test_no_place_can_be_registered_there(undrawn, shop, unwritten):
    with unwritten():
        refusal = shop.post("sites", {"name": "x", "point": point()})
    assert refused(refusal, 422, "outside_country") == {"/point": "outside_country"}


def test_a_site_of_before_keeps_its_region_and_is_dispatched(undrawn, scene, shop):
    answer = shop.post("pickups", pickup_form(scene))
    assert answer.status_code == 201, answer.content
    pickup = Pickup.objects.get(pk=answer.json()["id"])
    assert pickup.region_id == undrawn and scene.advance(pickup.id) == "offered"


def test_widening_to_neighbours_passes_it_over(undrawn, scene):
    assert undrawn
    Programme.objects.filter(code=scene.code).update(widening=[{"from_wave": 1, "radius_m": 300_000, "neighbours": True}])
    pickup_id = scene.submit()
    assert scene.advance(pickup_id) == "offered"
