"""OSRM's table service."""

from __future__ import annotations

import numpy as np

from .asking import Server
from .base import SNAPPED_M, EngineDown, Real, numbers


class Osrm:
    block = 100  # osrm-routed takes a table of 100 × 100 unless told otherwise (--max-table-size)
    reach_m = float("inf")

    def __init__(self, url: str, *, profile: str = "driving", timeout_s: float = 2.0) -> None:
        self.server, self.profile = Server(url, timeout_s=timeout_s), profile
        self.name = f"osrm:{self.server.place}"[:100]

    def table(self, origins: Real, destinations: Real) -> tuple[Real, Real]:
        """See `base.Engine`. OSRM takes the nearest road however far it is, and says how far."""
        places = ";".join(f"{x:.5f},{y:.5f}" for x, y in (*origins.tolist(), *destinations.tolist()))
        first, last = len(origins), len(origins) + len(destinations)
        body = self.server.ask("GET", f"/table/v1/{self.profile}/{places}", params={
            "annotations": "duration,distance", "sources": ";".join(map(str, range(first))),
            "destinations": ";".join(map(str, range(first, last)))})
        try:
            rows = body["distances"], body["durations"]
            far = [[place["distance"] > SNAPPED_M for place in body[side]] for side in ("sources", "destinations")]
        except (KeyError, TypeError) as error:
            raise EngineDown(f"{type(error).__name__}: {error}") from error
        shape = len(origins), len(destinations)
        metres, seconds = numbers(rows[0], shape), numbers(rows[1], shape)
        if tuple(map(len, far)) != shape:
            raise EngineDown(f"{tuple(map(len, far))} places instead of {shape}")
        metres[np.logical_or.outer(*far)] = np.nan
        return metres, seconds
