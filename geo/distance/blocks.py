"""A matrix asked of an engine in questions it can answer: small enough, near enough, and without places that have no road."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .base import Engine, EngineDown, EngineRefused, Real

Lines = NDArray[np.intp]


class Blocks:
    """Fills what is infinite in `metres` and `seconds`, n×m for `here` and `there`: NaN where there is no road.

    `keep(rows, columns)` is called with each block as it is answered. `in_time()` is asked before each question.
    """

    def __init__(self, engine: Engine, here: Real, there: Real, far: NDArray[np.bool_], metres: Real, seconds: Real, *,
                 keep: Callable[[Lines, Lines], None], in_time: Callable[[], bool]) -> None:
        self.engine, self.here, self.there, self.far = engine, here, there, far
        self.metres, self.seconds, self.keep, self.in_time = metres, seconds, keep, in_time
        self.heard = False
        self.roads: dict[tuple[float, ...], bool] = {}  # place: does it have any
        self.holes: list[tuple[Lines, Lines]] = []

    def fill(self) -> None:
        """Raises EngineDown, and EngineRefused when there were questions and not one was answered."""
        self._fill(np.arange(len(self.here)), np.arange(len(self.there)))
        if self.holes and not self.heard:
            raise EngineRefused("it answers for none of these places")
        for hole in self.holes:
            self.keep(*hole)

    def _fill(self, rows: Lines, columns: Lines) -> None:
        unknown = np.isinf(self.metres[np.ix_(rows, columns)])
        rows, columns = rows[unknown.any(axis=1)], columns[unknown.any(axis=0)]
        if not len(rows):
            return
        part = np.ix_(rows, columns)
        if max(part[0].size, part[1].size) > self.engine.block or self.far[part].any():
            self._halve(rows, columns)
            return
        try:
            self.metres[part], self.seconds[part] = self._ask(self.here[rows], self.there[columns])
        except EngineRefused:
            self._without_the_lost(rows, columns)
        else:
            self.keep(rows, columns)

    def _halve(self, rows: Lines, columns: Lines) -> None:
        lines, block = max(rows, columns, key=len), self.engine.block
        cut = block * (-(-len(lines) // block) // 2) or len(lines) // 2
        for half in (lines[:cut], lines[cut:]):
            self._fill(*((half, columns) if lines is rows else (rows, half)))

    def _without_the_lost(self, rows: Lines, columns: Lines) -> None:
        """One place without a road spoils a question: find it by asking each for the way to itself, and go on without it.

        Where every place is well, the question was too long for this server, or two parts of the map are not connected.
        """
        lost_rows, lost_columns = ([n for n in lines if not self._has_roads(places[n:n + 1])]
                                   for lines, places in ((rows, self.here), (columns, self.there)))
        if not (lost_rows or lost_columns):
            if rows.size * columns.size > 1:
                self._halve(rows, columns)
                return
            lost_rows = rows.tolist()
        else:  # nor will the blocks to come be spoiled by them
            rows, columns = np.arange(len(self.here)), np.arange(len(self.there))
        for hole in ((np.array(lost_rows, int), columns), (rows, np.array(lost_columns, int))):
            cells = self.metres[np.ix_(*hole)]
            self.metres[np.ix_(*hole)] = np.where(np.isinf(cells), np.nan, cells)
            self.holes.append(hole)
        self._fill(rows, columns)

    def _has_roads(self, place: Real) -> bool:
        key = tuple(place[0].tolist())
        if key not in self.roads:
            try:
                self._ask(place, place)
                self.roads[key] = True
            except EngineRefused:
                self.roads[key] = False
        return self.roads[key]

    def _ask(self, here: Real, there: Real) -> tuple[Real, Real]:
        if not self.in_time():
            raise EngineDown("it took too long for all of it")
        said = self.engine.table(here, there)
        self.heard = True
        return said
