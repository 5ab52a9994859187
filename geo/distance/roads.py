"""An engine with real roads, made safe to rely on: remembered, asked in blocks, left alone when it fails, never waited for."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from collection.kernel.db import outside_transaction

from . import memory
from .base import Engine, EngineDown, EngineRefused, Matrix, Point, Real, points_of
from .blocks import Blocks, Lines
from .breaker import Breaker
from .geodesic import Geodesic

log = logging.getLogger(__name__)
BUDGET_S = 10.0  # for all questions of one matrix


class Roads:
    """See `base.DistanceProvider`. Never raises EngineDown: what the engine cannot say is geodesic, and marked."""

    def __init__(self, engine: Engine, straight: Geodesic, *, breaker: Breaker | None = None, budget_s: float = BUDGET_S) -> None:
        self.engine, self.straight, self.budget_s = engine, straight, budget_s
        self.breaker = breaker or Breaker()
        self.name = engine.name

    def matrix(self, origins: Sequence[Point], destinations: Sequence[Point] | None = None) -> Matrix:
        outside_transaction()
        here, row = memory.places(points_of(origins))
        there, column = (here, row) if destinations is None else memory.places(points_of(destinations))
        try:
            metres, seconds = self._by_road(here, there)
        except (EngineDown, EngineRefused) as error:
            log.warning("%s gave no answer: %s", self.name, error)
            return replace(self.straight.matrix(origins, destinations), fallback=True)
        nowhere = np.isnan(metres) | np.isnan(seconds)
        if nowhere.any():
            road = self.straight.roads(here, there)
            metres[nowhere], seconds[nowhere] = road[nowhere], road[nowhere] / self.straight.metres_a_second
        cells = np.ix_(row, column)
        return Matrix(np.rint(metres).astype(np.int64)[cells], np.rint(seconds).astype(np.int64)[cells], self.name,
                      unreachable=int(nowhere[cells].sum()))

    def _by_road(self, here: Real, there: Real) -> tuple[Real, Real]:
        """What is remembered and, of the rest, what the engine says now; NaN where there is no road."""
        metres, seconds = memory.recall(self.name, here, there)
        far = self.straight.roads(here, there) > self.straight.factor * self.engine.reach_m
        metres[far & np.isinf(metres)] = np.nan
        if not np.isinf(metres).any():
            return metres, seconds
        if not self.breaker.may_ask():
            raise EngineDown("it failed several times, and is left alone for a while")
        deadline = time.monotonic() + self.budget_s

        def keep(rows: Lines, columns: Lines) -> None:
            """At once, so that a second try goes on from there."""
            part = np.ix_(rows, columns)
            memory.remember(self.name, here[rows], there[columns], metres[part], seconds[part])

        blocks = Blocks(self.engine, here, there, far, metres, seconds, keep=keep,
                        in_time=lambda: time.monotonic() <= deadline)
        try:
            blocks.fill()
        except EngineDown:
            self.breaker.failed_again()
            raise
        except EngineRefused:
            self.breaker.answered()
            raise
        self.breaker.answered()
        return metres, seconds
