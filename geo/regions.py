"""Which region and district a point is in: district -> region -> the nearest region within 3 km -> nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from django.db import connection

Precision = Literal["district", "region", "approximate"]

#: Polygons are drawn to some hundred metres and end at the shore: this far outside, the nearest region is meant.
REACH_M = 3000
CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Located:
    """Where a point is.

    `precision` is "district"; or "region" where the district is known to have no polygon yet (`district_kato` is None);
    or "approximate": outside every polygon, but within REACH_M of this one.
    """

    region_kato: str
    district_kato: str | None
    precision: Precision


# The box of the third step only spares work: 0.03 degrees of latitude are 3.3 km, of longitude that times its cosine.
LOCATE = """
SELECT asked.n, found.region_id, found.district_id, found.precision
FROM unnest(%(longitudes)s::float8[], %(latitudes)s::float8[]) WITH ORDINALITY AS asked (longitude, latitude, n)
CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(longitude, latitude), 4326) AS point) AS at
LEFT JOIN LATERAL (
    SELECT region_id, district_id, CASE WHEN district_id IS NULL THEN 'region' ELSE 'district' END AS precision
    FROM geo_piece WHERE ST_Intersects(polygon, point)
    ORDER BY region_id, district_id LIMIT 1
) AS inside ON true
LEFT JOIN LATERAL (
    SELECT region_id, district_id, 'approximate' AS precision
    FROM geo_piece
    WHERE inside.region_id IS NULL
        AND polygon && ST_Expand(point, 0.03 / greatest(cosd(latitude), 0.01), 0.03)
        AND ST_DWithin(polygon::geography, point::geography, %(reach)s)
    ORDER BY ST_Distance(polygon::geography, point::geography), region_id, district_id LIMIT 1
) AS near ON true
CROSS JOIN LATERAL (
    SELECT coalesce(inside.region_id, near.region_id) AS region_id,
        CASE WHEN inside.region_id IS NULL THEN near.district_id ELSE inside.district_id END AS district_id,
        coalesce(inside.precision, near.precision) AS precision
) AS found
WHERE found.region_id IS NOT NULL
"""


def locate(longitude: float, latitude: float) -> Located | None:
    """The region and district of a WGS84 point in degrees; None when it is in neither, or not a point of the Earth."""
    return locate_many([(longitude, latitude)])[0]


def locate_many(points: Iterable[tuple[float, float]]) -> list[Located | None]:
    """`locate` for each (longitude, latitude), in order, by one query for every CHUNK points."""
    found: list[Located | None] = []
    remaining = iter(points)
    while chunk := list(islice(remaining, CHUNK)):
        found += locate_chunk(chunk)
    return found


def locate_chunk(points: list[tuple[float, float]]) -> list[Located | None]:
    found: list[Located | None] = [None] * len(points)
    # NaN and the infinities fail these comparisons too
    asked = [n for n, (longitude, latitude) in enumerate(points) if -180 <= longitude <= 180 and -90 <= latitude <= 90]
    if asked:
        with connection.cursor() as cursor:
            cursor.execute(LOCATE, {
                "longitudes": [float(points[n][0]) for n in asked], "latitudes": [float(points[n][1]) for n in asked],
                "reach": REACH_M,
            })
            for n, region, district, precision in cursor.fetchall():
                found[asked[n - 1]] = Located(region, district, precision)
    return found


# The box only spares work: no part of a circle is further east or west than on the parallel nearest the pole.
_WITHIN = """
SELECT DISTINCT region_id
FROM geo_piece CROSS JOIN (SELECT ST_SetSRID(ST_MakePoint(%(longitude)s, %(latitude)s), 4326) AS point) AS at
WHERE polygon && ST_Expand(point, %(degrees)s / greatest(cosd(abs(%(latitude)s) + %(degrees)s), 0.01), %(degrees)s)
  AND ST_DWithin(polygon::geography, point::geography, %(reach)s)
ORDER BY region_id
"""


def within(longitude: float, latitude: float, reach_m: int) -> list[str]:
    """The regions some part of which lies within `reach_m` of the point, by code. A lookup of tens of milliseconds."""
    with connection.cursor() as cursor:
        cursor.execute(_WITHIN, {"longitude": longitude, "latitude": latitude, "reach": float(reach_m),
                                 "degrees": reach_m / 110_000})
        return [row[0] for row in cursor.fetchall()]
