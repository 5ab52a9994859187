"""A region whose ground nobody has drawn: points there are refused, and what is there already is served as before."""

from __future__ import annotations

import pytest

from collection.dispatch.models import Explanation, Offer
from collection.pickups.models import Pickup
from geo.models import Piece
from tests.bad_inputs.forms import point, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def undrawn(scene, reset_role):
    """The shop's region has lost its polygons."""
    region = Pickup.objects.get(pk=scene.submit()).region_id
    Piece.objects.filter(region=region).delete()
    return region
