"""What every distance provider answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

#: (longitude, latitude) in degrees, WGS84.
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Matrix:
    """`metres[i][j]` and `seconds[i][j]` lead from origin i to destination j; whole numbers."""

    metres: list[list[int]]
    seconds: list[list[int]]


class DistanceProvider(Protocol):
    name: str

    def matrix(self, origins: Sequence[Point], destinations: Sequence[Point]) -> Matrix: ...
