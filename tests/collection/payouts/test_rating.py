"""The SQL that accrues and the pure function that recomputes say the same, over every combination."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from collection.contracts import operations as contracts
from collection.contracts.models import Programme
from collection.contracts.queries import price_list
from collection.custody.models import Fact
from collection.kernel.actor import HOUSE
from collection.payouts import operations as payouts, queries
from collection.payouts.models import AccrualLine
from collection.payouts.rating import Chain, payee, price
from tests.collection.custody.haul import Haul

CATEGORIES = ("glass", "paper", "polymer", "composite", "metal", "tyres", "tyres_oversize", "oils", "batteries")
A, B = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize("whole_payee", ["recycling", "collection"])
def test_every_category_chain_year_and_odd_mass(scene, whole_payee):
    Programme.objects.filter(pk=scene.programme.id).update(whole_payee=whole_payee)
    quotas = {"quotas": dict.fromkeys(CATEGORIES, 10**13)}
    collectors = [scene.collector(**quotas), scene.contract("full_cycle", **quotas)]
    recyclers = [scene.recycler(capacity_g=None, **quotas), collectors[1], scene.contract("full_cycle", **quotas)]
    for collector in collectors:
        for recycler in recyclers:
            haul = Haul(scene, collector, recycler)
            for n, category in enumerate(CATEGORIES):
                for year in (2024, 2025, 2026):
                    at = datetime(year, 2, 3, 6, tzinfo=UTC)
                    haul.recycled(at, [1_234_567 + 7 * n], category=category)
    payouts.accrue(actor=HOUSE, at=scene.at, programme_id=scene.programme.id)
    prices = price_list(scene.programme.id)
    expected = set()
    for fact in Fact.objects.exclude(measure="collected").select_related(
            "consignment__collector_contract", "consignment__recycler_contract"):
        load, rates = fact.consignment, prices.on(fact.category_id, fact.supply_on)
        chain = Chain(load.collector_contract_id, load.collector_contract.kind, load.recycler_contract_id,
                      load.recycler_contract.kind, whole_payee)
        expected |= {
            (fact.pk, one.stage, one.contract_id, one.coefficient, one.index_tiyn, one.mass_g, one.amount_tiyn)
            for one in price(fact.measure, fact.grams, chain, coefficients=rates.coefficients, index_tiyn=rates.index_tiyn)}
    found = set(AccrualLine.objects.values_list(
        "fact_id", "stage", "contract_id", "coefficient", "index_tiyn", "mass_g", "amount_tiyn"))
    assert found == expected
    # five packaging categories: 3, 3, 3, 3 and 1 stages; four unsplit ones: 1 each; for 6 chains and 3 years
    assert len(found) == (13 + 4) * 6 * 3
    assert queries.recompute_check(scene.programme.id).differences == ()


@pytest.mark.parametrize(("collector", "recycler", "named", "gets"), [
    ("collection", "recycling", "recycling", B), ("collection", "recycling", "collection", A),
    ("full_cycle", "recycling", "recycling", A), ("collection", "full_cycle", "collection", B),
])
def test_who_gets_an_unsplit_rate(collector, recycler, named, gets):
    assert payee("whole", Chain(A, collector, B, recycler, named)) == gets


@pytest.mark.parametrize(("mass_g", "tiyn"), [(1, 4), (2, 7), (3, 11), (500_000, 1_779_230), (3_500_000, 12_454_610)])
def test_a_gram_is_worth_what_it_is_worth(mass_g, tiyn):
    """9.05 x 3,932.00 KZT a tonne: 3.55846 tiyn a gram, rounded once for the line."""
    line = price("received", mass_g, Chain(A, "collection", B, "recycling", "recycling"),
                 coefficients={"collection": Decimal("9.05")}, index_tiyn=393_200)[0]
    assert line.amount_tiyn == tiyn


def test_half_a_tiyn_goes_up_and_a_reversal_turns_exactly():
    half = {"coefficients": {"collection": Decimal("0.5")}, "index_tiyn": 1_000_000}
    chain = Chain(A, "collection", B, "recycling", "recycling")
    assert [price("received", mass_g, chain, **half)[0].amount_tiyn for mass_g in (1, 3, 5, -1, -3)] == [1, 2, 3, -1, -2]


def test_collected_pays_nothing_and_nothing_is_paid_without_an_index():
    rates = {"coefficients": {"collection": Decimal(1), "recycling": Decimal(1)}}
    chain = Chain(A, "collection", B, "recycling", "recycling")
    assert price("collected", 10**6, chain, **rates, index_tiyn=100) == []
    assert price("received", 10**6, chain, **rates, index_tiyn=None) == []


def test_a_coefficient_that_changes_inside_a_month_splits_the_lines(scene, whole):
    """The supply date picks the rate, day by day."""
    contracts.set_tariffs(actor=HOUSE, at=scene.at, programme=scene.code, tariffs=[contracts.NewTariff(
        category="polymer", stage="collection", coefficient=Decimal("10.00"),
        valid_from=date(2026, 3, 10), source="a new decree")])
    for day in (9, 10):
        at = datetime(2026, 3, day, 6, tzinfo=UTC)
        whole.received(at, [10**6])
    payouts.accrue(actor=HOUSE, at=scene.at, programme_id=scene.programme.id)
    lines = AccrualLine.objects.filter(stage="collection").order_by("supply_on")
    assert [(str(one.supply_on), one.coefficient, one.amount_tiyn) for one in lines] == [
        ("2026-03-09", Decimal("9.05"), 39_141_25), ("2026-03-10", Decimal("10.00"), 43_250_00)]
