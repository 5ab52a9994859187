"""The gazetteer of this process, read once."""

from __future__ import annotations

from functools import lru_cache

from collection.kernel.db import rows

from .building import drafts
from .units import Gazetteer, Unit


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """All units; about 16,000, read in two seconds. `gazetteer.cache_clear()` after `load_reference` in the same process."""
    found = Gazetteer()
    for draft in drafts():
        found.add(draft.unit(), draft.names)
    return found


_NEAREST = """
SELECT kato_id AS kato, ST_Distance(geo_place.point::geography, here.point::geography) AS metres
FROM geo_place, (SELECT ST_SetSRID(ST_MakePoint(%s, %s), 4326) AS point) here
WHERE kato_id IS NOT NULL AND NOT suspect
ORDER BY geo_place.point <-> here.point LIMIT 5
"""


def nearest(longitude: float, latitude: float) -> tuple[Unit, int] | None:
    """The settlement nearest to a point (degrees) among those whose point is known, and how far it is, in metres.

    The index measures in degrees, so the nearest five by it are compared over the ellipsoid.
    """
    found = min(rows(_NEAREST, [longitude, latitude]), key=lambda row: row["metres"], default=None)
    return (gazetteer().units[found["kato"]], round(found["metres"])) if found else None
