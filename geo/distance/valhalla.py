"""Valhalla's matrix service."""

from __future__ import annotations

from typing import Any

import numpy as np

from .asking import Server
from .base import SNAPPED_M, EngineDown, Real, numbers
from .geodesic import great_circle

KILOMETRE_M = 1000


class Valhalla:
    block = 50  # Valhalla's own limit of a matrix is 2,500 pairs

    def __init__(self, url: str, *, costing: str = "truck", reach_m: float = 400_000, timeout_s: float = 2.0) -> None:
        self.server, self.costing, self.reach_m = Server(url, timeout_s=timeout_s), costing, reach_m
        self.name = f"valhalla:{costing}:{self.server.place}"[:100]

    def table(self, origins: Real, destinations: Real) -> tuple[Real, Real]:
        """See `base.Engine`."""
        body = self.server.ask("POST", "/sources_to_targets", json={
            "sources": [{"lon": x, "lat": y} for x, y in origins.tolist()],
            "targets": [{"lon": x, "lat": y} for x, y in destinations.tolist()],
            "costing": self.costing, "units": "kilometers"})
        try:
            cells = body["sources_to_targets"]
            rows = ([[cell["distance"] for cell in row] for row in cells], [[cell["time"] for cell in row] for row in cells])
        except (KeyError, TypeError) as error:
            raise EngineDown(f"{type(error).__name__}: {error}") from error
        shape = len(origins), len(destinations)
        metres, seconds = numbers(rows[0], shape) * KILOMETRE_M, numbers(rows[1], shape)
        metres[np.logical_or.outer(_far(origins, body, "sources"), _far(destinations, body, "targets"))] = np.nan
        return metres, seconds


def _far(places: Real, body: Any, side: str) -> list[bool]:
    """Which places are further from the road than anyone would call near. Older servers do not say where the road was."""
    try:
        return [great_circle((x, y), (road["lon"], road["lat"])) > SNAPPED_M
                for (x, y), road in zip(places.tolist(), body[side], strict=True)]
    except (KeyError, TypeError, ValueError):
        return [False] * len(places)
