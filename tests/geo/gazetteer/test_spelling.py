from __future__ import annotations

import pytest

from geo.gazetteer import normal
from geo.gazetteer.spelling import sound
from geo.gazetteer.words import core


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Алматы", "г. АЛМАТЫ"), ("Алматы қ.", "Алматы қаласы"), ("Жаңаөзен", "Жанаозен"), ("Щёлково", "с.Щелково"),
        ("Усть-Каменогорск", "усть  каменогорск"), ("Kul'zhinskoye", "Kulzhinskoye"), ("аул Кызыл", "Қызыл ауылы"),
    ],
)
def test_spellings_that_are_one(one, other):
    assert normal(one) == normal(other) != ""


def test_names_that_only_begin_like_a_kind_keep_their_letters():
    for name in ("Сарыагаш", "Городище", "Сельцо", "Аксу"):
        assert normal(name) == core(name) == name.lower()


@pytest.mark.parametrize(("official", "name"), [
    ("Сайрамский район", "сайрамский"), ("Сайрам ауданы", "сайрам"), ("район Алтай", "алтай"), ("область Абай", "абай"),
    ("г.Семей", "семей"), ("Семей Қ.Ә.", "семей"), ("с.им.Абая", "абая"), ("Бірлік а.о.", "бирлик"),
    ("Жайремская п.а.", "жайремская"), ("с.о. Карасу", "карасу"), ("Turkistan Region", "turkistan"), ("с.", "с"),
])
def test_the_name_in_a_designation(official, name):
    assert core(official) == name


@pytest.mark.parametrize("spellings", [
    ("Жаңаөзен", "Жанаозен", "Zhanaozen", "Jañaözen", "ZHANAOZEN"), ("Шымкент", "Shymkent", "Şymkent", "Shimkent"),
    ("Қызылорда", "Кызылорда", "Qyzylorda", "Kyzylorda"), ("Хромтау", "Khromtau"), ("Щучинск", "Shchuchinsk"),
])
def test_three_alphabets_sound_alike(spellings):
    assert len({sound(core(one)) for one in spellings}) == 1
