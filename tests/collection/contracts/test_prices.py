"""What a tonne is worth on a given day, to the day and to the tiyn."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError

from collection.audit.models import AuditLine
from collection.contracts import queries
from collection.contracts.models import IndexValue, Tariff, VatRate
from collection.contracts.operations import (
    NewIndex,
    NewTariff,
    NewVat,
    PricesClash,
    create_programme,
    load_published_prices,
    set_index,
    set_tariffs,
    set_vat,
)
from collection.contracts.prices import Period, fit
from collection.contracts.rules import is_payable, stages_paid
from collection.kernel.actor import HOUSE
from collection.kernel.calendar import almaty_date
from collection.kernel.db import execute, transaction
from collection.kernel.money import amount_tiyn, vat_within
from collection.kernel.refusals import NotFound, Unprocessable
from collection.kernel.words import Words
from tests.collection.contracts.cast import AT

NAME = Words("а", "б", "c")


def price(rates, grams: int) -> int:
    return sum(amount_tiyn(coefficient=coefficient, index_tiyn=rates.index_tiyn, mass_g=grams)
               for coefficient in rates.coefficients.values())


@pytest.mark.django_db
@pytest.mark.usefixtures("as_house_app")
class TestOnADay:
    def test_polymer_weighed_on_new_years_eve_and_on_new_years_day(self, programme):
        last, first = (queries.rates_on(programme.id, "polymer", day) for day in (date(2024, 12, 31), date(2025, 1, 1)))
        assert last.coefficients == first.coefficients == {
            "collection": Decimal("9.05"), "transport": Decimal("7.41"), "recycling": Decimal("1.79")}
        assert (last.index_tiyn, first.index_tiyn) == (369_200, 393_200)
        assert (price(last, 3_500_000), price(first, 3_500_000)) == (23_582_650, 25_115_650)

    def test_the_year_ends_in_almaty(self, programme):
        still = datetime(2024, 12, 31, 18, 59, 59, tzinfo=UTC)  # 23:59:59 there
        days = [almaty_date(still), almaty_date(still + timedelta(seconds=1))]
        assert [queries.rates_on(programme.id, "glass", day).index_tiyn for day in days] == [369_200, 393_200]

    def test_metal_packaging_is_paid_for_collection_only(self, programme):
        rates = queries.rates_on(programme.id, "metal", date(2024, 6, 1))
        assert price(rates, 1_000_000) == 77_532 and set(rates.coefficients) == {"collection"}

    def test_unsplit_rates_are_one_row(self, programme):
        found = {category: queries.rates_on(programme.id, category, date(2025, 6, 1)).coefficients
                 for category in ("tyres", "tyres_oversize", "oils", "batteries")}
        assert found == {"tyres": {"whole": Decimal("13.5")}, "tyres_oversize": {"whole": Decimal("17.15")},
                         "oils": {"whole": Decimal("2.98")}, "batteries": {"whole": Decimal("2.39")}}

    def test_glass_was_something_else_in_2021_and_nothing_between(self, programme):
        prices = queries.price_list(programme.id)
        assert prices.on("glass", date(2021, 12, 31)).coefficients == {"whole": Decimal("15.32")}
        for day in (date(2022, 1, 1), date(2023, 12, 31)):
            assert prices.on("glass", day).coefficients == {}
        assert prices.on("glass", date(2024, 1, 1)).coefficients["collection"] == Decimal("7.66")

    def test_index_and_vat_by_year(self, programme):
        prices = queries.price_list(programme.id)
        assert [prices.on("glass", date(year, 1, 1)).index_tiyn for year in (2023, 2024, 2025, 2026, 2027)] == [
            None, 369_200, 393_200, 432_500, None]
        assert [prices.on("glass", date(2025, 12, 31) + timedelta(days=n)).vat_percent for n in (0, 1)] == [12, 16]
        assert vat_within(amount_tiyn=11_200, rate_percent=prices.on("glass", date(2025, 1, 1)).vat_percent) == 1_200

    def test_loading_again_adds_nothing_and_every_row_has_its_source_and_audit_line(self, programme):
        assert load_published_prices(actor=HOUSE, at=AT, programme="live") == 0
        assert (Tariff.objects.count(), IndexValue.objects.count(), VatRate.objects.count()) == (18, 3, 2)
        assert not Tariff.objects.filter(source="").exists()
        assert AuditLine.objects.filter(verb__in=["tariff.create", "index.create", "vat.create"]).count() == 23

    def test_another_programme_has_its_own_tariffs_and_the_same_index(self, programme):
        other = create_programme(actor=HOUSE, at=AT, code="other", name=NAME, starts_on=date(2026, 1, 1))
        assert queries.rates_on(other.id, "glass", date(2026, 6, 1)).coefficients == {}
        assert load_published_prices(actor=HOUSE, at=AT, programme="other") == 18
        assert queries.rates_on(other.id, "glass", date(2026, 6, 1)).index_tiyn == 432_500
        assert IndexValue.objects.count() == 3


def tariff(**more) -> NewTariff:
    return NewTariff(**{"category": "glass", "stage": "collection", "coefficient": Decimal("8"),
                        "valid_from": date(2027, 1, 1), "source": "order 1"} | more)


def set_(*tariffs: NewTariff, programme: str = "live"):
    return set_tariffs(actor=HOUSE, at=AT, programme=programme, tariffs=tariffs)


@pytest.mark.django_db
@pytest.mark.usefixtures("as_house_app")
class TestChangingPrices:
    def test_a_new_rate_from_a_coming_day_ends_the_open_one_the_day_before(self, programme):
        made = set_(tariff())[0]
        prices = queries.price_list(programme.id)
        assert prices.on("glass", date(2026, 12, 31)).coefficients["collection"] == Decimal("7.66")
        assert prices.on("glass", date(2027, 1, 1)).coefficients["collection"] == 8
        assert prices.on("glass", date(2027, 1, 1)).tariff_ids["collection"] == made.id
        ended = AuditLine.objects.get(verb="tariff.end")
        assert (ended.before, ended.after) == ({"valid_to": None}, {"valid_to": "2026-12-31"})

    @pytest.mark.parametrize("first", [date(2024, 1, 1), date(2025, 3, 1), almaty_date(AT)])
    def test_days_that_have_begun_keep_their_price(self, programme, first):
        with pytest.raises(PricesClash) as caught:
            set_(tariff(valid_from=first))
        assert [(d.pointer, d.params) for d in caught.value.defects] == [
            ("/valid_from", {"from": "2024-01-01", "to": None})]
        assert Tariff.objects.count() == 18

    def test_a_passing_rate_may_not_leave_the_days_after_it_without_any(self, programme):
        with pytest.raises(PricesClash):
            set_(tariff(valid_to=date(2027, 3, 31)))
        set_(tariff(valid_to=date(2027, 3, 31)), tariff(coefficient=Decimal(9), valid_from=date(2027, 4, 1)))
        prices = queries.price_list(programme.id)
        assert [prices.on("glass", day).coefficients["collection"] for day in (
            date(2026, 12, 31), date(2027, 3, 31), date(2027, 4, 1))] == [Decimal("7.66"), 8, 9]

    def test_two_new_rows_on_one_day_clash_with_each_other(self, programme):
        with pytest.raises(PricesClash) as caught:
            set_(tariff(), tariff(valid_from=date(2027, 6, 1)), tariff(stage="transport"))
        assert sorted(d.pointer for d in caught.value.defects) == ["/0/valid_from", "/1/valid_from"]

    def test_everything_wrong_is_said_at_once(self, programme):
        with pytest.raises(Unprocessable) as caught:
            set_(tariff(category="gold", stage="burning", coefficient=Decimal("-1")),
                 tariff(coefficient=Decimal("1000.01"), valid_to=date(2026, 1, 1)),
                 tariff(coefficient=Decimal("1.00001")), tariff(coefficient=Decimal(0)))
        assert [(d.pointer, d.code) for d in caught.value.defects] == [
            ("/0/category", "unknown_category"), ("/0/stage", "not_a_choice"), ("/0/coefficient", "out_of_range"),
            ("/1/coefficient", "out_of_range"), ("/1/valid_to", "period_ends_before_it_starts"),
            ("/2/coefficient", "too_many_decimals"), ("/3/coefficient", "out_of_range"),
        ]

    def test_an_unknown_programme_has_no_prices(self, programme):
        with pytest.raises(NotFound):
            set_(tariff(), programme="nowhere")

    def test_index_and_vat_are_set_the_same_way(self, programme):
        made = set_index(actor=HOUSE, at=AT, indexes=[NewIndex(470_000, date(2027, 1, 1), "law", date(2027, 12, 31))])
        assert queries.rates_on(programme.id, "glass", date(2027, 5, 1)).index_tiyn == 470_000
        assert AuditLine.objects.get(object_type="index", object_id=made[0].id).after["value"] == "470000"
        set_vat(actor=HOUSE, at=AT, rates=[NewVat(Decimal("10.5"), date(2028, 1, 1), "law")])
        assert queries.rates_on(programme.id, "glass", date(2027, 12, 31)).vat_percent == 16
        assert queries.rates_on(programme.id, "glass", date(2028, 1, 1)).vat_percent == Decimal("10.5")
        for wrong in (-1, 0, 10**8 + 1):
            with pytest.raises(Unprocessable):
                set_index(actor=HOUSE, at=AT, indexes=[NewIndex(wrong, date(2030, 1, 1), "law")])
        with pytest.raises(PricesClash):
            set_index(actor=HOUSE, at=AT, indexes=[NewIndex(1, date(2026, 12, 31), "law")])

    @pytest.mark.parametrize(("sql", "state"), [
        ("INSERT INTO contracts_tariff SELECT gen_random_uuid(), stage, coefficient, '[2025-01-01,2025-01-02)', "
         "source, category_id, programme_id FROM contracts_tariff WHERE category_id = 'glass'", "23P01"),
        ("INSERT INTO contracts_indexvalue (valid, tiyn, source) VALUES ('[2024-12-31,2025-01-01)', 1, '')", "23P01"),
        ("INSERT INTO contracts_vatrate (valid, percent, source) VALUES ('[2030-01-01,)', 1, '')", "23P01"),
        ("UPDATE contracts_tariff SET coefficient = 0", "23514"),
        ("UPDATE contracts_indexvalue SET tiyn = -1", "23514"),
    ])
    def test_the_database_itself_refuses(self, programme, sql, state):
        with pytest.raises(IntegrityError) as caught, transaction():
            execute(sql)
        assert caught.value.__cause__.sqlstate == state


def test_periods_meet_on_a_shared_day():
    year = Period(date(2025, 1, 1), date(2025, 12, 31))
    assert year.meets(Period(date(2025, 12, 31))) and not year.meets(Period(date(2026, 1, 1)))
    assert Period(date(2020, 1, 1)).meets(year) and not Period(date(2020, 1, 1), date(2024, 12, 31)).meets(year)
    assert fit([("a", year), ("b", year)], [], today=date(2025, 1, 1)).clashes == ()


@pytest.mark.parametrize(("kind", "payee", "stages"), [
    ("collection", "recycling", ("collection", "transport")), ("recycling", "recycling", ("recycling", "whole")),
    ("collection", "collection", ("collection", "transport", "whole")), ("recycling", "collection", ("recycling",)),
    ("full_cycle", "recycling", ("collection", "transport", "recycling", "whole")),
    ("full_cycle", "collection", ("collection", "transport", "recycling", "whole")),
])
def test_who_is_paid_for_what(kind, payee, stages):
    assert stages_paid(kind, whole_payee=payee) == stages


@pytest.mark.parametrize(("changed", "reasons"), [
    ({}, ()), ({"origin": "central_municipal"}, ("origin_excluded",)),
    ({"origin": "sorting_plant"}, ("origin_excluded",)),
    ({"origin": "foreign"}, ("foreign_origin",)),
    ({"origin": "separate_collection", "day": date(2025, 6, 30)}, ("origin_excluded",)),
    ({"origin": "separate_collection", "day": date(2025, 7, 1)}, ()),
    ({"day": date(2023, 12, 31)}, ("outside_programme_period",)),
    ({"day": date(2026, 1, 1)}, ("outside_programme_period",)),
    ({"rates": {}, "index_tiyn": None}, ("no_tariff", "no_index")),
    ({"code_allowed": False}, ("code_without_category",)),
    ({"origin": "foreign", "rates": {}}, ("foreign_origin", "no_tariff")),
])
def test_why_a_load_earns_nothing(changed, reasons):
    assert is_payable(**{
        "origin": "own_premises", "day": date(2025, 8, 1), "starts_on": date(2024, 1, 1), "ends_on": date(2025, 12, 31),
        "rates": {"whole": Decimal(1)}, "index_tiyn": 393_200} | changed) == reasons
