"""Distances without a road network: exact along the ellipsoid, and estimated along roads."""

from __future__ import annotations

from collections.abc import Sequence
from math import asin, cos, radians, sin, sqrt

from .base import Matrix, Point

EARTH_M = 6_371_008.8  # mean radius; a great circle is at most 0.5 % off the ellipsoid, less than any road factor


def metres(a: Point, b: Point) -> int:
    """The shortest way from `a` to `b` over the ellipsoid, in whole metres: what an explanation tells a person.

    0.2 ms a call: for many pairs use `Geodesic.matrix`.
    """
    from geopy.distance import geodesic  # half a second and 24 MB, so only where it is used

    return round(geodesic((a[1], a[0]), (b[1], b[0])).meters)


class Geodesic:
    """Great circles lengthened by a road factor, driven at one speed: the provider when no engine is configured."""

    name = "geodesic"

    def __init__(self, *, factor: float = 1.3, kilometres_an_hour: float = 50) -> None:
        self.factor = factor
        self.metres_a_second = kilometres_an_hour / 3.6

    def matrix(self, origins: Sequence[Point], destinations: Sequence[Point]) -> Matrix:
        table = [[round(self.factor * great_circle(a, b)) for b in destinations] for a in origins]
        return Matrix(metres=table, seconds=[[round(cell / self.metres_a_second) for cell in row] for row in table])


def great_circle(a: Point, b: Point) -> float:
    """Metres between two points by the haversine formula."""
    (longitude, latitude), (other_longitude, other_latitude) = (map(radians, a), map(radians, b))
    half_chord = sin((other_latitude - latitude) / 2) ** 2 \
        + cos(latitude) * cos(other_latitude) * sin((other_longitude - longitude) / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(half_chord)))
