"""What every distance provider answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

#: (longitude, latitude) in degrees, WGS84.
Point = tuple[float, float]
Whole = NDArray[np.int64]
Real = NDArray[np.float64]
SNAPPED_M = 2_000  # engines take the nearest road however far it is: a place further from any has none


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """`metres[i, j]` and `seconds[i, j]` lead from origin i to destination j.

    `fallback`: the engine gave no answer, so all of it is geodesic; a plan made from it says so. `unreachable`: cells for
    which the engine knows no road, or which are too far apart for it, filled in by geodesic.
    """

    metres: Whole
    seconds: Whole
    provider: str
    fallback: bool = False
    unreachable: int = 0


class DistanceProvider(Protocol):
    name: str

    def matrix(self, origins: Sequence[Point], destinations: Sequence[Point] | None = None) -> Matrix:
        """From every origin to every destination (None: the origins themselves). ValueError: a point is none."""


class Engine(Protocol):
    """A routing server.

    `block`: how many origins, and how many destinations, it takes in one question. `reach_m`: how far apart, by great
    circle, an origin and a destination may be; one pair beyond that spoils the whole question.
    """

    name: str
    block: int
    reach_m: float

    def table(self, origins: Real, destinations: Real) -> tuple[Real, Real]:
        """Metres and seconds, NaN where there is no road. Outside any transaction. Raises EngineDown, EngineRefused."""


class EngineDown(Exception):
    """No answer was to be had: too slow, in trouble, or not understood."""


class EngineRefused(Exception):
    """The engine is well, and will not answer this question: some place of it has no road."""


def points_of(points: Sequence[Point]) -> Real:
    """n points as an n×2 array; ValueError names the first that is no point of the earth."""
    array = np.asarray(points, dtype=np.float64) if len(points) else np.empty((0, 2))
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueError(f"points are pairs of longitude and latitude, not {array.shape}")
    wrong = ~(np.isfinite(array).all(axis=1) & (np.abs(array) <= (180, 90)).all(axis=1))
    if wrong.any():
        n = int(np.argmax(wrong))
        raise ValueError(f"point {n} is not on earth: {tuple(array[n].tolist())}")
    return array


MOST = 1e9  # twenty-five times around the earth, thirty years: no answer about a road


def numbers(rows: Any, shape: tuple[int, int]) -> Real:
    """The engine's table of numbers and nulls; EngineDown if it is not of this shape, or no table of distances."""
    try:
        array = np.array(rows, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise EngineDown(f"no table of numbers: {error}") from error
    if array.shape != shape:
        raise EngineDown(f"a table of {array.shape} instead of {shape}")
    if ((array < 0) | (array > MOST)).any():
        raise EngineDown("a distance that cannot be")
    return array
