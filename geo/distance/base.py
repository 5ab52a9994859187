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


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """`metres[i, j]` and `seconds[i, j]` lead from origin i to destination j.

    `fallback`: the engine gave no answer, so all of it is geodesic; a plan made from it says so. `unreachable`: cells for
    which the engine knows no road, filled in by geodesic.
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
    """A routing server. `block`: how many origins, and how many destinations, it takes in one question."""

    name: str
    block: int

    def table(self, origins: Real, destinations: Real) -> tuple[Real, Real]:
        """Metres and seconds, NaN where there is no road. Outside any transaction. Raises EngineDown."""


class EngineDown(Exception):
    """No answer was to be had: refused, too slow, or not understood."""


def points_of(points: Sequence[Point]) -> Real:
    """n points as an n×2 array; ValueError names the first that is no point of the earth."""
    array = np.asarray(points, dtype=np.float64).reshape(-1, 2) if len(points) else np.empty((0, 2))
    wrong = ~(np.isfinite(array).all(axis=1) & (np.abs(array) <= (180, 90)).all(axis=1))
    if wrong.any():
        n = int(np.argmax(wrong))
        raise ValueError(f"point {n} is not on earth: {tuple(array[n])}")
    return array


def numbers(rows: Any, shape: tuple[int, int]) -> Real:
    """The engine's table of numbers and nulls; EngineDown if it is not of this shape."""
    try:
        array = np.array(rows, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise EngineDown(f"no table of numbers: {error}") from error
    if array.shape != shape:
        raise EngineDown(f"a table of {array.shape} instead of {shape}")
    if (array[np.isfinite(array)] < 0).any():
        raise EngineDown("a negative distance")
    return array
