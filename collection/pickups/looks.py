"""What a picture looks like, in 128 bits: the same after it was re-encoded, made smaller or lighter. Pure.

A difference hash: of a picture shrunk to 9 x 8 (and 8 x 9) grey points each bit says whether a point is brighter than its
neighbour to the right (below). Another photograph of the same place differs in more bits than a copy does, because light,
lorry and waste do. A copy that was cropped, turned or mirrored is not found.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

#: Two pictures that differ in so many of the 128 bits, or fewer, show the same photograph.
NEAR = 7
#: One more band than bits may differ: then at least one band is the same, and an index finds it.
BANDS = NEAR + 1
BITS = 64
#: A picture of a wall or of fog looks like every other: a quarter of its steps must be seen, by so many levels of grey.
SEEN_STEP, SEEN_AT_LEAST = 3, 2 * BITS // 4


@dataclass(frozen=True, slots=True)
class Look:
    """Two signed 64-bit integers, as PostgreSQL keeps them: the steps along the rows and down the columns."""

    rows: int
    columns: int

    @property
    def bands(self) -> list[int]:
        """Eight sixteen-bit pieces, each with its place: pictures that are near have at least one of them in common."""
        whole = _unsigned(self.rows) << BITS | _unsigned(self.columns)
        width = 2 * BITS // BANDS
        return [place << width | whole >> place * width & (1 << width) - 1 for place in range(BANDS)]


def look_of(image: Image.Image) -> Look | None:
    """How the picture looks; None for one that shows too little to be told from others."""
    grey = image.convert("L")
    rows = _steps(grey.resize((9, 8), Image.Resampling.BOX))
    columns = _steps(grey.resize((8, 9), Image.Resampling.BOX).transpose(Image.Transpose.TRANSPOSE))
    if sum(abs(step) >= SEEN_STEP for step in rows + columns) < SEEN_AT_LEAST:
        return None
    return Look(_signed(rows), _signed(columns))


def distance(one: Look, other: Look) -> int:
    """In how many of the 128 bits two pictures differ."""
    return (_unsigned(one.rows ^ other.rows)).bit_count() + (_unsigned(one.columns ^ other.columns)).bit_count()


def _steps(small: Image.Image) -> list[int]:
    """From each of 9 x 8 points to the next one in its row."""
    points = small.tobytes()
    return [points[9 * row + place + 1] - points[9 * row + place] for row in range(8) for place in range(8)]


def _signed(steps: list[int]) -> int:
    value = sum((step > 0) << place for place, step in enumerate(steps))
    return value - (1 << BITS) if value >> BITS - 1 else value


def _unsigned(value: int) -> int:
    return value & (1 << BITS) - 1
