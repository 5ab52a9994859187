"""One person in two roles is one person: over HTTP as in the database and on the pages.

Registers: test_claims.py; appeals: test_budget.py; pages: tests/api/pages/test_money.py; SQL: tests/collection/payouts.
"""

from __future__ import annotations

import pytest

from collection.accounts.models import Membership
from collection.contracts.models import Tariff
from collection.payouts.models import Claim
from tests.api.custody.cast import act, refused
from tests.collection.payouts.test_approval import verified

pytestmark = pytest.mark.django_db
RATE = {"category": "polymer", "stage": "collection", "coefficient": "10", "source": "decree No 5"}


def promoted(actor, phone_of):
    """The same person, who is a finance officer from now on."""
    Membership.objects.filter(user_id=actor.user_id).update(role="finance")
    return phone_of(actor)


def test_whoever_verified_a_claim_does_not_approve_it_as_a_finance_officer(desk, haul, office, phone_of):
    claim = verified(haul, office)
    path = f"claims/{claim.id}"
    refused(act(promoted(office.inspector, phone_of), path, "approve"), 403, "same_person")
    assert Claim.objects.get().state == "verified"
    assert act(desk.finance, path, "approve").json()["state"] == "approved"


@pytest.mark.parametrize("first", ["2026-03-01", "2099-01-01"])
def test_a_rate_changes_on_the_word_of_two(desk, haul, phone_of, first):
    """Of days that have begun and of coming ones."""
    programme, manager = f"programmes/{haul.scene.code}", haul.scene.manager
    refused(desk.manager.post(f"{programme}/tariffs", {**RATE, "valid_from": "2099-01-01"}), 409, "second_person_needed")
    made = desk.manager.post(f"{programme}/tariff-changes", {"reason": "decree No 5", "tariffs": [{**RATE, "valid_from": first}]})
    assert made.status_code == 201, made.content
    path = f"{programme}/tariff-changes/{made.json()['id']}/approve"
    refused(desk.manager.post(path), 403, "forbidden")
    refused(promoted(manager, phone_of).post(path), 403, "same_person")
    assert not Tariff.objects.filter(coefficient=10, category="polymer").exists()
    assert desk.finance.post(path).json()["state"] == "approved"
    assert Tariff.objects.filter(coefficient=10, category="polymer").exists()
