"""What loads would be paid by the tariffs of the day: an estimate for the road, money itself is another room's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from collection.contracts.prices import PriceList
from collection.contracts.queries import price_list
from collection.contracts.states import LEGS
from collection.kernel.money import amount_tiyn

from .day import Base, DayJob


class Tariffs:
    """The stages a contract is paid for, priced on one day. Three statements."""

    def __init__(self, base: Base, day: date) -> None:
        self.prices: PriceList = price_list(base.programme_id)
        self.day, legs = day, LEGS[base.kind]
        #: An unsplit rate goes to the full-cycle contract, or else to the party the programme names.
        whole = len(legs) == 2 or base.whole_payee in legs
        self.stages = {*legs, *(("transport",) if "collection" in legs else ()), *(("whole",) if whole else ())}

    def worth(self, jobs: Iterable[DayJob]) -> int | None:
        """Tiyn for the declared masses, rounded for each job and stage; None where nothing of it has a price."""
        lines = [
            amount_tiyn(coefficient=coefficient, index_tiyn=rates.index_tiyn, mass_g=job.mass_g)
            for job in jobs if (rates := self.prices.on(job.category, self.day)).index_tiyn is not None
            for stage, coefficient in rates.coefficients.items() if stage in self.stages]
        return sum(lines) if lines else None
