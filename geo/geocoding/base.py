"""What every geocoder answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Found:
    """The best answer: a WGS84 point in degrees and the geocoder's own words for it."""

    longitude: float
    latitude: float
    label: str


class GeocoderDown(Exception):
    """No answer was to be had: refused, too slow, or not understood. Ask again later; nothing was remembered."""


class Geocoder(Protocol):
    name: str

    def ask(self, query: str) -> Found | None:
        """The point of an address, over the network, outside any transaction. None: no such place. Raises GeocoderDown."""

    def ask_back(self, longitude: float, latitude: float) -> Found | None:
        """The address of a point, likewise."""
