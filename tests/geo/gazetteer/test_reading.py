"""What people write, and what it means."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from geo.gazetteer import gazetteer, read
from geo.reference import read as rows_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def said(text: str, region: str | None = None) -> tuple[str | None, str | None, bool]:
    answer = read(text, region=region)
    return answer.unit and answer.unit.kato, answer.unit and answer.unit.level, answer.ambiguous


@pytest.mark.parametrize(("text", "kato", "level"), [
    ("Алматы", "750000000", "settlement"), ("г. Алматы, ул. Абая 10", "750000000", "settlement"),
    ("Алматы проспект Достык 125", "750000000", "settlement"), ("Алматы, мкр. Самал-2, д. 77", "750000000", "settlement"),
    ("Almaty", "750000000", "settlement"), ("г.Алма-Ата", "750000000", "settlement"), ("Нур-Султан", "710000000", "settlement"),
    ("г. Алматы, Медеуский район", "751710000", "district"),
    ("Өскемен", "631010000", "settlement"), ("Oskemen", "631010000", "settlement"),
    ("усть каменогорск", "631010000", "settlement"),
    ("Шымкет", "790000000", "settlement"), ("Жанаузень", "471810000", "settlement"), ("Zhanaozen", "471810000", "settlement"),
    ("ВКО, Риддер", "632410000", "settlement"), ("Almaty region", "190000000", "region"),
    ("Қарағанды облысы", "350000000", "region"),
    ("Turkistan Region, Sairam district", "615200000", "district"), ("Талгарский р-н", "196200000", "district"),
    ("Талгар", "196220100", "settlement"), ("Семей Г.А.", "101000000", "district"), ("Семей", "101010000", "settlement"),
    ("Костанайская область, Алтынсаринский район, село Силантьевка", "393230200", "settlement"),
    ("с. Силантьевка Алтынсаринский р-н Костанайская обл.", "393230200", "settlement"),
    ("Туркестанская область, Сайрамский район, с. Новое", "615200000", "district"),  # the village is not known there
    ("Туркестанская область Сайрамский район Новое", "615200000", "district"),
    ("Алматинская область, г. Талдыкорган", "331010000", "settlement"),  # an address of before 2022
    ("Павлодарская область, с. Новое", "550000000", "region"),
])
def test_texts_that_are_understood(text, kato, level):
    assert said(text) == (kato, level, False)


def test_zhambyl_has_37_namesakes():
    answer = read("Жамбыл")
    assert (answer.unit, answer.ambiguous, len(answer.choices)) == (None, True, 37)
    assert {one.level for one in answer.choices} == {"settlement"}


def test_a_region_narrows_and_namesakes_inside_it_give_their_common_parent():
    assert said("Силантьевка") == said("Силантьевка", region="390000000") == ("393230200", "settlement", False)
    assert said("Силантьевка", region="550000000") == ("550000000", "region", False)  # stated, and not there
    assert said("Жамбыл", region="550000000") == said("Жамбыл", region="Павлодарская область") == said(
        "Жамбыл", region="Pavlodar") == said("Павлодар облысы, Жамбыл") == ("550000000", "region", True)
    here = read("Бирлик", region="Жамбылская область")
    assert here.ambiguous and here.unit.kato.startswith("31") and {one.above[0] for one in here.choices} == {"310000000"}


def test_a_village_without_a_point_gives_the_unit_around_it():
    answer = read("Туркестанская область, Сайрамский район, с. Карабулак")
    assert not answer.ambiguous and answer.unit.point and answer.unit.level in ("sub_district", "district")
    assert answer.unit.kato.startswith("6152")


@pytest.mark.parametrize("text", ["", "   ", "xyzzy", "12345", "!!!", "а", "\u200b", "ул. Ленина 5", "с.", "район"])
def test_nothing_is_made_of_nothing(text):
    assert said(text) == (None, None, False)


def test_long_and_hostile_texts_end_soon():
    for text in ("Алматы " * 1000, "," * 5000, "('; DROP TABLE geo_place; --", "Ж" * 10_000, "\x00", "%s %(x)s"):
        read(text)


# --- how often it is right -----------------------------------------------------------------------------------

def misspelt(name: str, chance: random.Random) -> str:
    n = chance.randrange(2, len(name) - 1)
    return chance.choice((name[:n] + name[n + 1:], name[:n] + chance.choice("аеиокл") + name[n + 1:],
                          name[:n] + name[n + 1] + name[n] + name[n + 2:]))


def outcomes(asked: list[tuple[str, str | None, str]]) -> Counter[str]:
    units = gazetteer().units
    found: Counter[str] = Counter()
    for text, region, truth in asked:
        kato, _, ambiguous = said(text, region)
        right = kato in (truth, *units[truth].above) if kato else True
        found["ambiguous" if ambiguous and right else "exact" if kato == truth else
              "coarser" if kato and right else "nothing" if right else "wrong"] += 1
    return found


def test_how_often_it_is_right():
    """Every known village with its district; every town bare, by its aliases, and with a slip of the pen."""
    units, chance = gazetteer().units, random.Random(5)
    towns = {row["geonameid"]: row for row in rows_of("kz_settlements") if row["settlement_kato"]}
    villages = list(rows_of("kz_villages"))
    full = outcomes([(f"{units[row['district_kato']].name_ru}, с. {row['name_ru']}", row["region_kato"], row["settlement_kato"])
                     for row in villages])
    assert full["exact"] >= 0.99 * full.total() and full["wrong"] == 0, full
    latin = outcomes([(row["name_latin"], row["region_kato"], row["settlement_kato"]) for row in villages])
    assert latin["exact"] >= 0.98 * latin.total() and latin["wrong"] <= 0.01 * latin.total(), latin
    alias = outcomes([(row["alias"], None, towns[row["geonameid"]]["settlement_kato"])
                      for row in rows_of("kz_settlement_aliases") if row["geonameid"] in towns])
    assert alias["exact"] >= 0.9 * alias.total() and alias["wrong"] <= 0.01 * alias.total(), alias
    slips = outcomes([(misspelt(row["name_ru"], chance), row["region_kato"], row["settlement_kato"])
                      for row in towns.values() if len(row["name_ru"]) > 5])
    assert slips["exact"] >= 0.9 * slips.total() and slips["wrong"] <= 0.02 * slips.total(), slips


