"""Coordinates of there become coordinates of here: a projection taken back, then a city set down in another."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

Point = tuple[float, float]  # x, y: longitude, latitude once they are degrees
WGS84 = 4326


@dataclass(frozen=True, slots=True)
class Anchor:
    """The place `there` (degrees WGS 84) is set down on `here`; everything else keeps its metres and bearing to it."""

    there: Point
    here: Point
    scale: float = 1.0

    def move(self, point: Point) -> Point:
        """East and north of `there` in metres are east and north of `here`.

        A degree of longitude is as many metres as the cosine of its latitude says, so longitudes stretch by the ratio
        of the cosines; degrees of latitude are the same length everywhere (to half a percent from 34 to 55 degrees).
        """
        latitude = self.here[1] + (point[1] - self.there[1]) * self.scale
        if abs(latitude) >= 90:
            raise ValueError("beyond a pole")
        stretch = math.cos(math.radians(point[1])) / math.cos(math.radians(latitude))
        return self.here[0] + (point[0] - self.there[0]) * stretch * self.scale, latitude


@dataclass(frozen=True, slots=True)
class Transform:
    """From the file's coordinates (`from_srid`) to degrees WGS 84, then by an anchor or an affine matrix, or neither.

    `bounds`: min x, min y, max x, max y of the file's own coordinates, outside of which a row is mistaken.
    `affine`: a, b, d, e, xoff, yoff; x' = a·x + b·y + xoff, y' = d·x + e·y + yoff, in degrees.
    """

    from_srid: int = WGS84
    bounds: tuple[float, float, float, float] | None = None
    anchor: Anchor | None = None
    affine: tuple[float, float, float, float, float, float] | None = None

    def within(self, point: Point) -> bool:
        """Whether the file's coordinates may be meant: finite, degrees where they are degrees, inside the bounds."""
        x, y = point
        if self.bounds:
            least_x, least_y, most_x, most_y = self.bounds
            return least_x <= x <= most_x and least_y <= y <= most_y
        return math.isfinite(x) and math.isfinite(y) and (
            self.from_srid != WGS84 or (abs(x) <= 180 and abs(y) <= 90))

    def move(self, point: Point) -> Point:
        """Longitude and latitude here. ValueError for a place that does not exist."""
        x, y = point if self.from_srid == WGS84 else degrees(self.from_srid)(point)
        if self.affine:
            a, b, d, e, right, up = self.affine
            x, y = a * x + b * y + right, d * x + e * y + up
        elif self.anchor:
            x, y = self.anchor.move((x, y))
        if not (abs(x) <= 180 and abs(y) <= 90):  # NaN is none of it either
            raise ValueError("not on the globe")
        return x, y


@cache
def degrees(srid: int) -> Callable[[Point], Point]:
    """How coordinates of `srid` become degrees WGS 84, longitude first. ValueError for an unknown one."""
    from django.contrib.gis.gdal import CoordTransform, GDALException, SpatialReference
    from django.contrib.gis.geos import GEOSException, Point as Geometry

    try:
        way = CoordTransform(SpatialReference(srid), SpatialReference(WGS84))
    except GDALException as error:
        raise ValueError(f"unknown SRID {srid}") from error

    def back(point: Point) -> Point:
        # Two numbers are all that GDAL is handed of the file.
        geometry = Geometry(*point, srid=srid)
        try:
            geometry.transform(way)
        except (GDALException, GEOSException) as error:
            raise ValueError("outside its projection") from error
        return geometry.x, geometry.y

    return back


def cell(point: Point, *, kilometres: float) -> str:
    """The name of the grid cell a point is in: the latitude and longitude of its south-western corner."""
    rows = kilometres / 111.2
    south = math.floor(point[1] / rows) * rows
    columns = rows / math.cos(math.radians(min(abs(south), 89)))
    west = math.floor(point[0] / columns) * columns
    return f"{south:.3f}, {west:.3f}"
