from __future__ import annotations

import pytest

from geo.gazetteer import find, normal


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
        assert normal(name) == name.lower()


@pytest.mark.django_db
@pytest.mark.usefixtures("reference")
class TestFind:
    def test_in_three_languages_and_by_alias(self):
        for name in ("Өскемен", "Усть-Каменогорск", "Ust-Kamenogorsk", "Oskemen"):
            assert [place.region_id for place in find(name)][:1] == ["630000000"], name

    def test_the_larger_namesake_first_the_doubtful_last(self):
        shalkar = find("Шалкар")
        assert len(shalkar) >= 2
        assert shalkar[0].region_id == "150000000"
        assert [place.suspect for place in shalkar][-1] is True

    def test_unknown(self):
        assert find("Атлантида") == find("") == []
