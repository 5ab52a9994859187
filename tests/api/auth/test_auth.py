"""Signing in over HTTP: what the phone sees, and what a thief does not."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.db import connection

from api.http.authentication import SessionToken, access_token
from api.models import IdempotencyKey
from collection.accounts.models import LoginCode, Session, User
from collection.accounts.rights import ACTIONS, MEMBER_ROLES
from collection.kernel.actor import HOUSE
from collection.kernel.db import now
from notifications.models import Device, OutboxRow
from tests.api.phone import Phone, codes, identity_number

NUMBER = "+77011234567"
pytestmark = pytest.mark.django_db


def ask(phone: Phone, number: str = NUMBER) -> str:
    assert phone.post("auth/code", {"phone": number}).status_code == 201
    return re.search(r"\d{6}", OutboxRow.objects.filter(address=number).latest("id").text)[0]


def sign_in(phone: Phone, number: str = NUMBER) -> dict:
    response = phone.post("auth/login", {"phone": number, "code": ask(phone, number)})
    assert response.status_code == 200
    phone.token = response.json()["access_token"]
    return response.json()


def test_from_a_number_to_an_organisation(stranger):
    tokens = sign_in(stranger)
    assert tokens["token_type"] == "Bearer" and tokens["expires_in_s"] == 900
    me = stranger.get("me").json()
    assert (me["phone"], me["role"], me["memberships"]) == (NUMBER, "newcomer", [])
    form = {"kind": "company", "identity_number": "940240000221", "name": "ТОО «Шина»", "as_role": "collector_admin"}
    made = stranger.post("organisations", form)
    assert made.status_code == 201 and made.json()["identity_number"] == "940240000221"
    me = stranger.get("me").json()
    assert me["role"] == "collector_admin" and me["organisation_id"] == made.json()["id"]
    assert me["memberships"][0]["organisation_name"] == "ТОО «Шина»"
    driver = stranger.post("members", {"phone": "+77017654321", "name": "Ержан", "role": "driver"})
    assert driver.status_code == 201
    assert [one["role"] for one in stranger.get("members").json()["items"]] == ["collector_admin", "driver"]
    assert stranger.post("members", {"phone": "+77017654321", "name": "Ержан", "role": "driver"}).status_code == 409
    assert stranger.post("members", {"phone": "+77017654321", "name": "Е", "role": "recycler"}).status_code == 422
    assert stranger.send("DELETE", "members/" + driver.json()["id"]).status_code == 204
    assert stranger.send("DELETE", "members/" + driver.json()["id"]).status_code == 404


def test_a_login_may_be_repeated_and_its_tokens_are_kept_nowhere(stranger):
    form = {"phone": NUMBER, "code": ask(stranger)}
    key = str(uuid4())
    first = stranger.post("auth/login", form, key=key)
    again = stranger.post("auth/login", form, key=key)
    assert first.json()["refresh_token"] == again.json()["refresh_token"]
    assert Session.objects.count() == 1
    kept = IdempotencyKey.objects.get(key=key)
    assert kept.body is None
    assert stranger.post("auth/login", form | {"code": "000000"}, key=key).status_code == 422


@pytest.mark.parametrize(("number", "code"), [
    ("+7 (0) 701 123 45 67", "too_long"), ("+7(0)7011234567", "wrong_format"), ("87011234567", "wrong_format"),
    ("+79161234567", "phone_not_served"),
    ("+78091234567", "phone_not_served"), ("+77172123456", "phone_not_served"), ("+٧٧٠١١٢٣٤٥٦٧", "wrong_format"),
])
def test_b63_numbers_we_do_not_serve(stranger, number, code):
    response = stranger.post("auth/code", {"phone": number})
    assert response.status_code == 400 and codes(response) == {"/phone": code}


def test_b63_the_answer_is_the_same_for_known_and_unknown_numbers(stranger):
    sign_in(stranger)
    known, unknown = Phone().post("auth/code", {"phone": NUMBER}), Phone().post("auth/code", {"phone": "+77012223344"})
    assert known.status_code == unknown.status_code == 201
    assert known.json().keys() == unknown.json().keys() == {"expires_at"}
    wrong = [Phone().post("auth/login", {"phone": number, "code": "123456"}) for number in (NUMBER, "+77015556677")]
    bodies = [{**one.json(), "trace_id": ""} for one in wrong]
    assert bodies[0] == bodies[1] and wrong[0].status_code == 401


def test_b63_a_sweep_of_codes_ends_after_five(stranger):
    code = ask(stranger)
    answers = [stranger.post("auth/login", {"phone": NUMBER, "code": f"{n:06}"})
               for n in range(8) if f"{n:06}" != code]
    assert [answer.status_code for answer in answers][:5] == [401, 401, 401, 401, 429]
    assert {answer.status_code for answer in answers[5:]} == {429}
    assert stranger.post("auth/login", {"phone": NUMBER, "code": code}).status_code == 429
    assert LoginCode.objects.get().tries == 5  # the refusals kept what they counted


@pytest.mark.parametrize("code", ["１２３４５６", "١٢٣٤٥٦", "12345", "1234567", 123456, "12345 "])
def test_b63_a_code_is_six_ascii_digits(stranger, code):
    assert stranger.post("auth/login", {"phone": NUMBER, "code": code}).status_code in (400, 401)
    assert not Session.objects.exists()


def test_b64_beyond_the_limit_codes_are_refused(stranger, settings):
    settings.LOGIN_CODE_PER_PREFIX_HOUR = 3
    statuses = [Phone().post("auth/code", {"phone": f"+7701123{n:04d}"}).status_code for n in range(5)]
    assert statuses == [201, 201, 201, 429, 429]
    assert OutboxRow.objects.count() == 3


def test_an_anonymous_write_says_which_phone_it_is(stranger):
    response = stranger.send("POST", "auth/code", {"phone": NUMBER}, Idempotency_Key=str(uuid4()),
                             X_Installation_Id="1")
    assert response.json()["code"] == "installation_id_missing"


def test_one_key_sends_one_sms(stranger):
    key = str(uuid4())
    first = stranger.post("auth/code", {"phone": NUMBER}, key=key)
    assert stranger.post("auth/code", {"phone": NUMBER}, key=key).content == first.content
    assert OutboxRow.objects.count() == 1


def test_b62_refresh_and_replay_over_http(stranger):
    first = sign_in(stranger)["refresh_token"]
    stale = {"Authorization": "Bearer not.a.token"}  # must not get in the way of a refresh
    second = stranger.post("auth/refresh", {"refresh_token": first}, **stale).json()["refresh_token"]
    third = stranger.post("auth/refresh", {"refresh_token": second}).json()["refresh_token"]
    assert stranger.post("auth/refresh", {"refresh_token": first}).status_code == 401
    assert stranger.post("auth/refresh", {"refresh_token": third}).status_code == 401  # the whole family
    assert stranger.get("me").status_code == 401  # and its access token, at once


def test_b61_after_logout_the_token_is_worth_nothing(stranger):
    tokens = sign_in(stranger)
    device = {"kind": "token", "value": "fcm-token-1", "platform": "android", "language": "kk"}
    assert stranger.send("PUT", "devices/" + stranger.installation, device).status_code == 204
    assert stranger.post("auth/logout").status_code == 204
    assert not Device.objects.exists()
    assert stranger.get("me").status_code == 401
    assert stranger.post("auth/refresh", {"refresh_token": tokens["refresh_token"]}).status_code == 401


def forged(claims: dict, *, header: dict | None = None, key: str | None = None, drop: str = "") -> str:
    token = SessionToken()
    body = {**token.payload, "aud": "tonnage-api", "iss": "tonnage", **claims}
    body.pop(drop, None)
    parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
             for part in (header or {"alg": "HS256", "typ": "JWT"}, body)]
    secret = django_settings.SECRET_KEY if key is None else key
    mac = hmac.digest(secret.encode(), b".".join(parts), hashlib.sha256)
    return b".".join([*parts, urlsafe_b64encode(mac).rstrip(b"=")]).decode()


def test_b60_forged_tokens(sign_in):
    phone = sign_in("driver")
    sid = {"sid": str(phone.session_id)}
    day = 86400
    good, bad = forged(sid), {
        "alg none": forged(sid, header={"alg": "none"}).rsplit(".", 1)[0] + ".",
        "alg none signed": forged(sid, header={"alg": "none"}),
        "alg HS512 named": forged(sid, header={"alg": "HS512"}),
        "another key": forged(sid, key="public"), "empty key": forged(sid, key=""),
        "kid path": forged(sid, header={"alg": "HS256", "kid": "../../dev/null"}, key=""),
        "huge": forged(sid | {"x": "y" * 5000}), "no exp": forged(sid, drop="exp"),
        "old": forged(sid | {"exp": int(time.time()) - 1}), "future nbf": forged(sid | {"nbf": int(time.time()) + day}),
        "other audience": forged(sid | {"aud": "other"}), "no audience": forged(sid, drop="aud"),
        "other issuer": forged(sid | {"iss": "other"}), "no issuer": forged(sid, drop="iss"),
        "refresh type": forged(sid | {"token_type": "refresh"}), "no session": forged({}),
        "unknown session": forged({"sid": str(uuid4())}), "odd session": forged({"sid": ["x"]}),
        "number": forged({"sid": 5}),
        "empty": "", "dots": "..", "garbage": "\xff.\xff.\xff", "exp text": forged(sid | {"exp": "never"}),
        "exp huge": forged(sid | {"exp": 10**30}),
    }
    assert phone.get("me", Authorization=f"Bearer {good}").status_code == 200
    for name, token in bad.items():
        response = phone.get("me", Authorization=f"Bearer {token}")
        assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer"), name
    for header in (f"Basic {good}", good, f"Bearer {good},Bearer {good}", f"Bearer {good} x"):
        assert phone.get("me", Authorization=header).status_code == 401


def test_a_role_may_or_may_not(sign_in, stranger):
    assert stranger.get("me").status_code == 401
    assert sign_in("driver").post("members", {}).status_code == 403
    newcomer = sign_in("newcomer")
    assert newcomer.get("members").json()["code"] == "membership_required"
    for role in MEMBER_ROLES:
        assert (sign_in(role).get("members").status_code == 200) is (role in ACTIONS["membership.read"])


def test_b47_another_organisation_looks_like_none(sign_in):
    mine, other = sign_in("generator"), sign_in("generator")
    foreign = mine.get(f"organisations/{other.actor.organisation_id}")
    unknown = mine.get(f"organisations/{uuid4()}")
    assert foreign.status_code == unknown.status_code == 404
    assert {**foreign.json(), "instance": "", "trace_id": ""} == {**unknown.json(), "instance": "", "trace_id": ""}
    assert mine.get(f"organisations/{mine.actor.organisation_id}")["ETag"] == '"1-generator"'
    assert mine.post("auth/acting", {"membership_id": str(other.membership_id)}).status_code == 404
    assert sign_in("manager").get(f"organisations/{other.actor.organisation_id}").status_code == 200


def test_b75_identity_numbers(sign_in):
    newcomer = sign_in("newcomer")
    good = {"kind": "company", "identity_number": identity_number(14_000), "name": "X"}
    for number, code in (("123", "wrong_format"), (good["identity_number"][:11] + "٣", "wrong_format")):
        assert codes(newcomer.post("organisations", good | {"identity_number": number})) == {"/identity_number": code}
    slip = good["identity_number"][:11] + str((int(good["identity_number"][11]) + 1) % 10)
    for form in (good | {"identity_number": slip}, good | {"kind": "person"}):
        response = newcomer.post("organisations", form)
        assert (response.status_code, response.json()["code"]) == (400, "identity_number_invalid")
    assert newcomer.post("organisations", good).status_code == 201
    taken = sign_in("newcomer").post("organisations", good)
    assert taken.status_code == 409 and taken.json()["code"] == "organisation_exists"
    owner = User.objects.get(pk=newcomer.actor.user_id)
    assert str(owner.id) not in taken.content.decode() and owner.name not in taken.content.decode()


def test_suspension_and_removal_count_at_once(sign_in):
    from collection.accounts import operations

    phone = sign_in("generator_admin")
    operations.suspend_organisation(actor=HOUSE, at=now(), organisation_id=phone.actor.organisation_id, reason="x")
    assert phone.get("members").json()["code"] == "membership_required"
    assert phone.get("me").json()["memberships"][0]["suspended"] is True
    assert phone.post("auth/acting", {"membership_id": str(phone.membership_id)}).status_code == 404
    operations.suspend_user(actor=HOUSE, at=now(), user_id=phone.actor.user_id, reason="x")
    assert phone.get("me").status_code == 401


@pytest.mark.django_db(transaction=True)
def test_f26_parallel_refreshes_of_one_phone_agree(stranger):
    token = sign_in(stranger)["refresh_token"]

    def refresh(_):
        try:
            return stranger.post("auth/refresh", {"refresh_token": token})
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(refresh, range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


def test_an_access_token_says_nothing_but_its_session(sign_in):
    phone = sign_in("driver")
    payload = SessionToken(access_token(phone.session_id)[0].encode()).payload
    assert payload.keys() == {"token_type", "exp", "iat", "jti", "sid", "aud", "iss"}
