"""Vector tiles (Mapbox Vector Tile 2.1) of regions and districts: the ground of every map, drawn from our own polygons.

Up to zoom 5 the twenty regions (from their overview outlines), from there the districts with them. The code of each unit
is all it carries besides its names, so that figures are joined to it in the browser and a tile never goes stale with them.
"""

from __future__ import annotations

from collection.kernel.db import rows

DEEPEST = 14
DISTRICTS_FROM = 5

_TILE = """
WITH box AS (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS web),
     here AS (SELECT web, ST_Transform(ST_Expand(web, ST_XMax(web) - ST_XMin(web)), 4326) AS near FROM box)
SELECT
    (SELECT ST_AsMVT(one, 'regions', 4096, 'shape') FROM (
        SELECT kato, name_kk AS kk, name_ru AS ru, name_en AS en,
               ST_AsMVTGeom(ST_Transform({region}, 3857), web, 4096, 64) AS shape
        FROM geo_region, here WHERE {region} && near) AS one WHERE shape IS NOT NULL)
    {districts} AS tile
"""
_DISTRICTS = """
 || (SELECT ST_AsMVT(one, 'districts', 4096, 'shape') FROM (
        SELECT kato, region_id AS region, name_kk AS kk, name_ru AS ru, coalesce(nullif(name_en, ''), name_ru) AS en,
               ST_AsMVTGeom(ST_Transform(ST_SimplifyPreserveTopology(polygon, %(step)s), 3857), web, 4096, 64) AS shape
        FROM geo_district, here WHERE polygon && near) AS one WHERE shape IS NOT NULL)
"""


def exists(z: int, x: int, y: int) -> bool:
    """Whether the world has such a tile, no deeper than anybody needs."""
    return 0 <= z <= DEEPEST and 0 <= x < 2**z and 0 <= y < 2**z


def units(z: int, x: int, y: int) -> bytes:
    """The tile at zoom `z`, column `x`, row `y` (web mercator, as every map asks); empty where there is no unit."""
    statement = _TILE.format(
        region="overview" if z <= DISTRICTS_FROM else "polygon", districts=_DISTRICTS if z >= DISTRICTS_FROM else "")
    # a pixel of a 512-pixel tile, in degrees: nothing smaller can be seen
    return bytes(rows(statement, {"z": z, "x": x, "y": y, "step": 360 / 2**z / 1024})[0]["tile"])
