"""Ask once, remember for ever: an address does not move, and a geocoder's patience is short."""

from __future__ import annotations

from django.conf import settings

from collection.kernel.db import execute, outside_transaction, rows

from ..regions import locate
from .base import Found, Geocoder
from .geopy_nominatim import Nominatim

RECALL = "SELECT longitude, latitude, label FROM geo_geocoding WHERE provider = %s AND query = %s"
REMEMBER = """
INSERT INTO geo_geocoding (provider, query, longitude, latitude, label, asked_at)
VALUES (%s, %s, %s, %s, %s, house_clock()) ON CONFLICT (provider, query) DO NOTHING
"""


def configured() -> Geocoder | None:
    """The geocoder of the settings, or None: then people put the point on the map themselves."""
    return Nominatim(settings.GEOCODER_URL) if settings.GEOCODER_URL else None


def geocode(query: str) -> Found | None:
    """The point of an address: None when it is unknown, outside the country, or no geocoder is configured.

    Raises GeocoderDown when the service gives no answer, and InsideTransaction inside a transaction.
    """
    geocoder = configured()
    query = " ".join(query.casefold().split())[:300]
    if geocoder is None or not query:
        return None
    outside_transaction()
    remembered = rows(RECALL, [geocoder.name, query])
    if remembered:
        return Found(**remembered[0]) if remembered[0]["longitude"] is not None else None
    found = geocoder.ask(query)
    if found and locate(found.longitude, found.latitude) is None:
        found = None
    place = (found.longitude, found.latitude, found.label) if found else (None, None, "")
    execute(REMEMBER, [geocoder.name, query, *place])
    return found
