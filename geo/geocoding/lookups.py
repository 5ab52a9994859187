"""Ask once, remember for ever: an address does not move, and a geocoder's patience is short."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.conf import settings

from collection.kernel.db import execute, in_transaction, outside_transaction, rows

from ..regions import locate
from .base import Found, Geocoder, GeocoderDown
from .services import Service

WAITING = 1000  # wishes kept at a time; whoever floods us waits for the others
TRIES = 5

_RECALL = """
SELECT longitude, latitude, label, asked_at IS NULL AND tries < %(tries)s AS pending
FROM geo_geocoding WHERE provider = %(provider)s AND query = %(query)s
"""
_WISH = """
INSERT INTO geo_geocoding (provider, query, label, wanted_at, tries)
SELECT %(provider)s, %(query)s, '', house_clock(), 0
WHERE (SELECT count(*) FROM geo_geocoding WHERE asked_at IS NULL AND tries < %(tries)s) < %(waiting)s
ON CONFLICT (provider, query) DO NOTHING
"""
# One taker at a time, and a pause since the last: the row that is taken is the limiter's clock too.
_TAKE = """
UPDATE geo_geocoding SET tries = tries + 1, tried_at = house_clock() WHERE id = (
    SELECT id FROM geo_geocoding WHERE provider = %(provider)s AND asked_at IS NULL AND tries < %(tries)s
      AND pg_try_advisory_xact_lock(hashtext('geo_geocoding'))
      AND NOT EXISTS (SELECT FROM geo_geocoding WHERE tried_at > house_clock() - make_interval(secs => %(pause)s))
    ORDER BY tries, wanted_at, id LIMIT 1
) RETURNING id, query
"""
_REMEMBER = """
UPDATE geo_geocoding SET longitude = %s, latitude = %s, label = %s, asked_at = house_clock() WHERE id = %s
"""
_POINT = re.compile(r"@(-?[0-9.]+),(-?[0-9.]+)")


@dataclass(frozen=True, slots=True)
class Recalled:
    """`found` None and not `pending`: the geocoder knows nothing there, or there is none."""

    found: Found | None = None
    pending: bool = False
    provider: str = ""


def configured() -> Geocoder | None:
    """The geocoder of the settings; None: the gazetteer alone answers."""
    name = settings.GEOCODER or ("nominatim" if settings.GEOCODER_URL else "")
    return Service(name, settings.GEOCODER_URL, settings.GEOCODER_KEY) if name else None


def recall(query: str) -> Recalled:
    """What the geocoder said of an address; if it was never asked, a wish is left for the worker. One or two statements."""
    geocoder = configured()
    query = " ".join(query.casefold().split())[:300]
    if geocoder is None or not query:
        return Recalled()
    params = {"provider": geocoder.name, "query": query, "tries": TRIES, "waiting": WAITING}
    for row in rows(_RECALL, params):
        found = Found(row["longitude"], row["latitude"], row["label"]) if row["longitude"] is not None else None
        return Recalled(found, row["pending"], geocoder.name)
    return Recalled(None, bool(execute(_WISH, params)), geocoder.name)


def recall_back(longitude: float, latitude: float) -> Recalled:
    """What the geocoder calls a point (degrees), to four decimals: some ten metres."""
    return recall(f"@{longitude:.4f},{latitude:.4f}")


def ask_next() -> bool:
    """Grant the oldest wish, over the network; False: there is none, somebody else asks, or the pause is not over.

    An answer outside the country is none. When the service gives no answer the wish is tried again, five times in all.
    """
    outside_transaction()
    geocoder = configured()
    if geocoder is None:
        return False
    taken = in_transaction(lambda: rows(_TAKE, {
        "provider": geocoder.name, "tries": TRIES, "pause": settings.GEOCODER_PAUSE_S}))
    for row in taken:
        point = _POINT.fullmatch(row["query"])
        try:
            found = geocoder.ask_back(float(point[1]), float(point[2])) if point else geocoder.ask(row["query"])
        except GeocoderDown:
            return True
        if found and locate(found.longitude, found.latitude) is None:
            found = None
        values = (found.longitude, found.latitude, found.label) if found else (None, None, "")
        execute(_REMEMBER, [*values, row["id"]])
    return bool(taken)
