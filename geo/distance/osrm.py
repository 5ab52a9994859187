"""OSRM's table service over HTTP."""

from __future__ import annotations

import httpx
import numpy as np

from collection.kernel.db import outside_transaction

from .base import EngineDown, Real, numbers

SNAPPED_M = 2_000  # OSRM takes the nearest road however far it is: a place further from any has none


class Osrm:
    block = 50  # origins and destinations in one question: osrm-routed takes a hundred places unless told otherwise

    def __init__(self, url: str, *, profile: str = "driving", timeout_s: float = 2.0) -> None:
        self.url, self.profile, self.timeout_s = url.rstrip("/"), profile, timeout_s
        self.name = f"osrm:{self.url.split('//')[-1]}"[:100]

    def table(self, origins: Real, destinations: Real) -> tuple[Real, Real]:
        outside_transaction()
        places = ";".join(f"{x:.6f},{y:.6f}" for x, y in (*origins, *destinations))
        first, last = len(origins), len(origins) + len(destinations)
        try:
            answer = httpx.get(
                f"{self.url}/table/v1/{self.profile}/{places}", timeout=self.timeout_s, trust_env=False, params={
                    "annotations": "duration,distance", "sources": ";".join(map(str, range(first))),
                    "destinations": ";".join(map(str, range(first, last)))})
            answer.raise_for_status()
            body = answer.json()
            rows = body["distances"], body["durations"]
            far = [[place["distance"] > SNAPPED_M for place in body[side]] for side in ("sources", "destinations")]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise EngineDown(f"{type(error).__name__}: {error}") from error
        shape = len(origins), len(destinations)
        metres, seconds = numbers(rows[0], shape), numbers(rows[1], shape)
        metres[np.logical_or.outer(*far)] = np.nan
        return metres, seconds
