"""How far, and how long: one interface (`base`), answered without a service (`geodesic`) or by an engine with real roads.

| setting DISTANCE_ENGINE | who answers |
| --- | --- |
| geodesic (default) | great circles times a road factor |
| osrm, valhalla | the engine at DISTANCE_URL; what it once said is remembered, what it cannot say is geodesic and marked |
"""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from .base import DistanceProvider, Matrix, Point
from .geodesic import Geodesic, great_circle, metres
from .osrm import Osrm
from .roads import Roads
from .valhalla import Valhalla

__all__ = ["DistanceProvider", "Matrix", "Point", "great_circle", "metres", "provider"]


def provider() -> DistanceProvider:
    """The provider that the settings name; the same one, with its memory of failures, for the life of the process.

    Raises ImproperlyConfigured.
    """
    return _provider(settings.DISTANCE_ENGINE, settings.DISTANCE_URL, settings.DISTANCE_COSTING, settings.DISTANCE_REACH_KM,
                     settings.DISTANCE_TIMEOUT_S, settings.DISTANCE_FACTOR, settings.DISTANCE_SPEED_KMH)


@lru_cache(maxsize=4)
def _provider(name: str, url: str, costing: str, reach_km: float, timeout_s: float, factor: float,
              speed_kmh: float) -> DistanceProvider:
    try:
        straight = Geodesic(factor=factor, kilometres_an_hour=speed_kmh)
        if name == "geodesic":
            return straight
        if name == "osrm":
            return Roads(Osrm(url, timeout_s=timeout_s), straight)
        if name == "valhalla":
            return Roads(Valhalla(url, costing=costing, reach_m=reach_km * 1000, timeout_s=timeout_s), straight)
    except ValueError as error:
        raise ImproperlyConfigured(f"DISTANCE_*: {error}") from error
    raise ImproperlyConfigured(f"DISTANCE_ENGINE is geodesic, osrm or valhalla, not {name!r}.")
