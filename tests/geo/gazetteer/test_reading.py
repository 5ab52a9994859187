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
    ("Сайрам ауданы Түркістан облысы Атлантида ауылы", "615200000", "district"), ("191037400", "191037400", "settlement"),
    ("Алматы қ., Бостандық ауданы, Сәтбаев көш. 22", "751410000", "district"),
    ("с. Абай, Келесский район", "613930100", "settlement"), ("Восточно-Казахстанская область, Семей", "101010000", "settlement"),
    ("Jañaözen", "471810000", "settlement"), ("Джанаозен", "471810000", "settlement"), ("Карганда", "351010000", "settlement"),
    ("Мерке", "315430100", "settlement"),  # the village of 16,000, not its station and not its district
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
    assert said("Красноярка", region="Акмола")[0][:2] == said("Красноярка", region="Aqmola Oblysy")[0][:2] == "11"
    here = read("Бирлик", region="Жамбылская область")
    assert here.ambiguous and here.unit.kato.startswith("31") and {one.above[0] for one in here.choices} == {"310000000"}


def test_a_village_without_a_point_gives_the_unit_around_it():
    answer = read("Туркестанская область, Сайрамский район, с. Карабулак")
    assert not answer.ambiguous and answer.unit.point and answer.unit.level in ("sub_district", "district")
    assert answer.unit.kato.startswith("6152")


@pytest.mark.parametrize("text", ["", "   ", "xyzzy", "12345", "!!!", "а", "\u200b", "ул. Ленина 5", "с.", "район",
                                  "Москва, Тверская 1"])
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


def shares(asked: list[tuple[str, str | None, str]]) -> dict[str, float]:
    found = outcomes(asked)
    return {name: found[name] / found.total() for name in ("exact", "coarser", "ambiguous", "nothing", "wrong")}


@pytest.fixture(scope="module")
def villages():
    return list(rows_of("kz_villages"))


def test_villages_are_found_by_their_whole_address_in_any_order_and_language(villages, reference):
    units = gazetteer().units
    for name, kind in (("name_ru", "с. {}"), ("name_kk", "{} ауылы")):
        called = [(kind.format(row[name]), getattr(units[row["district_kato"]], name), getattr(units[row["region_kato"]], name),
                   row["settlement_kato"]) for row in villages]
        for order in ("{2}, {1}, {0}", "{0}, {1}", "{0} {1} {2}", "{2} {1} {0}"):
            found = shares([(order.format(*one), None, one[3]) for one in called])
            assert found["exact"] >= 0.99 and found["wrong"] <= 0.002, (name, order, found)


def test_a_region_beside_a_name_is_nearly_enough(villages, reference):
    latin = shares([(row["name_latin"], row["region_kato"], row["settlement_kato"]) for row in villages])
    assert latin["exact"] >= 0.96 and latin["wrong"] <= 0.003, latin
    slips = random.Random(5)
    typos = shares([(misspelt(row["name_ru"], slips), row["region_kato"], row["settlement_kato"])
                    for row in villages if len(row["name_ru"]) > 5])
    assert typos["exact"] >= 0.9 and typos["wrong"] <= 0.01, typos


def test_a_bare_name_is_not_guessed(villages, reference):
    """Of two villages in five the name is some other village's too."""
    for name in ("name_ru", "name_kk", "name_latin"):
        bare = shares([(row[name], None, row["settlement_kato"]) for row in villages])
        assert bare["exact"] >= 0.57 and bare["exact"] + bare["ambiguous"] >= 0.98 and bare["wrong"] <= 0.005, (name, bare)


def test_towns_by_their_aliases_and_with_a_slip_of_the_pen(reference):
    towns = {row["geonameid"]: row for row in rows_of("kz_settlements") if row["settlement_kato"]}
    asked = [(row["alias"], towns[row["geonameid"]]) for row in rows_of("kz_settlement_aliases") if row["geonameid"] in towns]
    bare = shares([(alias, None, town["settlement_kato"]) for alias, town in asked])
    assert bare["exact"] >= 0.76 and bare["wrong"] <= 0.015, bare
    placed = shares([(alias, town["region_kato"], town["settlement_kato"]) for alias, town in asked])
    assert placed["exact"] >= 0.9 and placed["wrong"] <= 0.01, placed
    slips = random.Random(5)
    typos = shares([(misspelt(row["name_ru"], slips), row["region_kato"], row["settlement_kato"])
                    for row in towns.values() if len(row["name_ru"]) > 5])
    assert typos["exact"] >= 0.81 and typos["wrong"] <= 0.015, typos


def test_villages_without_a_point_and_villages_that_are_not(reference):
    """Those nobody has mapped are held out by themselves: what is answered holds them, and never is another village."""
    units = gazetteer().units
    mapless = [one for one in units.values() if one.kind == "village" and one.point is None and len(one.above) == 3][::7]
    for name in ("name_ru", "name_kk"):
        found = shares([(", ".join([*(getattr(units[kato], name) for kato in one.above[:2]), getattr(one, name)]), None, one.kato)
                        for one in mapless])
        assert found["coarser"] >= 0.93 and found["wrong"] == found["nothing"] == 0, found
    districts = [one for one in units.values() if one.kind == "district" and one.point]
    invented = shares([(f"{units[one.above[0]].name_ru}, {one.name_ru}, с. Кхуэрто", None, one.kato) for one in districts])
    assert invented["exact"] == 1.0, invented


STREETS = (
    "пр. Достык, 125", "ул. Ауэзова, 19", "улица Жибек Жолы, 135", "Абая пр. 54а", "Сатпаева ул. 64 Д", "мкр. Аксай-3, 3",
    "ул. Сейфуллина 458/460", "Төле би көшесі, 286", "Әл-Фараби даңғылы 7", "Бөгенбай батыр көш. 150", "Жандосова ул. 58 А",
    "Kabanbay batyr st. 83", "микрорайон Орбита-2, д. 5, кв. 12", "Райымбек даңғылы, 212", "ул. Тимирязева, 42, корп. 23",
    "шоссе Суюнбая 2")


@pytest.mark.parametrize("street", STREETS)
def test_streets_are_no_villages(street):
    """Many a street bears a village's name; a city that is named beside it is what is meant."""
    for text, region in ((f"Алматы, {street}", None), (f"{street}, г. Алматы", None), (f"Алматы қаласы, {street}", None),
                         (street, "Алматы"), (street, "750000000")):
        assert said(text, region) == ("750000000", "settlement", False), text
