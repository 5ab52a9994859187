"""Each rule at its edge: the last value that passes and the first that does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from collection.kernel.words import Words
from collection.payouts.rules import (
    CLAIM_RULES,
    HOLD_WORDS,
    LATE,
    LINE_RULES,
    RULES,
    ClaimFacts,
    LineFacts,
    Stock,
    broken,
)

DAY = timedelta(days=1)
GOOD = LineFacts(
    stage="recycling", origin="own_premises", supply_on=date(2025, 8, 15), code_allowed=True,
    programme_from=date(2024, 1, 1), programme_to=date(2025, 12, 31), contract_from=date(2025, 1, 1),
    contract_until=date(2026, 1, 1), category_covered=True, region_served=True, certified_from=date(2025, 1, 1),
    certified_until=date(2025, 12, 31), net_g=10_000_000, payload_g=10_000_000, mass_g=10_000_000,
    month_g=200_000_000, capacity_g=200_000_000, rejected_before=False, recorded_late_by=LATE,
    clock_ahead_by=timedelta(0), weighed_before_loaded=False)
GOOD_CLAIM = ClaimFacts(act_number="A", einvoice_number="E", einvoice_elsewhere=False,
                        stocks=[Stock("polymer", 200, 200)])


def test_an_honest_line_breaks_nothing():
    assert broken(GOOD, "hold", "flag") == {} and broken(GOOD_CLAIM, "block") == {}


@pytest.mark.parametrize(("rule", "changes"), [
    ("origin_excluded", {"origin": "central_municipal"}), ("origin_excluded", {"origin": "sorting_plant"}),
    ("origin_excluded", {"origin": "separate_collection", "supply_on": date(2025, 6, 30)}),
    ("foreign_origin", {"origin": "foreign"}),
    ("code_without_category", {"code_allowed": False}),
    ("outside_programme_period", {"programme_from": date(2025, 8, 16)}),
    ("outside_programme_period", {"programme_to": date(2025, 8, 14)}),
    ("contract_not_valid_on_supply_date", {"contract_from": date(2025, 8, 16)}),
    ("contract_not_valid_on_supply_date", {"contract_until": date(2025, 8, 15)}),
    ("category_not_in_contract", {"category_covered": False}),
    ("region_not_in_contract", {"region_served": False}),
    ("calibration_expired", {"certified_until": date(2025, 8, 14)}),
    ("calibration_expired", {"certified_from": date(2025, 8, 16)}),
    ("over_payload", {"net_g": 10_000_001}),
    ("capacity_exceeded", {"month_g": 200_000_001}),
    ("rejected_before", {"rejected_before": True}),
    ("late_upload", {"recorded_late_by": LATE + timedelta(seconds=1)}),
    ("clock_ahead", {"clock_ahead_by": timedelta(seconds=1)}),
    ("weighed_before_loaded", {"weighed_before_loaded": True}),
])
def test_what_breaks_a_rule_and_only_that_rule(rule, changes):
    assert list(broken(replace(GOOD, **changes), "hold", "flag")) == [rule]


@pytest.mark.parametrize("changes", [
    {"origin": "separate_collection"}, {"origin": "separate_collection", "supply_on": date(2025, 7, 1)},
    {"programme_from": date(2025, 8, 15)}, {"programme_to": date(2025, 8, 15)}, {"programme_to": None},
    {"contract_from": date(2025, 8, 15)}, {"contract_until": date(2025, 8, 16)},
    {"certified_until": date(2025, 8, 15)}, {"certified_from": date(2025, 8, 15)},
    {"payload_g": None, "net_g": 40_000_000}, {"month_g": None}, {"capacity_g": None, "month_g": 10**15},
])
def test_the_last_value_that_passes(changes):
    assert broken(replace(GOOD, **changes), "hold", "flag") == {}


@pytest.mark.parametrize(("rule", "changes"), [
    ("act_missing", {"act_number": ""}), ("einvoice_missing", {"einvoice_number": None}),
    ("einvoice_reused", {"einvoice_elsewhere": True}),
    ("negative_stock", {"stocks": [Stock("paper", 5, 5), Stock("polymer", 200, 201)]}),
])
def test_what_blocks_a_claim(rule, changes):
    assert list(broken(replace(GOOD_CLAIM, **changes), "block")) == [rule]


def test_all_defects_come_at_once():
    worst = replace(GOOD, origin="foreign", region_served=False, certified_until=date(2020, 1, 1), net_g=11_000_000)
    assert set(broken(worst, "hold")) == {"foreign_origin", "region_not_in_contract", "calibration_expired", "over_payload"}


def test_the_registry_is_complete():
    assert len(RULES) == len(LINE_RULES) + len(CLAIM_RULES)
    for rule in RULES.values():
        assert rule.severity in ("hold", "block", "flag") and rule.source
        for words in (rule.words, rule.cure):
            assert isinstance(words, Words) and all((words.kk, words.ru, words.en))
    assert set(HOLD_WORDS) > {rule.code for rule in LINE_RULES if rule.severity == "hold"}
