"""From an application to a contract in force, over HTTP: three officers, a signature, and the times of it all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collection.contracts import operations as contracts
from collection.contracts.models import Contract, ContractApplication
from collection.kernel.actor import HOUSE, Actor
from collection.kernel.clock import frozen
from collection.registry import operations as registry
from tests import cast
from tests.cast import ALMATY, AT, TONNE

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def second(scene, phone_of):
    """Another manager than the one who verifies."""
    return phone_of(cast.member(scene.manager.organisation_id, "manager"))


@pytest.fixture
def newcomer(scene, phone_of):
    """A registered company without a contract, and what it asks for."""
    made = contracts.register_contractors(actor=scene.manager, at=AT, contractors=[contracts.NewContractor(
        contract_kind="collection", identity_number=cast.identity_number(), name="ТОО Жаңа", phone=cast.phone())])[0]
    phone = phone_of(Actor(made.user_id, made.organisation_id, "collector_admin"))
    base = registry.add_bases(actor=HOUSE, at=AT, bases=[
        registry.NewPlace(made.organisation_id, "База", *cast.away(5))])[0]
    return phone, {
        "programme": scene.code, "kind": "collection", "valid_from": "2026-01-01", "valid_to": "2026-12-31",
        "iban": cast.iban(), "base_id": str(base.id), "regions": [ALMATY],
        "categories": [{"category": "polymer", "quota_g": 100 * TONNE}]}


def step(phone, kind, of, verb, body=None):
    tag = phone.get(f"{kind}/{of}").headers["ETag"]
    return phone.post(f"{kind}/{of}/{verb}", body, If_Match=tag)


def test_from_the_application_to_a_contract_in_force(desk, scene, second, newcomer):
    company, asked = newcomer
    made = company.post("applications", asked)
    assert made.status_code == 201, made.content
    one = made.json()["id"]
    assert (made.json()["state"], made.json()["contract_id"]) == ("submitted", None)
    agreed = {"number": "K-77", "cap_tiyn": 10**9, "categories": [{"category": "polymer", "quota_g": 60 * TONNE}]}
    early = step(second, "applications", one, "approve", agreed)
    assert (early.status_code, early.json()["code"]) == (409, "wrong_state")
    with frozen(AT + HOUR):
        verified = step(desk.manager, "applications", one, "verify")
    assert (verified.status_code, verified.json()["state"]) == (200, "verified")
    same = step(desk.manager, "applications", one, "approve", agreed)
    assert (same.status_code, same.json()["code"]) == (403, "same_person")
    assert not Contract.objects.filter(number="K-77").exists()
    with frozen(AT + 3 * HOUR):
        approved = step(second, "applications", one, "approve", agreed)
    assert (approved.status_code, approved.json()["state"]) == (200, "approved")
    contract = approved.json()["contract_id"]
    unsigned = step(desk.finance, "contracts", contract, "approve")
    assert unsigned.status_code == 409 and Contract.objects.get(pk=contract).state == "draft"
    assert step(desk.manager, "applications", one, "verify").status_code in (403, 409)
    with frozen(AT + 8 * HOUR):
        assert step(company, "applications", one, "sign").json()["state"] == "signed"
    with frozen(AT + 9 * HOUR):
        assert step(desk.finance, "contracts", contract, "approve").json()["state"] == "active"
    row = Contract.objects.get(pk=contract)
    assert (row.number, row.state, row.cap_tiyn, row.approved_by) == ("K-77", "active", 10**9, scene.finance.user_id)
    kept = ContractApplication.objects.get()
    assert (kept.verified_by, kept.approved_by, kept.signed_by) == (
        scene.manager.user_id, second.actor.user_id, company.actor.user_id)
    told = desk.manager.get(f"applications/funnel?programme={scene.code}").json()
    assert [(s["step"], s["reached"], s["median_s"], s["waiting"]) for s in told["steps"]] == [
        ("submitted", 1, None, 0), ("verified", 1, 3600, 0), ("approved", 1, 7200, 0), ("signed", 1, 18_000, 1),
        ("in_force", 1, 3600, 0)]


def test_refused_for_a_reason_that_is_counted_and_asked_for_again(desk, scene, newcomer):
    company, asked = newcomer
    one = company.post("applications", asked).json()["id"]
    again = company.post("applications", asked)
    assert again.status_code == 409 and ContractApplication.objects.count() == 1
    silent = step(desk.manager, "applications", one, "refuse", {"reason": "other"})
    assert (silent.status_code, silent.json()["errors"][0]["code"]) == (422, "words_needed")
    done = step(desk.manager, "applications", one, "refuse", {"reason": "no_permit"})
    assert (done.status_code, done.json()["state"], done.json()["reason"], done.json()["ended_in"]) == (
        200, "refused", "no_permit", "submitted")
    assert desk.manager.get(f"applications/funnel?programme={scene.code}").json()["reasons"] == {"no_permit": 1}
    second = company.post("applications", asked)
    assert second.status_code == 201
    gone = step(company, "applications", second.json()["id"], "withdraw")
    assert (gone.status_code, gone.json()["state"]) == (200, "withdrawn")


def test_everything_wrong_at_once_and_strangers_see_nothing(desk, newcomer):
    company, asked = newcomer
    wrong = company.post("applications", asked | {
        "iban": "KZ00125KZT5004100100", "valid_to": "2025-01-01", "regions": ["999999999"], "base_id": None})
    assert wrong.status_code == 422 and not ContractApplication.objects.exists()
    assert {one["pointer"]: one["code"] for one in wrong.json()["errors"]} == {
        "/iban": "iban_invalid", "/valid_to": "period_ends_before_it_starts", "/regions/0": "unknown_region",
        "/base_id": "required_for_kind"}
    one = company.post("applications", asked).json()["id"]
    assert desk.stranger.get(f"applications/{one}").status_code == 404
    assert desk.stranger.get("applications").json()["items"] == []
    assert desk.stranger.post(f"applications/{one}/withdraw", If_Match='"1-collector_admin"').status_code == 404
    assert ContractApplication.objects.get().state == "submitted"
