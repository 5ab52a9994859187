"""Which stages a sealed fact pays, to whom and how much: the money rules, as pure functions.

Sources: product.md, "Money rules" and "Which mass, which date, which month"; who gets an unsplit rate is our assumption
until the operator confirms it (`whole_payee`). Accrual does the same in one SQL statement; a test compares the two over
every combination, and `recompute` prices every fact again with these functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from collection.kernel.money import amount_tiyn

#: Which stages a fact of each measure pays. Recycling and unsplit rates wait for the batch, so receipt and recycling are
#: both sealed by then and a gram is paid once.
STAGES_PAID = {"received": ("collection", "transport"), "recycled": ("recycling", "whole")}


@dataclass(frozen=True, slots=True)
class Chain:
    """The two contracts of a load, by id and kind, and the programme's word on unsplit rates."""

    collector: UUID
    collector_kind: str
    recycler: UUID
    recycler_kind: str
    whole_payee: str  # collection | recycling


@dataclass(frozen=True, slots=True)
class Priced:
    """One stage's money for one fact."""

    stage: str
    contract_id: UUID
    coefficient: Decimal
    index_tiyn: int
    mass_g: int
    amount_tiyn: int


def payee(stage: str, chain: Chain) -> UUID:
    """The contract that claims a stage: the collector's, the recycler's, or for `whole` the full-cycle one if there is."""
    if stage in ("collection", "transport"):
        return chain.collector
    if stage == "recycling":
        return chain.recycler
    if chain.collector_kind == "full_cycle":
        return chain.collector
    if chain.recycler_kind == "full_cycle":
        return chain.recycler
    return chain.collector if chain.whole_payee == "collection" else chain.recycler


def price(measure: str, mass_g: int, chain: Chain, *, coefficients: Mapping[str, Decimal],
          index_tiyn: int | None) -> list[Priced]:
    """What a fact pays, by the coefficients and index of its supply date. A stage without a rate is not payable.

    A reversal (negative grams) is its original's price with the sign turned.
    """
    sign = -1 if mass_g < 0 else 1
    if index_tiyn is None:
        return []
    return [
        Priced(stage, payee(stage, chain), coefficients[stage], index_tiyn, mass_g, sign * amount_tiyn(
            coefficient=coefficients[stage], index_tiyn=index_tiyn, mass_g=abs(mass_g)))
        for stage in STAGES_PAID.get(measure, ()) if stage in coefficients
    ]
