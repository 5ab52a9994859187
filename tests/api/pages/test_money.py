"""Claims and registers on pages: the same two persons as everywhere, the same sums to the tiyn."""

from __future__ import annotations

import re

import pytest

from collection.accounts.models import Membership
from collection.payouts.models import Claim, PaymentOrder, Register
from tests import cast
from tests.collection.custody.haul import Haul, two_contracts
from tests.collection.payouts.office import Office
from tests.collection.payouts.test_approval import ONE_TONNE, verified

pytestmark = pytest.mark.django_db


@pytest.fixture
def haul(scene) -> Haul:
    return two_contracts(scene)


@pytest.fixture
def office(scene) -> Office:
    return Office(scene)


@pytest.fixture
def claim(haul, office):
    return verified(haul, office)


def step(browser, claim, name, **form):
    return browser.submit(f"/claims/{claim.id}", step=name, version=str(form.pop("version", claim.version)), **form)


def test_a_second_person_approves_and_the_first_cannot(claim, office, browser_of):
    inspector, finance = browser_of(office.inspector), browser_of(office.finance)
    assert 'value="approve"' not in inspector.read(f"/claims/{claim.id}")
    assert step(inspector, claim, "approve").status_code == 403
    Membership.objects.filter(user_id=office.inspector.user_id).update(role="finance")  # the one who verified, in another role
    own = browser_of(office.inspector)
    assert 'value="approve"' in own.read(f"/claims/{claim.id}")
    same = step(own, claim, "approve")
    assert (same.status_code, Claim.objects.get().state) == (403, "verified")
    assert "A second person must do this" in same.content.decode()
    page = finance.read(f"/claims/{claim.id}")
    assert 'value="approve"' in page and f"{ONE_TONNE / 100:,.2f}<small>" in page
    assert step(finance, claim, "approve").status_code == 302
    approved = Claim.objects.get()
    assert (approved.state, approved.approved_by) == ("approved", office.finance.user_id)


def test_a_no_says_why(claim, office, browser_of):
    finance = browser_of(office.finance)
    assert step(finance, claim, "reject").status_code == 400  # without a reason
    assert step(finance, claim, "reject", reason="The act is another month's", version=claim.version - 1).status_code == 412
    assert step(finance, claim, "reject", reason="The act is another month's").status_code == 302
    assert (Claim.objects.get().state, Claim.objects.get().reason) == ("rejected", "The act is another month's")
    assert "The act is another month&#x27;s" in finance.read(f"/claims/{claim.id}")
    for wrong in ("", "pay", "submit"):
        assert step(finance, claim, wrong).status_code == 400


def test_from_an_approved_claim_to_a_register_that_a_second_officer_lets_go(claim, office, scene, browser_of):
    office.approve(claim, cast.AT)
    finance, second = browser_of(office.finance), browser_of(cast.member(scene.manager.organisation_id, "finance"))
    assert f'value="{scene.code}"' in finance.read("/claims?state=approved")
    made = finance.submit("/claims?state=approved", programme=scene.code)
    register = Register.objects.get()
    assert (made.status_code, made["Location"]) == (302, f"/registers/{register.pk}")
    assert PaymentOrder.objects.get().amount_tiyn == register.amount_tiyn == ONE_TONNE
    own = finance.submit(f"/registers/{register.pk}", version=str(register.version))
    assert (own.status_code, Register.objects.get().state) == (403, "draft")
    assert second.submit(f"/registers/{register.pk}", version=str(register.version)).status_code == 302
    assert Register.objects.get().state == "approved" and "Approved" in finance.read("/registers")


def test_lists_are_strict_and_closed_to_strangers(claim, haul, scene, browser_of):
    own, stranger = browser_of(cast.member(claim.organisation_id, "collector_admin")), browser_of(scene.stranger.actor)
    assert f'href="/claims/{claim.id}"' in own.read("/claims") and 'value="approve"' not in own.read(f"/claims/{claim.id}")
    assert stranger.get("/claims").status_code == 403
    other = browser_of(scene.collector().actor)
    assert other.get(f"/claims/{claim.id}").status_code == 404 and "/claims/" not in other.read("/claims").split("<main")[1]
    for question in ("state=open", "after=x", "after=-1", "after=٣", "state=paid%00"):
        assert own.get(f"/claims?{question}").status_code == 400
    assert own.get("/registers").status_code == 403


def test_a_load_shows_its_masses_its_way_and_its_money(claim, office, scene, browser_of):
    finance = browser_of(office.finance)
    load = re.search(r"/loads/[0-9a-f-]+", finance.read(f"/claims/{claim.id}"))[0]
    page = finance.read(load)
    assert "<dt>Accepted</dt><dd>1.000</dd>" in page and "claimed" in page and f"{9_05 * 4325 / 100:,.2f}" in page
    assert re.search(r'<td>load \d+</td><td>plant \w+</td><td class="n">1\.000</td>', page)
    assert browser_of(scene.stranger.actor).get(load).status_code == 404
