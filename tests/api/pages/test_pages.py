"""The frame of every page: who gets in, in which language, under which headers, and that no text is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from api.pages import tags
from api.pages.sign_in import written
from api.pages.words import WORDS
from collection.accounts.models import Session
from collection.custody.states import CERTIFICATE_STATES, LINEAGE_NODES
from collection.dispatch.matching import PLANT_RULES, RULES
from collection.kernel.words import LANGUAGES
from collection.payouts.states import STAGE_STATUSES
from collection.stats.measures import MEASURES
from notifications.models import OutboxRow

pytestmark = pytest.mark.django_db
PAGES = Path(__file__).resolve().parents[3] / "api" / "pages"
NUMBER = "+77011234567"


def test_from_a_number_to_a_page_and_out_again(browser):
    asked = browser.submit("/sign-in?next=/?lang=ru", phone="8 (701) 123-45-67", next="/?lang=ru")
    assert (asked.status_code, asked["Location"]) == (302, "/sign-in?phone=%2B77011234567&next=%2F%3Flang%3Dru")
    wrong = browser.submit(asked["Location"], phone=NUMBER, code="000000")
    assert wrong.status_code == 400 and 'role="alert"' in wrong.content.decode()
    code = re.search(r"\d{6}", OutboxRow.objects.latest("id").text)[0]
    entered = browser.submit(asked["Location"], phone=NUMBER, code=code, next="/?lang=ru")
    assert (entered.status_code, entered["Location"]) == (302, "/?lang=ru")
    cookie = entered.cookies["session"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and "Выйти" in browser.get("/?lang=ru").content.decode()
    assert browser.submit("/sign-out").status_code == 302
    assert Session.objects.get().revoked_at is not None
    browser.cookies["session"] = cookie.value  # kept by somebody all the same
    assert "Выйти" not in browser.get("/?lang=ru").content.decode()


@pytest.mark.parametrize(("typed", "kept"), [
    ("8 (701) 123-45-67", "+77011234567"), ("+7 701 123 45 67", "+77011234567"), ("7011234567", "+77011234567"),
    ("77011234567", "+77011234567"), ("", "+"), ("٧٧٠١", "+"),
])
def test_numbers_as_people_type_them(typed, kept):
    assert written(typed) == kept


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere_after_signing_in(browser, elsewhere):
    asked = browser.submit("/sign-in", phone=NUMBER, next=elsewhere)
    assert asked["Location"] == "/sign-in?phone=%2B77011234567&next=%2F"


def test_a_form_from_another_site_is_refused(browser):
    assert browser.post("/sign-in", {"phone": NUMBER}).status_code == 403
    assert not OutboxRow.objects.exists()


def test_nothing_but_our_own_files_runs_on_a_page(browser):
    answer = browser.get("/")
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy and "http" not in policy and policy.startswith("default-src 'none'")
    page = answer.content.decode()
    assert not re.search(r"<script(?![^>]*(src=|application/json))", page)
    assert not re.search(r"\son\w+=|\sstyle=|javascript:", page)
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page) == []


def test_a_page_speaks_the_language_that_was_chosen(browser):
    for language, word in (("kk", "Шолу"), ("ru", "Обзор"), ("en", "Overview")):
        answer = browser.get(f"/?lang={language}")
        assert answer["Content-Language"] == language and f"<title>{word}" in answer.content.decode()
    assert "<title>Overview" in browser.get("/", headers={"Accept-Language": "ru"}).content.decode()  # chosen last
    assert "<title>Обзор" in Client().get("/", headers={"Accept-Language": "ru"}).content.decode()


def test_an_unchanged_page_is_304(browser):
    first = browser.get("/sign-in")
    again = browser.get("/sign-in", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"") and first["Cache-Control"] == "private, no-cache"


def test_every_text_is_there_in_three_languages_and_none_is_left_over():
    said = set()
    for path in PAGES.rglob("*.html"):
        said |= set(re.findall(r"""\{% say ["'](\w+)["']""", path.read_text()))
    code = " ".join(path.read_text() for path in PAGES.glob("*.py") if path.name != "words.py")
    chosen = {
        "rule": (*RULES, *PLANT_RULES), "node": LINEAGE_NODES, "money": STAGE_STATUSES,
        "reason": ("ceiling_reached", "cap_reached"), "step": ("parted", "incident", "corrected"),
        "certificate": CERTIFICATE_STATES,
    }
    coded = {f"{kind}_{code}" for kind, codes in chosen.items() for code in codes}
    assert coded - WORDS.keys() == set()
    named = {*coded, *LANGUAGES, *MEASURES, *re.findall(r'"(\w+)"', code)}
    assert said - WORDS.keys() == set()
    assert WORDS.keys() - said - named == set()
    for key, words in WORDS.items():
        marks = [sorted(re.findall(r"\{\w+\}", text)) for text in (words.kk, words.ru, words.en)]
        assert words.kk and words.ru and words.en and marks[0] == marks[1] == marks[2], key


@pytest.mark.parametrize(("value", "kk", "ru", "en"), [
    (1_234_567_499_999, "1 234 567,5", "1 234 567,5", "1,234,567.5"), (0, "0,0", "0,0", "0.0"), (-50_000, "-0,1", "-0,1", "-0.1"),
    (None, "—", "—", "—"),
])
def test_tonnes_are_rounded_once_and_written_as_people_do(value, kk, ru, en):
    for language, text in (("kk", kk), ("ru", ru), ("en", en)):
        with translation.override(language):
            assert tags.tonnes(value, 1) == text.replace(" ", tags.NARROW)


def test_days_are_almatys():
    """UTC+6 until 29 February 2024, UTC+5 from 1 March: that hour happened twice."""
    with translation.override("ru"):
        assert tags.moment("2024-02-29T17:30:00Z") == "29 февр. 2024, 23:30" == tags.moment("2024-02-29T18:30:00Z")
        assert tags.moment("2024-02-29T19:00:00Z") == "1 мар. 2024, 00:00" and tags.month("2024-05") == "май 2024"


def test_tiles_of_the_units(browser, reference):
    tile = browser.get("/tiles/units/4/11/5")
    assert tile.status_code == 200 and tile["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert b"regions" in tile.content and b"districts" not in tile.content
    assert b"districts" in browser.get("/tiles/units/6/45/21").content
    assert browser.get("/tiles/units/4/11/5", headers={"If-None-Match": tile["ETag"]}).status_code == 304
    assert browser.get("/tiles/units/4/0/0").content == b""  # the sea
    for absurd in ("15/0/0", "99/1/1", "4/16/0", "4/0/16", "0/1/0"):
        assert browser.get(f"/tiles/units/{absurd}").status_code == 404
