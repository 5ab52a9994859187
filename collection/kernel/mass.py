"""Mass: an integer number of grams, always."""

from __future__ import annotations

GRAMS_PER_TONNE = 1_000_000
#: One lorry on a public road: 40 t (the heaviest road load the programme accepts; product.md, step 7).
ROAD_LIMIT_G = 40 * GRAMS_PER_TONNE


def tonnes_text(grams: int) -> str:
    """Grams as tonnes with three decimals, rounded half up on the exact sum: 2618000499 -> "2618.000"."""
    sign, grams = ("-", -grams) if grams < 0 else ("", grams)
    kilograms = (grams + 500) // 1000
    return f"{sign}{kilograms // 1000}.{kilograms % 1000:03d}"
