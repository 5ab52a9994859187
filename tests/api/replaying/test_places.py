"""A city set down in another: what stays as long as it was, and what is no place."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from geopy.distance import geodesic

from api.replaying.places import Anchor, Transform, cell, degrees

LOS_ANGELES, ALMATY = (-118.3737, 34.0971), (76.95, 43.35)
#: The corners of the real file, and its middle.
CORNERS = [(-118.6664, 33.7091), (-118.1616, 33.7091), (-118.6664, 34.3291), (-118.1616, 34.3291), LOS_ANGELES]


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    return float(geodesic(one[::-1], other[::-1]).m)


def test_the_anchor_is_the_anchor():
    assert Anchor(LOS_ANGELES, ALMATY).move(LOS_ANGELES) == ALMATY


def test_a_tenth_of_a_degree_north_stays_one_and_one_east_grows_by_the_cosines():
    longitude, latitude = Anchor(LOS_ANGELES, ALMATY).move((-118.2737, 34.0971))
    assert latitude == 43.35
    assert longitude == pytest.approx(76.95 + 0.1 * 0.828085 / 0.727175, abs=1e-6)  # cos 34.0971 and cos 43.35
    assert Anchor(LOS_ANGELES, ALMATY).move((-118.3737, 34.1971)) == pytest.approx((76.95, 43.45))


def test_metres_stay_metres_to_half_a_percent():
    anchor = Anchor(LOS_ANGELES, ALMATY)
    for one, other in combinations(CORNERS, 2):
        assert metres(anchor.move(one), anchor.move(other)) == pytest.approx(metres(one, other), rel=0.005)


def test_a_scale_shrinks_the_city():
    half = Anchor(LOS_ANGELES, ALMATY, scale=0.5)
    assert metres(ALMATY, half.move(CORNERS[0])) == pytest.approx(metres(LOS_ANGELES, CORNERS[0]) / 2, rel=0.005)


def test_an_affine_matrix_is_read_row_by_row():
    transform = Transform(affine=(1.0, 0.0, 0.0, 1.0, 195.3237, 9.2529))
    assert transform.move(LOS_ANGELES) == pytest.approx(ALMATY)
    assert Transform(affine=(0.0, 1.0, 1.0, 0.0, 0.0, 0.0)).move((43.0, 76.0)) == (76.0, 43.0)  # it swaps


def test_projected_coordinates_come_back_to_degrees():
    """Web Mercator by its own formula; and the metres of UTM 43N, whose middle is 75 degrees east."""
    radius = 6_378_137.0
    latitude = math.degrees(2 * math.atan(math.exp(5_364_806 / radius)) - math.pi / 2)
    assert degrees(3857)((8_571_892.0, 5_364_806.0)) == pytest.approx((math.degrees(8_571_892 / radius), latitude))
    assert degrees(32643)((500_000.0, 4_700_000.0)) == pytest.approx((75.0, 42.45), abs=0.01)
    assert Transform(from_srid=32643).move((500_000.0, 4_700_000.0))[0] == pytest.approx(75.0)
    with pytest.raises(ValueError, match="unknown SRID"):
        degrees(990_001)


@pytest.mark.parametrize("point", [
    (200.0, 0.0), (0.0, 91.0), (float("nan"), 0.0), (0.0, float("inf")), (-118.3, 36.0)])
def test_what_is_out_of_bounds(point):
    bounds = (-119.0, 33.5, -118.0, 34.5)
    assert not Transform(bounds=bounds).within(point)
    assert Transform(bounds=bounds).within(LOS_ANGELES)
    assert not Transform(bounds=bounds).within(LOS_ANGELES[::-1])


def test_no_point_is_moved_beyond_a_pole_or_off_the_globe():
    with pytest.raises(ValueError, match="pole"):
        Anchor((0.0, 0.0), (0.0, 80.0)).move((0.0, 10.0))
    with pytest.raises(ValueError, match="globe"):
        Transform(affine=(2.0, 0.0, 0.0, 1.0, 0.0, 0.0)).move((170.0, 0.0))


def test_cells_are_as_wide_as_they_are_high():
    """Two points 9 km apart share a cell of 10 km or stand in neighbouring ones; 15 km apart never."""
    here = cell(ALMATY, kilometres=10)
    south, west = map(float, here.split(", "))
    assert metres((west, south), (west, south + 10 / 111.2)) == pytest.approx(10_000, rel=0.01)
    assert cell((west + 0.001, south + 0.001), kilometres=10) == here
    assert cell((west + 0.130, south + 0.001), kilometres=10) != here  # 0.130 degrees are 10.5 km here


def test_what_a_projection_cannot_hold_is_no_place():
    with pytest.raises(ValueError, match=r"projection|globe"):
        Transform(from_srid=32643).move((1e30, 1e30))
