from __future__ import annotations

import pytest

from geo.distance.geodesic import Geodesic, great_circle, metres

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
    assert matrix.metres == [[0, road, 0], [road, 0, road]]
    assert matrix.seconds[0] == [0, round(road / (50 / 3.6)), 0]
    assert Geodesic().matrix([], [ALMATY]).metres == []
