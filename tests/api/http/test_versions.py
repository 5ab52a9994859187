"""Apps that are too old are sent to their store; whoever says nothing is let through."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def minimum(settings):
    settings.APP_MINIMUM_VERSION = "2.10.0"
    settings.APP_STORES = {"android": "https://play.example/app"}


@pytest.mark.parametrize(("said", "status", "code"), [
    ("android/0.0.0", 400, "app_version_invalid"), ("abc", 400, "app_version_invalid"),
    ("android/abc", 400, "app_version_invalid"), ("0", 400, "app_version_invalid"),
    ("symbian/2.10.0", 400, "app_version_invalid"), ("android/2.10", 400, "app_version_invalid"),
    ("android/٢.١٠.٠", 400, "app_version_invalid"), ("android/" + "9" * 5000 + ".0.0", 400, "app_version_invalid"),
    ("android/2.9.9", 426, "app_too_old"), ("ios/1.99.0", 426, "app_too_old"),
    ("android/2.10.0", 200, None), ("ios/2.10.1", 200, None), ("web/99999.0.0", 200, None),
])
def test_b78_versions_that_are_none_or_too_old(stranger, reference, said, status, code):
    answer = stranger.get("catalog", X_App_Version=said)
    assert answer.status_code == status, answer.content
    if code:
        assert answer.json()["code"] == code
    if status == 426:
        store = "https://play.example/app" if said.startswith("android") else ""
        assert (answer.json()["minimum_app_version"], answer.json()["store_url"]) == ("2.10.0", store)


def test_whoever_says_nothing_is_let_through_and_the_config_is_always_told(stranger, reference):
    assert stranger.get("catalog").status_code == 200
    told = stranger.get("config", X_App_Version="android/1.0.0")
    assert (told.status_code, told.json()["stores"]) == (200, {"android": "https://play.example/app"})


def test_an_old_app_writes_nothing_and_is_told_in_its_language(stranger):
    answer = stranger.post("auth/code", {"phone": "+77010000001"}, X_App_Version="ios/1.0.0", Accept_Language="ru")
    assert (answer.status_code, answer.json()["title"]) == (426, "Обновите приложение")
