"""Valhalla's matrix service over HTTP."""

from __future__ import annotations

import httpx

from collection.kernel.db import outside_transaction

from .base import EngineDown, Real, numbers

KILOMETRE_M = 1000


class Valhalla:
    block = 50  # Valhalla's own limit of a matrix

    def __init__(self, url: str, *, costing: str = "truck", timeout_s: float = 2.0) -> None:
        self.url, self.costing, self.timeout_s = url.rstrip("/"), costing, timeout_s
        self.name = f"valhalla:{costing}:{self.url.split('//')[-1]}"[:100]

    def table(self, origins: Real, destinations: Real) -> tuple[Real, Real]:
        outside_transaction()
        try:
            answer = httpx.post(f"{self.url}/sources_to_targets", timeout=self.timeout_s, trust_env=False, json={
                "sources": [{"lon": x, "lat": y} for x, y in origins.tolist()],
                "targets": [{"lon": x, "lat": y} for x, y in destinations.tolist()],
                "costing": self.costing, "units": "kilometers"})
            answer.raise_for_status()
            cells = answer.json()["sources_to_targets"]
            rows = ([[cell["distance"] for cell in row] for row in cells], [[cell["time"] for cell in row] for row in cells])
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise EngineDown(f"{type(error).__name__}: {error}") from error
        shape = len(origins), len(destinations)
        return numbers(rows[0], shape) * KILOMETRE_M, numbers(rows[1], shape)
