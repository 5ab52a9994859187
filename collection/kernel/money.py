"""Money: an integer number of tiyn (1 KZT = 100 tiyn), always."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CURRENCY = "KZT"


def amount_tiyn(*, coefficient: Decimal, index_tiyn: int, mass_g: int) -> int:
    """One accrual line: coefficient x monthly index x grams / 10^6, rounded once, half up, to the tiyn.

    Source: the programme's money rules (product.md, "Money rules"). `coefficient` is MRP per tonne,
    `index_tiyn` the index in tiyn, `mass_g` grams.
    """
    exact = coefficient * index_tiyn * mass_g / Decimal(1_000_000)
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def vat_within(*, amount_tiyn: int, rate_percent: Decimal) -> int:
    """The VAT contained in an amount that includes it: amount x rate / (100 + rate), half up, in tiyn."""
    exact = amount_tiyn * rate_percent / (100 + rate_percent)
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def tenge_text(tiyn: int) -> str:
    """Tiyn as tenge with two decimals: 23582650 -> "235826.50"."""
    sign, tiyn = ("-", -tiyn) if tiyn < 0 else ("", tiyn)
    return f"{sign}{tiyn // 100}.{tiyn % 100:02d}"
