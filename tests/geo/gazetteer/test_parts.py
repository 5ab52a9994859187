"""A text as its names, without asking any table: what is known is said by the test."""

from __future__ import annotations

import pytest

from geo.gazetteer.parts import parts_of
from geo.gazetteer.spelling import sound

KNOWN = {
    "Сайрамский": {"district"}, "Сайрам": {"district"}, "Туркестанский": {"region"}, "Түркістан": {"region", "city"},
    "Новое": {"village"}, "Абай": {"region", "district", "village"}, "Ақсуат": {"district", "village"}, "Айдос 1": {"village"},
    "Алматы": {"city", "region"}, "Достык": {"village"}, "Шал акына": {"district"}, "Красный Кордон": {"village"},
    "Большой Аксу": {"village"}, "Аксу": {"village"},
}
SOUNDS = {sound(name): kinds for name, kinds in KNOWN.items()}


def parts(text: str) -> list[tuple[str, str | None]]:
    found = parts_of(text, lambda heard, kinds: heard in SOUNDS and (kinds is None or bool(kinds & SOUNDS[heard])),
                     lambda sounds: "bolwoikasu" in sounds or "bolSoikasu" in sounds)
    return [(part.text, part.label) for part in found.parts]


@pytest.mark.parametrize(("text", "expected"), [
    ("Туркестанская область, Сайрамский район, с. Новое",
     [("туркестанская", "region"), ("сайрамский", "district"), ("новое", "place")]),
    ("с. Новое Сайрамский р-н Туркестанская обл.",
     [("новое", "place"), ("сайрамский", "district"), ("туркестанская", "region")]),
    ("область Абай район Ақсуат с. Новое", [("абай", "region"), ("аксуат", "district"), ("новое", "place")]),
    ("Түркістан облысы Сайрам ауданы Новое ауылы", [("туркистан", "region"), ("сайрам", "district"), ("новое", "place")]),
    ("район Шал акына", [("шал акына", "district")]), ("Алматы, пр. Достык, 125", [("алматы", None)]),
    ("Алматы Достык даңғылы 7", [("алматы", None)]), ("ул. Абая 54 А г. Алматы", [("алматы", "city")]),
    ("с. Красный Кордон", [("красный кордон", "place")]), ("Айдос 1", [("айдос 1", None)]), ("с. 7", []),
    ("большой касу", [("большой касу", None)]),  # misspelt as a whole, not a known half of it
    ("Республика Казахстан; Алматы", [("алматы", None)]),
    ("с. Новое Сайрамского района", [("новое", "place"), ("сайрамского", "district")]),
    ("", []), (" ,;, ", []),
])
def test_a_text_is_taken_to_its_names(text, expected):
    assert parts(text) == expected
