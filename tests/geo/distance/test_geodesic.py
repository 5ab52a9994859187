from __future__ import annotations

import numpy as np
import pytest

from geo.distance import great_circle, metres
from geo.distance.geodesic import Geodesic

ALMATY, ASTANA = (76.9115, 43.2525), (71.446, 51.1801)


def test_metres_are_those_of_the_ellipsoid():
    assert metres(ALMATY, ASTANA) == metres(ASTANA, ALMATY) == pytest.approx(972_000, abs=5_000)
    assert metres(ALMATY, ALMATY) == 0
    assert metres((0, 0), (1, 0)) == 111_319  # a degree of the equator, by definition of the ellipsoid
    assert metres((0, 0), (180, 0)) == pytest.approx(20_003_931, abs=2)  # over a pole


def test_great_circle_is_within_half_a_percent():
    assert great_circle(ALMATY, ASTANA) == pytest.approx(metres(ALMATY, ASTANA), rel=0.005)
    assert great_circle((0, 0), (180, 0)) == pytest.approx(20_015_115, abs=5)


def test_matrix_is_whole_metres_along_the_road_and_whole_seconds():
    matrix = Geodesic(factor=1.3, kilometres_an_hour=50).matrix([ALMATY, ASTANA], [ALMATY, ASTANA, ALMATY])
    road = round(1.3 * great_circle(ALMATY, ASTANA))
    assert matrix.metres.tolist() == [[0, road, 0], [road, 0, road]]
    assert matrix.seconds[0].tolist() == [0, round(road / (50 / 3.6)), 0]
    assert (matrix.metres.dtype, matrix.provider, matrix.fallback, matrix.unreachable) == (np.int64, "geodesic", False, 0)


def test_every_pair_is_the_haversine_s():
    random = np.random.default_rng(3)
    points = [tuple(point) for point in np.column_stack((random.uniform(46, 87, 60), random.uniform(40, 55, 60)))]
    matrix = Geodesic(factor=1.0).matrix(points)
    for i, a in enumerate(points):
        for j, b in enumerate(points):
            assert abs(matrix.metres[i, j] - great_circle(a, b)) <= 1


def test_no_points_are_an_empty_matrix():
    assert Geodesic().matrix([], [ALMATY]).metres.shape == (0, 1)
    assert Geodesic().matrix([]).seconds.shape == (0, 0)


@pytest.mark.parametrize("point", [(float("nan"), 43), (77, float("inf")), (181, 43), (77, -90.5)])
def test_a_point_that_is_none(point):
    with pytest.raises(ValueError, match="point 1 is not on earth"):
        Geodesic().matrix([ALMATY, point])
