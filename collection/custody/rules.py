"""How grams are shared out: exactly, in whole grams, and the same way every time."""

from __future__ import annotations

from collections.abc import Sequence


def apportion(total_g: int, weights_g: Sequence[int]) -> list[int]:
    """`total_g` in proportion to the weights, by the largest remainder; the first of equal remainders wins.

    Sums to `total_g` exactly. Where the total is not more than the weights' sum, no share is more than its weight.
    """
    whole = sum(weights_g)
    if not whole:
        return [0] * len(weights_g)
    shares = [total_g * weight // whole for weight in weights_g]
    by_remainder = sorted(range(len(weights_g)), key=lambda n: -(total_g * weights_g[n] % whole))
    for n in by_remainder[:total_g - sum(shares)]:
        shares[n] += 1
    return shares


def spread(rows_g: Sequence[int], columns_g: Sequence[int]) -> list[list[int]]:
    """Which of what went in (rows) came out as what (columns), both adding up to the same grams.

    A mixture has no memory, so each row gets its proportion of every column: row after row in proportion to what the
    rows before it left, which keeps every row and every column exact and no cell negative.
    """
    left, cells = list(columns_g), []
    for row_g in rows_g:
        cells.append(apportion(row_g, left))
        left = [column - cell for column, cell in zip(left, cells[-1], strict=True)]
    return cells
