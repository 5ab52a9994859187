"""Categories, codes, streams and UNU keys agree with each other and with the files they came from."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from collection.waste.models import CategoryCode, Stream, UnuKey, WasteCode
from collection.waste.queries import Band, catalogue, category_codes, is_code_allowed, yield_band

NINE = ["glass", "paper", "polymer", "composite", "metal", "tyres", "tyres_oversize", "oils", "batteries"]


@pytest.fixture(scope="session")
def reference(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        call_command("load_reference", verbosity=0)


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def test_nine_categories_each_with_its_codes_and_names():
    entries = catalogue()
    assert [entry.code for entry in entries] == NINE
    for entry in entries:
        assert entry.codes == category_codes(entry.code) != ()
        assert all((entry.name.kk, entry.name.ru, entry.name.en))


def test_a_code_may_serve_two_categories_or_none():
    assert category_codes("tyres") == category_codes("tyres_oversize") == ("160103",)
    assert is_code_allowed("oils", "130205")
    for category, code in [("paper", "150107"), ("oils", "130701"), ("glass", "999999"), ("gold", "150107"), ("", "")]:
        assert not is_code_allowed(category, code)
    assert category_codes("gold") == ()
    payable = set(CategoryCode.objects.values_list("code", flat=True))
    ours = set(WasteCode.objects.filter(stream__isnull=False).values_list("code", flat=True))
    assert payable < ours  # some codes of the programme are collectable, never payable


def test_the_list_and_the_part_of_it_that_is_ours():
    assert WasteCode.objects.count() == 842
    assert WasteCode.objects.filter(hazardous=True).count() == 408
    assert WasteCode.objects.filter(stream__isnull=False).exclude(name_ru="").count() == 70
    assert not WasteCode.objects.filter(stream=None).exclude(name_ru="").exists()
    filters = WasteCode.objects.get(code="160107")
    assert (filters.printed, filters.hazardous, filters.stream_id) == ("16 01 07*", True, "filters")


def test_twenty_streams_in_three_groups_none_empty():
    assert Counter(Stream.objects.values_list("group", flat=True)) == {"packaging": 10, "auto": 8, "ewaste": 2}
    assert not Stream.objects.filter(codes=None).exists()
    assert not Stream.objects.filter(name_kk="").exists()


def test_unu_keys_by_reporting_category():
    assert Counter(UnuKey.objects.values_list("category6", flat=True)) == {1: 6, 2: 5, 3: 4, 4: 13, 5: 20, 6: 6}
    assert list(UnuKey.objects.filter(is_photovoltaic=True).values_list("key", "average_g")) == [("0002", 17000)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "1501", "printed": "15 01", "hazardous": False},
        {"code": "990101", "printed": "99 01 01", "hazardous": True},
        {"code": "990101", "printed": "99 01 01*", "hazardous": False},
    ],
)
def test_the_database_refuses_a_malformed_code(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        WasteCode.objects.create(**wrong)


def test_every_category_has_a_band_of_yields():
    for code in NINE:
        band = yield_band(code, date(2025, 6, 1))
        assert band and 0 < band.least_permille < band.most_permille < 1000
    polymer = yield_band("polymer", date(2025, 6, 1))
    assert polymer == Band(600, 960)
    assert polymer.holds(product_g=600, input_g=1000) and polymer.holds(product_g=960, input_g=1000)
    assert not polymer.holds(product_g=599, input_g=1000) and not polymer.holds(product_g=961, input_g=1000)
    assert yield_band("polymer", date(2020, 12, 31)) is None and yield_band("gold", date(2025, 6, 1)) is None


@pytest.mark.parametrize(("constraint", "valid", "least", "most"), [
    ("yield_band_one_per_day", "[2030-01-01,2030-02-01)", 1, 2),
    ("yield_band_is_a_share", "[2019-01-01,2020-01-01)", 2, 1),
    ("yield_band_is_a_share", "[2019-01-01,2020-01-01)", 2, 1001),
    ("yield_band_once", "[2021-01-01,)", 1, 2),
])
def test_the_database_keeps_bands_apart(constraint, valid, least, most):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO waste_yieldband (category_id, valid, least_permille, most_permille, source) "
                       "VALUES ('polymer', %s, %s, %s, 'x')", [valid, least, most])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
