"""Every published rate, for one tonne of each category in each year, through the whole life of a load, to the tiyn."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from collection.kernel.actor import HOUSE
from collection.kernel.calendar import ALMATY
from collection.payouts import queries
from tests.collection.custody.haul import TONNE, full_cycle

#: Collection, transport, recycling, whole: KZT a tonne at the index of 2024, 3,692 (coefficient x index, by hand).
OF_2024 = {
    "glass": ("28280.72", "20158.32", "5316.48", None), "paper": ("21487.44", "15617.16", "5722.60", None),
    "polymer": ("33412.60", "27357.72", "6608.68", None), "composite": ("33080.32", "25548.64", "5353.40", None),
    "metal": ("775.32", None, None, None), "tyres": (None, None, None, "49842.00"),
    "tyres_oversize": (None, None, None, "63317.80"), "oils": (None, None, None, "11002.16"),
    "batteries": (None, None, None, "8823.88"),
}
INDEX = {2024: 3692, 2025: 3932, 2026: 4325}


@pytest.mark.parametrize("year", INDEX)
def test_a_tonne_of_everything(scene, office, year):
    haul = full_cycle(scene, quotas=dict.fromkeys(OF_2024, 10**12))
    at = datetime(year, 2, 3, 12, tzinfo=ALMATY)
    loads = {category: haul.recycled(at + timedelta(minutes=n), [TONNE], category=category)[0]
             for n, category in enumerate(OF_2024)}
    office.accrue(at + timedelta(hours=3))
    stages = ("collection", "transport", "recycling", "whole")
    for category, rates in OF_2024.items():
        told = {one.stage: (one.status, one.amount_tiyn) for one in queries.money_of(HOUSE, [loads[category]])}
        for stage, rate in zip(stages, rates, strict=True):
            in_2024 = rate and round(float(rate) * 100)
            due = in_2024 and in_2024 * INDEX[year] // INDEX[2024]  # exact: the rate is a coefficient of hundredths
            assert told[stage] == (("payable", due) if due else ("not_payable", None)), (category, stage)
