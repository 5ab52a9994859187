"""Distances without a road network: exact along the ellipsoid, and estimated along roads."""

from __future__ import annotations

from collections.abc import Sequence
from math import asin, cos, radians, sin, sqrt

import numpy as np

from .base import Matrix, Point, Real, points_of

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

    def matrix(self, origins: Sequence[Point], destinations: Sequence[Point] | None = None) -> Matrix:
        """See `base.DistanceProvider`. Tens of millions of cells a second, in 24 bytes each."""
        here = points_of(origins)
        there = here if destinations is None else points_of(destinations)
        road = self.roads(here, there)
        return Matrix(np.rint(road).astype(np.int64), np.rint(road / self.metres_a_second).astype(np.int64), self.name)

    def roads(self, here: Real, there: Real) -> Real:
        """Metres along an assumed road, from n×2 and m×2 degrees to n×m.

        Points are unit vectors, and the angle between two comes from their product: one matrix multiplication. It loses
        twenty centimetres at worst, for points that are almost one.
        """
        chord = _unit(here) @ _unit(there).T
        np.clip(chord, -1.0, 1.0, out=chord)
        np.arccos(chord, out=chord)
        chord *= self.factor * EARTH_M
        return chord


def _unit(points: Real) -> Real:
    longitude, latitude = np.radians(points.T)
    return np.column_stack((np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)))


def great_circle(a: Point, b: Point) -> float:
    """Metres between two points by the haversine formula."""
    (longitude, latitude), (other_longitude, other_latitude) = (map(radians, a), map(radians, b))
    half_chord = sin((other_latitude - latitude) / 2) ** 2 \
        + cos(latitude) * cos(other_latitude) * sin((other_longitude - longitude) / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(half_chord)))
