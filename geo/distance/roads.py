"""An engine with real roads, made safe to rely on: remembered, asked in blocks, left alone when it fails, never waited for."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

import numpy as np

from collection.kernel.db import outside_transaction

from . import memory
from .base import Engine, EngineDown, Matrix, Point, Real, points_of
from .breaker import Breaker
from .geodesic import Geodesic

log = logging.getLogger(__name__)
BUDGET_S = 10.0  # for all blocks of one matrix


class Roads:
    """See `base.DistanceProvider`. Never raises EngineDown: what the engine cannot say is geodesic, and marked."""

    def __init__(self, engine: Engine, straight: Geodesic, *, breaker: Breaker | None = None, budget_s: float = BUDGET_S) -> None:
        self.engine, self.straight, self.budget_s = engine, straight, budget_s
        self.breaker = breaker or Breaker()
        self.name = engine.name

    def matrix(self, origins: Sequence[Point], destinations: Sequence[Point] | None = None) -> Matrix:
        outside_transaction()
        here = points_of(origins)
        there = here if destinations is None else points_of(destinations)
        metres, seconds = memory.recall(self.name, here, there)
        unknown = np.isinf(metres)
        if unknown.any():
            if not self.breaker.may_ask():
                return self._straight(here, there)
            try:
                self._ask(here, there, unknown, metres, seconds)
            except EngineDown as error:
                self.breaker.failed_again()
                log.warning("%s gave no answer: %s", self.name, error)
                return self._straight(here, there)
            self.breaker.answered()
        nowhere = np.isnan(metres) | np.isnan(seconds)
        if nowhere.any():
            road = self.straight.roads(here, there)
            metres[nowhere], seconds[nowhere] = road[nowhere], road[nowhere] / self.straight.metres_a_second
        return Matrix(np.rint(metres).astype(np.int64), np.rint(seconds).astype(np.int64), self.name,
                      unreachable=int(nowhere.sum()))

    def _ask(self, here: Real, there: Real, unknown: np.ndarray, metres: Real, seconds: Real) -> None:
        """Fill the unknown cells, block by block; each block is kept at once, so a second try goes on from there."""
        deadline, size = time.monotonic() + self.budget_s, self.engine.block
        rows, columns = np.flatnonzero(unknown.any(axis=1)), np.flatnonzero(unknown.any(axis=0))
        for top in range(0, len(rows), size):
            for left in range(0, len(columns), size):
                part = np.ix_(rows[top:top + size], columns[left:left + size])
                if not unknown[part].any():
                    continue
                if time.monotonic() > deadline:
                    raise EngineDown(f"not done within {self.budget_s} s")
                said = self.engine.table(here[part[0].ravel()], there[part[1].ravel()])
                metres[part], seconds[part] = said
                memory.remember(self.name, here[part[0].ravel()], there[part[1].ravel()], *said)

    def _straight(self, here: Real, there: Real) -> Matrix:
        road = self.straight.roads(here, there)
        return Matrix(np.rint(road).astype(np.int64), np.rint(road / self.straight.metres_a_second).astype(np.int64),
                      self.straight.name, fallback=True)
