"""What an engine said, by place rounded to 1e-5 degrees (a metre: less than the width of a road)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from collection.kernel.db import execute, in_transaction, rows

from .base import Real, Whole

E5 = 100_000
CELLS = 40_000  # a larger matrix is asked for anew: writing it down would take longer than asking again
DAYS = 90  # roads change

_RECALL = """
SELECT h.n - 1 AS i, t.n - 1 AS j, known.metres, known.seconds
FROM unnest(%s::bigint[]) WITH ORDINALITY AS h (place, n) CROSS JOIN unnest(%s::bigint[]) WITH ORDINALITY AS t (place, n)
JOIN geo_distance known ON known.origin = h.place AND known.destination = t.place AND known.provider = %s
"""
_REMEMBER = """
INSERT INTO geo_distance (origin, destination, provider, metres, seconds, asked_at)
SELECT h.place, t.place, %s, said.metres, said.seconds, house_clock()
FROM unnest(%s::bigint[]) WITH ORDINALITY AS h (place, n) CROSS JOIN unnest(%s::bigint[]) WITH ORDINALITY AS t (place, n)
JOIN unnest(%s::int[], %s::int[]) WITH ORDINALITY AS said (metres, seconds, n) ON said.n = (h.n - 1) * %s + t.n
ON CONFLICT DO NOTHING
"""


def places(points: Real) -> tuple[Real, NDArray[np.intp]]:
    """The different places among points, rounded, from west to east; and which of them each point is."""
    found, which = np.unique(np.rint(points * E5), axis=0, return_inverse=True)
    return found / E5, which.reshape(-1)


def recall(provider: str, origins: Real, destinations: Real) -> tuple[Real, Real]:
    """Metres and seconds that are remembered; infinity where nothing is, NaN where there was no road."""
    metres = np.full((len(origins), len(destinations)), np.inf)
    seconds = metres.copy()
    if not 0 < metres.size <= CELLS:
        return metres, seconds
    for cell in rows(_RECALL, [codes(origins).tolist(), codes(destinations).tolist(), provider]):
        at = cell["i"], cell["j"]
        metres[at], seconds[at] = (np.nan, np.nan) if cell["metres"] is None else (cell["metres"], cell["seconds"])
    return metres, seconds


def remember(provider: str, origins: Real, destinations: Real, metres: Real, seconds: Real) -> None:
    """Keep the cells; those already known stay as they are."""
    if not 0 < metres.size <= CELLS:
        return
    nowhere = (np.isnan(metres) | np.isnan(seconds)).ravel().tolist()
    said = [[None if none else round(cell) for none, cell in zip(nowhere, table.ravel().tolist(), strict=True)]
            for table in (metres, seconds)]
    asked = [provider, codes(origins).tolist(), codes(destinations).tolist(), *said, len(destinations)]
    in_transaction(lambda: execute(_REMEMBER, asked))


def forget() -> int:
    """Drop what was said too long ago; the number of cells."""
    return execute("DELETE FROM geo_distance WHERE asked_at < house_clock() - make_interval(days => %s)", [DAYS])


def codes(places: Real) -> Whole:
    """A place as one number: degrees east of 180 W in the upper bits, north of the South Pole in the lower 25, in 1e-5."""
    x, y = np.rint((places + np.array((180, 90))) * E5).astype(np.int64).T
    return (x << 25) | y
