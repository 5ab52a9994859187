"""The geocoders that geopy speaks to, each by the settings GEOCODER, GEOCODER_URL and GEOCODER_KEY."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from collection.kernel.db import outside_transaction

from .base import Found, GeocoderDown

TIMEOUT_S = 5
COUNTRY = "kz"
#: What the settings may name: the service's usual address, and what geopy is told beside the query.
SERVICES: dict[str, tuple[str, dict[str, Any]]] = {
    "nominatim": ("https://nominatim.openstreetmap.org", {"country_codes": COUNTRY, "language": "ru"}),
    "photon": ("https://photon.komoot.io", {}),
    "pelias": ("", {"countries": [COUNTRY.upper()], "language": "ru"}),
    "yandex": ("https://geocode-maps.yandex.ru", {"lang": "ru_RU"}),
}


class Service:
    def __init__(self, service: str, url: str = "", key: str = "") -> None:
        usual, self.options = SERVICES[service]
        parts = urlsplit(url or usual)
        self.service, self.scheme, self.domain, self.key = service, parts.scheme, parts.netloc + parts.path.rstrip("/"), key
        self.name = f"{service}:{self.domain}"[:100]

    def ask(self, query: str) -> Found | None:
        outside_transaction()
        return self._asked(lambda client: client.geocode(query, **self.options))

    def ask_back(self, longitude: float, latitude: float) -> Found | None:
        outside_transaction()
        options = {name: value for name, value in self.options.items() if name in ("language", "lang")}
        if self.service == "pelias":
            options = {}
        return self._asked(lambda client: client.reverse((latitude, longitude), exactly_one=True, **options))

    def _asked(self, question: Callable[[Any], Any]) -> Found | None:
        from geopy import geocoders  # half a second and 24 MB, so only in the worker that asks
        from geopy.exc import GeopyError

        common = {"domain": self.domain, "scheme": self.scheme, "user_agent": "tonnage", "timeout": TIMEOUT_S}
        if self.service in ("pelias", "yandex"):
            common["api_key"] = self.key or None
        try:
            answer = question(getattr(geocoders, self.service.capitalize())(**common))
            return Found(float(answer.longitude), float(answer.latitude), str(answer.address)[:300]) if answer else None
        except (GeopyError, AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
            raise GeocoderDown(f"{type(error).__name__}: {error}") from error
