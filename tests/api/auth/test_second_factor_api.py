"""What the second factor opens and closes over HTTP."""

from __future__ import annotations

from uuid import uuid4

import pyotp
import pytest

from collection.accounts.rights import ACTIONS, STAFF_ROLES, STEP_UP
from collection.kernel.db import execute
from tests.api.phone import Phone

pytestmark = pytest.mark.django_db
PATH = "me/second-factor"


def enrol(phone: Phone) -> pyotp.TOTP:
    made = phone.post(PATH)
    assert made.status_code == 201 and made.json()["uri"].startswith("otpauth://totp/")
    app = pyotp.TOTP(made.json()["secret"])
    assert len(phone.post(f"{PATH}/confirm", {"code": app.now()}).json()["recovery_codes"]) == 10
    return app


def asked(phone: Phone) -> str:
    """What is said to a finance officer about a register nobody knows: it comes after the second factor."""
    return phone.post(f"registers/{uuid4()}/approve", If_Match='"1-finance"').json()["code"]


def test_whoever_enrolled_an_app_is_asked_for_it(sign_in):
    finance = sign_in("finance")
    assert asked(finance) == "not_found"  # nothing is demanded of whoever has none, unless the house demands it
    enrol(finance)
    assert asked(finance) == "not_found" and finance.get(PATH).json()["fresh"] is True
    execute("UPDATE accounts_session SET second_factor_at = second_factor_at - interval '16 minutes'")
    assert asked(finance) == "step_up_required" and finance.get("claims").status_code == 200
    refused = finance.send("DELETE", PATH)
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up_required"), refused
    state = finance.get(PATH).json()
    assert (state["passed"], state["fresh"], state["recovery_codes_left"]) == (True, False, 10)
    execute("UPDATE accounts_session SET second_factor_at = NULL")  # another sign-in
    assert finance.get("claims").json()["code"] == "step_up_required" and finance.get("me").status_code == 200


def test_a_code_opens_and_an_app_is_dropped(sign_in):
    finance = sign_in("finance")
    app = enrol(finance)
    execute("UPDATE accounts_session SET second_factor_at = NULL")
    execute("UPDATE accounts_secondfactor SET last_step = last_step - 2")
    wrong = finance.post(f"{PATH}/codes", {"code": "AAAAA-AAAAA"})
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["tries_left"]) == (401, "wrong_code", 4)
    given = finance.post(f"{PATH}/codes", {"code": app.now()})
    assert given.status_code == 200 and given.json()["good_until"] and asked(finance) == "not_found"
    for form in ({"code": "12345"}, {"code": "１２３４５６"}, {"code": 123456}, {}):
        assert finance.post(f"{PATH}/codes", form).status_code == 400
    assert finance.send("DELETE", PATH).status_code == 204 and finance.send("DELETE", PATH).status_code == 404


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_in_production_staff_enrol_first(sign_in, settings, role):
    settings.SECOND_FACTOR_REQUIRED = True
    officer, shop = sign_in(role), sign_in("generator_admin")
    assert officer.get("pickups").json()["code"] == "second_factor_required"
    assert officer.get("me").status_code == officer.get("sessions").status_code == 200
    assert shop.get("pickups").status_code == 200  # those who are paid or served are not asked
    enrol(officer)
    assert officer.get("pickups").status_code == 200


def test_what_moves_money_is_the_operators_alone():
    for action in STEP_UP - {"second_factor.drop"}:
        assert ACTIONS[action] <= set(STAFF_ROLES), action


def test_devices_are_listed_and_signed_out(sign_in):
    phone = sign_in("driver")
    listed = phone.get("sessions").json()["items"]
    assert [(one["current"], one["role"], one["device"]) for one in listed] == [(True, "driver", phone.installation)]
    assert sign_in("driver").send("DELETE", f"sessions/{phone.session_id}").status_code == 404
    assert phone.send("DELETE", f"sessions/{phone.session_id}").status_code == 204
    assert phone.get("me").status_code == 401
