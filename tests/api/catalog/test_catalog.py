"""The catalogue: what apps show instead of codes."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db


def test_categories_codes_and_labels_in_three_languages(stranger, reference):
    found = stranger.get("catalog").json()
    assert [one["code"] for one in found["categories"]] == [
        "glass", "paper", "polymer", "composite", "metal", "tyres", "tyres_oversize", "oils", "batteries",
    ]
    assert found["categories"][0]["name"].keys() == {"kk", "ru", "en"}
    known = {one["code"] for one in found["waste_codes"]}
    assert all(set(one["waste_codes"]) <= known and one["waste_codes"] for one in found["categories"])
    assert found["states"]["pickup_state"][0] == {
        "code": "draft", "name": {"kk": "Жоба", "ru": "Черновик", "en": "Draft"},
    }
    assert len(found["lists"]["role"]) == 12


def test_it_is_read_once_and_then_304(stranger, reference):
    first = stranger.get("catalog")
    assert first["Cache-Control"] == "public, no-cache"
    assert stranger.get("catalog", If_None_Match=first["ETag"]).status_code == 304
    assert stranger.get("config").json()["catalog_etag"] == first["ETag"]


def test_the_config_names_the_versions(stranger, settings):
    settings.APP_MINIMUM_VERSION = "2.1.0"
    assert stranger.get("config").json()["minimum_app_version"] == "2.1.0"
