"""What an engine said, by place rounded to 1e-5 degrees (a metre: less than the width of a road)."""

from __future__ import annotations

import numpy as np

from collection.kernel.db import execute, in_transaction, rows

from .base import Real

E5 = 100_000
CELLS = 40_000  # a larger matrix is asked for anew: reading it back would cost as much
DAYS = 90  # roads change

_RECALL = """
SELECT h.n - 1 AS i, t.n - 1 AS j, known.metres, known.seconds
FROM unnest(%s::int[], %s::int[]) WITH ORDINALITY AS h (x, y, n)
CROSS JOIN unnest(%s::int[], %s::int[]) WITH ORDINALITY AS t (x, y, n)
JOIN geo_distance known ON known.provider = %s AND known.from_x = h.x AND known.from_y = h.y
    AND known.to_x = t.x AND known.to_y = t.y
"""
_REMEMBER = """
INSERT INTO geo_distance (provider, from_x, from_y, to_x, to_y, metres, seconds, asked_at)
SELECT %s, from_x, from_y, to_x, to_y, metres, seconds, house_clock()
FROM unnest(%s::int[], %s::int[], %s::int[], %s::int[], %s::float8[], %s::float8[])
    AS said (from_x, from_y, to_x, to_y, metres, seconds)
ON CONFLICT DO NOTHING
"""


def recall(provider: str, origins: Real, destinations: Real) -> tuple[Real, Real]:
    """Metres and seconds that are remembered; infinity where nothing is, NaN where there was no road."""
    metres = np.full((len(origins), len(destinations)), np.inf)
    seconds = metres.copy()
    if metres.size > CELLS:
        return metres, seconds
    for cell in rows(_RECALL, [*_whole(origins), *_whole(destinations), provider]):
        at = cell["i"], cell["j"]
        metres[at], seconds[at] = (np.nan, np.nan) if cell["metres"] is None else (cell["metres"], cell["seconds"])
    return metres, seconds


def remember(provider: str, origins: Real, destinations: Real, metres: Real, seconds: Real) -> None:
    """Keep the cells; those already known stay as they are."""
    if not metres.size or metres.size > CELLS:
        return
    from_x, from_y = (np.repeat(side, len(destinations)).tolist() for side in _whole(origins))
    to_x, to_y = (np.tile(side, len(origins)).tolist() for side in _whole(destinations))
    said = [[None if np.isnan(cell) else cell for cell in table.ravel().tolist()] for table in (metres, seconds)]
    in_transaction(lambda: execute(_REMEMBER, [provider, from_x, from_y, to_x, to_y, *said]))


def forget() -> int:
    """Drop what was said too long ago; the number of cells."""
    return execute("DELETE FROM geo_distance WHERE asked_at < house_clock() - make_interval(days => %s)", [DAYS])


def _whole(points: Real) -> tuple[list[int], list[int]]:
    x, y = np.rint(points * E5).astype(int).T
    return x.tolist(), y.tolist()
