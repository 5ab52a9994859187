"""Statistics over HTTP: exact, tagged, strict, and each role its own part."""

from __future__ import annotations

from typing import Any

import pytest

from collection.kernel.db import rows
from collection.stats import queries
from tests.api.phone import Phone, codes
from tests.collection.stats import filled as committed

pytestmark = pytest.mark.django_db
TONNAGES = ("declared", "collected", "received", "recycled", "paid")


@pytest.fixture(scope="module")
def programme(django_db_setup: None, django_db_blocker: Any) -> Any:
    yield from committed.filled(django_db_blocker)


def test_summary(programme: str, stranger: Phone) -> None:
    answer = stranger.get(f"stats/summary?programme={programme}")
    body, total = answer.json(), queries.figures(programme=programme).total
    assert answer.status_code == 200
    assert (body["programme"], body["synthetic"], body["generators"]) == (programme, True, 0)
    assert body["contracts"] == {"collection": 46, "recycling": 18, "full_cycle": 10}
    shown = body["figures"]
    assert {name: shown[f"{name}_g"] for name in TONNAGES} == {name: getattr(total, name).grams for name in TONNAGES}
    assert (shown["applications"], shown["paid_tiyn"], shown["currency"]) == (400, total.paid_tiyn, "KZT")
    kilograms = (total.declared.grams + 500) // 1000
    assert shown["declared_t"] == f"{kilograms // 1000}.{kilograms % 1000:03d}"
    assert not [name for name in shown if "total" in name]


@pytest.mark.parametrize("group_by", ["month", "region", "category", "contract_kind"])
def test_series_sum_to_the_summary(programme: str, stranger: Phone, group_by: str) -> None:
    summary = stranger.get(f"stats/summary?programme={programme}&from=2024-03&to=2025-02").json()
    series = stranger.get(f"stats/series?programme={programme}&group_by={group_by}&from=2024-03&to=2025-02").json()
    assert series["figures"] == summary["figures"]
    for name in [*(f"{one}_g" for one in TONNAGES), "paid_tiyn", "applications"]:
        assert sum(item["figures"][name] for item in series["items"]) == summary["figures"][name]
    named = {item["key"]: item["name"] for item in series["items"]}
    if group_by == "region":
        assert len(named) == 18 and all(name["kk"] and name["ru"] and name["en"] for name in named.values())
    if group_by == "month":
        assert list(named) == sorted(named) and (min(named), max(named)) == ("2024-03", "2025-02")


def test_published_side_by_side(programme: str, stranger: Phone) -> None:
    body = stranger.get(f"stats/published?programme={programme}").json()
    by_name = {one["name"]: one for one in body["items"]}
    assert by_name["contracts_collection"] == {
        "name": "contracts_collection", "text": "46", "published": 46, "precision": 1, "computed": 46,
        "equal_at_precision": True}
    assert by_name["generators"]["published"] == 1_725 and not by_name["generators"]["equal_at_precision"]
    assert by_name["recycled_g"]["computed"] == sum(
        by_name[name]["computed"] for name in ("recycled_2024_g", "recycled_2025_01_08_g"))
    assert body["synthetic"] is True and "EcoQolday" in body["publication"]


def test_an_unchanged_answer_is_304_though_time_passes(programme: str, stranger: Phone) -> None:
    path = f"stats/series?programme={programme}&group_by=month"
    first = stranger.get(path)
    assert stranger.get(path).json()["as_of"] > first.json()["as_of"]
    again = stranger.get(path, If_None_Match=first["ETag"])
    assert again.status_code == 304 and again["ETag"] == first["ETag"] and not again.content
    assert stranger.get(path + "&from=2024-02", If_None_Match=first["ETag"]).status_code == 200


@pytest.mark.parametrize(("query", "defects"), [
    ("", {"/programme": "required"}),
    ("programme=", {"/programme": "blank"}),
    ("programme=a%00b", {"/programme": "control_character"}),
    ("programme=filled&from=2025-08-01", {"/from": "not_a_month"}),
    ("programme=filled&from=yesterday&to=2025-13", {"/from": "not_a_month", "/to": "not_a_month"}),
    ("programme=filled&from=1925-01&to=2025-01", {"/from": "not_a_month"}),
    ("programme=filled&from=2000-01&to=2099-12", {"/to": "range_too_long"}),  # 100 years
    ("programme=filled&from=2015-01&to=2025-01", {"/to": "range_too_long"}),
    ("programme=filled&from=2025-02&to=2025-01", {"/to": "ends_before_it_starts"}),
    ("programme=filled&since=2025-02", {"/since": "unknown_field"}),
    ("programme=filled&programme=filled", {"/programme": "repeated"}),
    ("programme=filled&category=glass", {"/category": "unknown_field"}),
])
def test_b59_bad_questions(programme: str, stranger: Phone, query: str, defects: dict[str, str]) -> None:
    answer = stranger.get(f"stats/summary?{query}")
    assert (answer.status_code, codes(answer)) == (400, defects)


@pytest.mark.parametrize(("query", "status", "defects"), [
    ("group_by=district", 200, None),
    ("group_by=password", 400, {"/group_by": "not_a_choice"}),
    ("group_by=month&category=gold", 400, {"/category": "unknown_category"}),
    ("group_by=month&region=000000000&category=gold", 400, {"/region": "unknown_region", "/category": "unknown_category"}),
    ("group_by=month&contract_kind=barter", 400, {"/contract_kind": "not_a_choice"}),
    ("from=2025-01&to=2024-01", 400, {"/group_by": "required"}),
    ("group_by=contract&category=glass&region=750000000&contract_kind=full_cycle", 200, None),
])
def test_detail_is_as_strict(programme: str, sign_in: Any, query: str, status: int, defects: Any) -> None:
    answer = sign_in("manager").get(f"stats/detail?programme={programme}&{query}")
    assert answer.status_code == status
    if defects:
        assert codes(answer) == defects


def test_a_programme_that_is_not(stranger: Phone) -> None:
    for path in ("summary?", "series?group_by=month&", "published?"):
        assert stranger.get(f"stats/{path}programme=no-such").status_code == 404


def test_who_may_see_what(programme: str, sign_in: Any, stranger: Phone) -> None:
    """Totals are everybody's; detail is all for officers, one's own for the others, nothing for strangers and support."""
    detail = f"stats/detail?programme={programme}&group_by=contract"
    assert stranger.get(detail).status_code == 401
    assert sign_in("support").get(detail).status_code == 403
    everything = stranger.get(f"stats/summary?programme={programme}").json()["figures"]
    for role in ("manager", "finance", "inspector", "auditor"):
        assert sign_in(role).get(detail).json()["figures"] == everything
    own = rows("SELECT id::text, organisation_id FROM contracts_contract WHERE kind = 'full_cycle' ORDER BY id LIMIT 1")[0]
    mine = sign_in("collector_admin", own["organisation_id"]).get(detail).json()
    assert [item["key"] for item in mine["items"]] == [own["id"]] and mine["figures"]["collected_g"] > 0
    for role in ("generator_admin", "driver", "recycler_admin"):
        assert sign_in(role).get(detail).json()["items"] == []
        assert sign_in(role).get(f"stats/summary?programme={programme}").json()["figures"] == everything
