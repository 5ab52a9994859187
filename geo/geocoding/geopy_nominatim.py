"""A Nominatim server, through geopy."""

from __future__ import annotations

from urllib.parse import urlsplit

from collection.kernel.db import outside_transaction

from .base import Found, GeocoderDown

TIMEOUT_S = 5


class Nominatim:
    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.scheme, self.domain = parts.scheme, parts.netloc + parts.path.rstrip("/")
        self.name = f"nominatim:{self.domain}"[:100]

    def ask(self, query: str) -> Found | None:
        """The best answer inside Kazakhstan. See `base.Geocoder.ask`."""
        outside_transaction()
        from geopy.exc import GeopyError
        from geopy.geocoders import Nominatim as Client

        client = Client(domain=self.domain, scheme=self.scheme, user_agent="tonnage", timeout=TIMEOUT_S)
        try:
            answer = client.geocode(query, country_codes="kz", language="ru")
            if answer is None:
                return None
            return Found(float(answer.longitude), float(answer.latitude), str(answer.address)[:300])
        except (GeopyError, KeyError, TypeError, ValueError) as error:
            raise GeocoderDown(str(error)) from error
