"""Money moves on pages as it does over the API: never without the second factor of whoever has one."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest

from collection.accounts.models import Session
from collection.kernel.clock import frozen
from collection.payouts.models import Claim
from tests.collection.custody.haul import two_contracts
from tests.collection.payouts.office import Office
from tests.collection.payouts.test_approval import verified

pytestmark = pytest.mark.django_db


def enrol(browser, scene) -> pyotp.TOTP:
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", browser.submit("/second-factor", step="enrol").content.decode())[1]
    app = pyotp.TOTP(secret)
    shown = browser.submit("/second-factor", step="confirm", code=app.at(scene.at)).content.decode()
    assert len(re.findall(r"<li><code>[A-Z2-7]{5}-[A-Z2-7]{5}</code>", shown)) == 10
    return app


def test_a_claim_is_approved_with_a_fresh_code_only(scene, browser_of):
    haul, office = two_contracts(scene), Office(scene)
    claim, finance = verified(haul, office), browser_of(office.finance)
    app, path = enrol(finance, scene), f"/claims/{claim.id}"
    later = scene.at + timedelta(minutes=16)
    with frozen(later):
        asked = finance.submit(path, step="approve", version=str(claim.version))
        assert (asked.status_code, asked["Location"]) == (302, f"/second-factor?next=%2Fclaims%2F{claim.id}")
        assert Claim.objects.get().state == "verified"
        wrong = finance.submit(asked["Location"], code="AAAAA-AAAAA", next=path)
        assert wrong.status_code == 400 and 'role="alert"' in wrong.content.decode()
        right = finance.submit(asked["Location"], code=app.at(later), next=path)
        assert (right.status_code, right["Location"]) == (302, path)
        assert finance.submit(path, step="approve", version=str(claim.version))["Location"] == path
    assert Claim.objects.get().state == "approved"


def test_staff_in_production_enrol_before_they_see_anything(scene, browser_of, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    office, shop = browser_of(scene.manager), browser_of(scene.generator.actor)
    asked = office.get("/unserved")
    assert (asked.status_code, asked["Location"]) == (302, "/second-factor?next=%2Funserved")
    assert office.get("/").status_code == shop.get("/").status_code == 200
    enrol(office, scene)
    assert office.get("/unserved").status_code == 200
    Session.objects.update(second_factor_at=None)  # signed in anew
    assert office.get("/unserved").status_code == 302


def test_a_wrong_first_code_shows_the_same_picture_again(scene, browser_of):
    finance = browser_of(scene.finance)
    first = finance.submit("/second-factor", step="enrol").content.decode()
    again = finance.submit("/second-factor", step="confirm", code="AAAAA-AAAAA")
    assert again.status_code == 400
    assert re.search(r'src="data:image[^"]+"', first)[0] == re.search(r'src="data:image[^"]+"', again.content.decode())[0]
