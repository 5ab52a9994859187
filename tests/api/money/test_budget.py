"""Caps, closed months, statements and appeals over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.api.custody.cast import act, refused
from tests.api.money.test_claims import COLLECTED, PAPERS, claim, verified
from tests.api.phone import codes
from tests.cast import ALMATY, AT
from tests.collection.custody.haul import TONNE

__all__ = ["claim", "verified"]
pytestmark = pytest.mark.django_db


def test_a_cap_is_set_a_claim_waits_and_the_queue_is_walked(desk, haul, verified):
    programme = f"programmes/{haul.scene.code}"
    scope = {"category": "polymer", "region": ALMATY, "month": "2026-03", "why": "budget"}
    made = desk.manager.post(f"{programme}/caps", {"limit_tiyn": COLLECTED - 1, **scope})
    assert (made.status_code, made.json()["committed_tiyn"], made.json()["month"]) == (200, 0, "2026-03"), made.content
    assert codes(desk.manager.post(f"{programme}/caps", {"limit_tiyn": 1, "why": "x", "region": "9"})) == {
        "/region": "not_found"}
    refused(desk.finance.post(f"{programme}/caps", {"limit_tiyn": 1, **scope}), 403, "forbidden")
    waiting = act(desk.finance, verified, "approve").json()
    assert (waiting["state"], waiting["reason"]) == ("queued", "cap_reached")
    assert desk.finance.post(f"{programme}/queue", {}).json() == {"approved": []}
    desk.manager.post(f"{programme}/caps", {"limit_tiyn": COLLECTED, **scope})
    assert desk.finance.post(f"{programme}/queue", {}).json() == {"approved": [waiting["id"]]}
    assert [(one["queued_tiyn"], one["committed_tiyn"]) for one in desk.auditor.get(f"{programme}/caps").json()["items"]
            if one["id"]] == [(0, COLLECTED)]


def test_a_month_is_closed_and_its_statement_read(desk, haul, office):
    haul.recycled(AT - timedelta(days=10), [TONNE])  # in February
    office.accrue(AT)
    programme = f"programmes/{haul.scene.code}"
    refused(desk.finance.post(f"{programme}/periods", {"month": "2026-03"}), 409, "month_not_over")
    refused(desk.finance.post("programmes/nowhere/periods", {"month": "2026-02"}), 404, "not_found")
    closed = desk.finance.post(f"{programme}/periods", {"month": "2026-02"})
    assert closed.status_code == 201, closed.content
    assert (closed.json()["claims_n"], closed.json()["month"]) == (2, "2026-02")
    refused(desk.finance.post(f"{programme}/periods", {"month": "2026-02"}), 409, "month_closed")
    assert len(desk.auditor.get(f"{programme}/periods").json()["items"]) == 1
    path = f"contracts/{haul.collector.contract_id}/statements"
    assert [(one["closing_tiyn"], one["parts"]) for one in desk.collector.get(path).json()["items"]] == [(COLLECTED, [])]
    one = desk.collector.get(f"{path}?month=2026-02").json()["items"][0]
    assert [(part["part"], part["stage"], part["mass_g"]) for part in one["parts"]] == [
        ("claimed", "collection", TONNE), ("claimed", "transport", TONNE)]
    refused(desk.collector.get(f"{path}?month=2026-01"), 404, "not_found")
    refused(desk.stranger.get(path), 404, "not_found")


def test_an_appeal_is_filed_and_decided_by_somebody_else(desk, haul, office, phone_of, claim):
    from tests import cast

    act(desk.collector, claim, "submit", PAPERS)
    act(desk.inspector, claim, "return", {"reason": "photo is blurred"})
    assert desk.collector.get(claim).json()["allowed_actions"] == ["submit", "appeal"]
    filed = act(desk.collector, claim, "appeal", {"words": "it is not"})
    assert (filed.status_code, filed.json()["state"]) == (201, "open")
    path = f"appeals/{filed.json()['id']}"
    refused(act(desk.inspector, path, "decide", {"granted": True, "answer": "x"}), 403, "same_person")
    second = phone_of(cast.member(office.inspector.organisation_id, "inspector"))
    assert act(second, path, "decide", {"granted": True, "answer": "seen on site"}).json()["state"] == "granted"
    assert desk.collector.get(claim).json()["state"] == "verified"
    assert [one["id"] for one in desk.collector.get("appeals").json()["items"]] == [filed.json()["id"]]
    assert desk.stranger.get("appeals").json()["items"] == []


def test_the_declaration_is_read_and_outdated_ones_are_refused(desk, claim):
    told = desk.collector.get("claims/declaration").json()
    assert told["code"] == PAPERS["declaration"] and "Қазақстан" in told["text"]["kk"]
    assert codes(act(desk.collector, claim, "submit", PAPERS | {"declaration": "2021-1"})) == {
        "/declaration": "declaration_outdated"}


def test_whose_account_the_programme_pays_from(desk, haul):
    from tests import cast

    path = f"programmes/{haul.scene.code}/payer"
    refused(desk.finance.get(path), 404, "not_found")
    good = {"name": "ТОО «Оператор»", "identity_number": cast.identity_number(), "iban": cast.iban(), "bic": "KCJBKZKX",
            "purpose": "859"}
    assert codes(desk.finance.send("PUT", path, good | {"iban": "KZ1", "identity_number": "123456789012"})) == {
        "/iban": "iban_invalid", "/identity_number": "bin_invalid"}
    assert desk.finance.send("PUT", path, good).json() == good
    assert desk.finance.get(path).json() == good


def test_what_may_be_expected(desk, haul, earned):
    path = f"contracts/{haul.collector.contract_id}/forecast"
    items = desk.collector.get(path).json()["items"]
    assert [(one["certainty"], one["month"], one["stage"], one["mass_g"]) for one in items] == [
        ("payable", "2026-03", "collection", TONNE), ("payable", "2026-03", "transport", TONNE)]
    assert sum(one["amount_tiyn"] for one in items) == COLLECTED
    refused(desk.stranger.get(path), 404, "not_found")
