"""Each rule at its edge: the last value that passes and the first that does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from collection.kernel.words import Words
from collection.payouts.rules import (
    CLAIM_RULES,
    HOLD_WORDS,
    LINE_RULES,
    RULES,
    STOPS,
    ClaimFacts,
    LineFacts,
    Stock,
    broken,
)
from collection.payouts.rules.ticket import LATE, tail
from collection.payouts.states import SEVERITIES

DAY = timedelta(days=1)
GOOD = LineFacts(
    stage="recycling", origin="own_premises", supply_on=date(2025, 8, 15), code_allowed=True,
    programme_from=date(2024, 1, 1), programme_to=date(2025, 12, 31), contract_from=date(2025, 1, 1),
    contract_until=date(2026, 1, 1), category_covered=True, region_served=True, certified_from=date(2025, 1, 1),
    certified_until=date(2025, 12, 31), net_g=10_000_000, payload_g=10_000_000, mass_g=10_000_000,
    month_g=200_000_000, capacity_g=200_000_000, rejected_before=False, recorded_late_by=LATE,
    clock_ahead_by=timedelta(0), weighed_before_loaded=False, contract_kind="recycling", tariff_valid=True,
    claimed_elsewhere=False, tare_until=date(2025, 8, 15), manual=True, ticket_before=False, twins_before=0,
    scale_tickets=40, scale_twins=4, scale_typed=40, scale_typed_round=12, haul_km=165.0, haul_time=timedelta(hours=1),
    tour_km=55.0, tour_time=timedelta(0), declared_g=10_000_000, fetched_g=15_000_000, photos_before=0, copies_before=0,
    batch_input_g=10_000_000, batch_product_g=9_600_000, yield_least_permille=600, yield_most_permille=960,
    scale_coarse=True, company_age_days=30, related=False, inspected=None, inspected_g=None)
GOOD_CLAIM = ClaimFacts(act_number="A", einvoice_number="E", einvoice_elsewhere=False,
                        stocks=[Stock("polymer", "product", 200, 200)])


def test_an_honest_line_breaks_nothing():
    assert broken(GOOD, *SEVERITIES) == {} and broken(GOOD_CLAIM, "block") == {}


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
    ("stage_not_in_contract", {"stage": "transport"}), ("stage_not_in_contract", {"contract_kind": "collection"}),
    ("tariff_not_valid_on_supply_date", {"tariff_valid": False}), ("already_claimed", {"claimed_elsewhere": True}),
    ("tare_expired", {"tare_until": date(2025, 8, 14)}), ("ticket_reused", {"ticket_before": True}),
    ("net_not_positive", {"net_g": 0}), ("net_not_positive", {"mass_g": -1}), ("twin_weights", {"twins_before": 1}),
    ("scale_of_twins", {"scale_twins": 5}), ("impossible_haul", {"haul_km": 165.1}),
    ("impossible_haul", {"haul_km": 55.1, "haul_time": -timedelta(hours=3)}),
    ("impossible_tour", {"tour_km": 55.1}), ("above_declared", {"fetched_g": 15_000_001}),
    ("above_declared", {"declared_g": 200_000, "fetched_g": 700_001}), ("below_declared", {"fetched_g": 4_999_999}),
    ("photo_reused", {"photos_before": 1}), ("photo_copied", {"copies_before": 1}),
    ("yield_out_of_band", {"batch_product_g": 9_600_001}),
    ("yield_out_of_band", {"batch_product_g": 5_999_999}), ("new_company", {"company_age_days": 29}),
    ("related_parties", {"related": True}), ("digit_preference", {"scale_typed_round": 13, "manual": False}),
    ("digit_preference", {"scale_coarse": False, "manual": False}),
    ("digit_preference", {"scale_typed_round": 13, "net_g": 9_980_000}),
    ("inspected_mass_differs", {"inspected": "mass_differs", "inspected_g": 9_999_999}),
    ("inspected_not_found", {"inspected": "not_found"}),
])
def test_what_breaks_a_rule_and_only_that_rule(rule, changes):
    assert list(broken(replace(GOOD, **changes), *SEVERITIES)) == [rule]


@pytest.mark.parametrize("changes", [
    {"origin": "separate_collection"}, {"origin": "separate_collection", "supply_on": date(2025, 7, 1)},
    {"programme_from": date(2025, 8, 15)}, {"programme_to": date(2025, 8, 15)}, {"programme_to": None},
    {"contract_from": date(2025, 8, 15)}, {"contract_until": date(2025, 8, 16)},
    {"certified_until": date(2025, 8, 15)}, {"certified_from": date(2025, 8, 15)},
    {"payload_g": None, "net_g": 40_000_000}, {"month_g": None}, {"capacity_g": None, "month_g": 10**15},
    {"tare_until": None}, {"haul_km": None}, {"tour_km": None, "tour_time": None}, {"stage": "whole"},
    {"declared_g": None, "fetched_g": None}, {"declared_g": 200_000, "fetched_g": 700_000}, {"fetched_g": 5_000_000},
    {"batch_product_g": 6_000_000}, {"batch_input_g": None, "batch_product_g": None},
    {"inspected": "confirmed"}, {"inspected": "mass_differs", "inspected_g": 10_000_000},
    {"yield_least_permille": None, "yield_most_permille": None}, {"scale_twins": 5, "scale_tickets": 50},
])
def test_the_last_value_that_passes(changes):
    assert broken(replace(GOOD, **changes), *SEVERITIES) == {}


@pytest.mark.parametrize(("rule", "changes"), [
    ("act_missing", {"act_number": ""}), ("einvoice_missing", {"einvoice_number": None}),
    ("einvoice_reused", {"einvoice_elsewhere": True}),
    ("negative_stock", {"stocks": [Stock("paper", "product", 5, 5), Stock("polymer", "product", 200, 201)]}),
    ("negative_stock", {"stocks": [Stock("paper", "product", 5, 0), Stock("paper", "byproduct", 1, 2)]}),
])
def test_what_blocks_a_claim(rule, changes):
    assert list(broken(replace(GOOD_CLAIM, **changes), "block")) == [rule]


def test_all_defects_come_at_once():
    worst = replace(GOOD, origin="foreign", region_served=False, certified_until=date(2020, 1, 1), net_g=11_000_000)
    assert set(broken(worst, *STOPS)) == {"foreign_origin", "region_not_in_contract", "calibration_expired", "over_payload"}


def test_the_registry_is_complete():
    assert len(RULES) == len(LINE_RULES) + len(CLAIM_RULES)
    for rule in RULES.values():
        assert rule.severity in SEVERITIES and rule.source and rule.inputs
        for words in (rule.words, rule.cure):
            assert isinstance(words, Words) and all((words.kk, words.ru, words.en))
    assert set(HOLD_WORDS) > {rule.code for rule in LINE_RULES if rule.severity in STOPS}


def test_a_round_ticket_of_a_scale_that_prefers_round_ones_is_held():
    typed = replace(GOOD, scale_typed_round=13, net_g=9_500_000)
    assert set(broken(typed, *SEVERITIES)) == {"digit_preference", "invented_weight"}
    assert broken(replace(typed, manual=False), *STOPS) == {}


def test_the_tail_is_the_exact_binomial_one():
    assert tail(2, 2, 0.1) == pytest.approx(0.01) and tail(3, 0, 0.3) == pytest.approx(1)
    assert tail(4, 3, 0.5) == pytest.approx(5 / 16)
    assert tail(1_200, 48, 0.04) == pytest.approx(0.519, abs=0.005)  # more ways to choose than a float can count
    assert tail(20_000, 2_000, 0.04) < 1e-200
