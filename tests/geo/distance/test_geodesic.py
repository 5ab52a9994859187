from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings as wishes, strategies as some

from geo.distance import great_circle, metres
from geo.distance.geodesic import Geodesic

ALMATY, ASTANA = (76.9115, 43.2525), (71.446, 51.1801)
points = some.lists(some.tuples(some.floats(-180, 180), some.floats(-90, 90)), max_size=7)


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


@given(points, points)
@wishes(max_examples=200, deadline=None)
def test_every_pair_is_the_haversine_s_in_both_directions(origins, destinations):
    there = Geodesic(factor=1.0).matrix(origins, destinations).metres
    assert there.shape == (len(origins), len(destinations))
    for i, a in enumerate(origins):
        for j, b in enumerate(destinations):
            assert abs(there[i, j] - great_circle(a, b)) <= 1
    assert (there == Geodesic(factor=1.0).matrix(destinations, origins).metres.T).all()


@pytest.mark.parametrize("step", [1e-6, 1e-5, 1e-4, 1e-3, 1e-2])
def test_short_ways_are_not_lost(step):
    near = (ALMATY[0] + step, ALMATY[1] + step)
    millimetres = Geodesic(factor=1000).matrix([ALMATY], [near]).metres[0, 0]
    assert abs(millimetres - 1000 * great_circle(ALMATY, near)) <= 200


def test_a_large_matrix_is_made_in_parts_that_fit_together():
    many = [(60 + n * 0.07, 44 + n * 0.02) for n in range(300)]  # 90,000 cells
    whole, last = Geodesic().matrix(many), Geodesic().matrix(many[299:], many)
    assert (whole.metres[299] == last.metres[0]).all() and (whole.seconds[299] == last.seconds[0]).all()
    assert (whole.metres == whole.metres.T).all() and not whole.metres.diagonal().any()


def test_no_points_are_an_empty_matrix():
    assert Geodesic().matrix([], [ALMATY]).metres.shape == (0, 1)
    assert Geodesic().matrix([ALMATY], []).metres.shape == (1, 0)
    assert Geodesic().matrix([]).seconds.shape == (0, 0)


@pytest.mark.parametrize("odd", [{"factor": 0}, {"factor": float("nan")}, {"kilometres_an_hour": -1}])
def test_at_no_speed_nobody_arrives(odd):
    with pytest.raises(ValueError, match="leads nowhere"):
        Geodesic(**odd)


@pytest.mark.parametrize("point", [(float("nan"), 43), (77, float("inf")), (181, 43), (77, -90.5)])
def test_a_point_that_is_none(point):
    with pytest.raises(ValueError, match="point 1 is not on earth"):
        Geodesic().matrix([ALMATY, point])


@pytest.mark.parametrize("odd", [[(77, 43, 1), (77, 43, 1)], [77, 43], [(77,), (43,)], [(77, 43), (77,)]])
def test_points_that_are_no_pairs(odd):
    with pytest.raises(ValueError):
        Geodesic().matrix(odd)
