"""The rest of the office: contracts, tariffs with what-if, the audit, routes; each opens for whoever may, and is strict."""

from __future__ import annotations

import re

import pytest

from api.pages.page import SECTIONS
from collection.accounts.rights import MEMBER_ROLES, may
from collection.contracts.models import Tariff
from tests import cast
from tests.collection.custody.haul import two_contracts
from tests.collection.payouts.office import Office
from tests.collection.payouts.test_approval import ONE_TONNE, verified

pytestmark = pytest.mark.django_db
PATHS = {"overview": "/", **{name: f"/{name}" for name in SECTIONS if name != "overview"}}


@pytest.mark.parametrize("role", MEMBER_ROLES)
def test_every_section_opens_for_its_roles_alone(scene, browser_of, role):
    browser = browser_of(cast.organisation(role, operator=role in ("manager", "finance", "inspector", "auditor", "support")))
    menu = browser.read("/").split("</header>")[0]
    for name, action in SECTIONS.items():
        allowed = action is None or may(role, action)
        assert browser.get(PATHS[name]).status_code == (200 if allowed else 403), name
        assert (f'href="{PATHS[name]}"' in menu.split("<nav")[1]) is allowed, name


def test_strangers_are_asked_to_sign_in(scene, browser):
    for name, action in SECTIONS.items():
        if action is not None:
            answer = browser.get(PATHS[name] + "?x=1")
            assert (answer.status_code, answer["Location"]) == (302, f"/sign-in?next=%2F{name}%3Fx%3D1")


def test_a_contract_shows_what_is_left_and_what_it_earned(scene, browser_of):
    haul, office = two_contracts(scene), Office(scene)
    claim = verified(haul, office)
    page = browser_of(office.finance).read(f"/contracts/{claim.contract_id}")
    assert "0 of 5,000 t" in page or "1 of 5,000 t" in page
    assert re.search(rf'Mar 2026</th>.*<td class="n">{ONE_TONNE / 100:,.2f}</td>', page)
    own = browser_of(cast.member(claim.organisation_id, "collector_admin"))
    assert own.get(f"/contracts/{claim.contract_id}").status_code == 200
    assert own.get(f"/contracts/{haul.recycler.contract_id}").status_code == 404
    assert str(haul.recycler.contract_id) not in own.read("/contracts")
    for wrong in ("kind=barter", "after=x", "after=%00"):
        assert own.get(f"/contracts?{wrong}").status_code == 400


def test_what_if_prices_a_month_twice_and_changes_nothing(scene, browser_of):
    haul, office = two_contracts(scene), Office(scene)
    verified(haul, office)
    before = list(Tariff.objects.order_by("pk").values())
    finance = browser_of(office.finance)
    page = finance.read(f"/tariffs?programme={scene.code}&month=2026-03&polymer.collection=10,05")
    assert "4,325<small>" in page  # one tonne, one more index: the difference
    assert list(Tariff.objects.order_by("pk").values()) == before
    for wrong in ("polymer.collection=x", "polymer.collection=NaN", "polymer.collection=1e3", "polymer.collection=٣",
                  "month=2026-13", "month=x", "polymer.collection=1_0"):
        assert finance.get(f"/tariffs?{wrong}").status_code == 400, wrong
    assert finance.get("/tariffs?polymer.collection=99999").status_code == 422


def test_the_audit_is_searched_by_object_and_act(scene, browser_of):
    pickup = scene.submit()
    inspector = browser_of(cast.member(scene.manager.organisation_id, "inspector"))
    page = inspector.read(f"/audit?object={pickup}")
    assert "pickup.submit" in page and str(pickup)[-6:] in page
    assert "pickup.submit" in inspector.read("/audit?verb=pickup.submit").split("<tbody>")[1]
    assert "Nothing here yet" in inspector.read("/audit?verb=nothing.such")
    for wrong in ("object=x", "after=x", "after=-1", "verb=a%00b"):
        assert inspector.get(f"/audit?{wrong}").status_code == 400, wrong


def test_days_without_routes_say_so(scene, browser_of):
    manager = browser_of(scene.manager)
    assert "There are no routes for this day." in manager.read("/routes?day=2026-03-02")
    for wrong in ("day=yesterday", "day=2026-02-30", "day=9999"):
        assert manager.get(f"/routes?{wrong}").status_code == 400
