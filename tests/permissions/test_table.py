"""The table of rights, tried over HTTP: every route, every role, with one's own things, with others', and with nobody's.

Generated from the URL resolver, so a new route is tried without a word here. A route over a new kind of thing needs
that thing in `world.py`; a new kind of field needs a sample in `routes.py`.
"""

from __future__ import annotations

import pytest
from django.db import transaction

from api.http.checks import every_route_has_an_action
from collection.accounts.rights import ACTIONS, MEMBER_ROLES, STAFF_ROLES
from collection.audit.models import AuditLine
from tests.permissions.routes import Route, every_route

pytestmark = pytest.mark.django_db

ROUTES = every_route()
OUTSIDERS = [role for role in MEMBER_ROLES if role not in STAFF_ROLES]
SIDES = {"generator": "generator", "generator_admin": "generator", "driver": "collector", "collector_admin": "collector",
         "recycler": "recycler", "recycler_admin": "recycler", "integration": "recycler"}
#: The caller names the thing, and it is theirs from then on.
MADE_BY_NAMING = {"PUT /devices/<uuid:installation_id>"}
#: Dropping what is not there is done already.
GONE_ALREADY = {"DELETE /devices/<uuid:installation_id>"}
#: The signed address is the right; the table lets anybody try.
SIGNED = {"PUT /uploads/<uuid:upload_id>/content"}
#: 401 is their answer to a wrong code or token, not to the caller.
LOGINS = {"session.login", "session.refresh"}
#: Nobody's own: everybody who may look sees the same.
COMMON = {"programmes", "announcements"}


def ask(phone, role, route: Route, things):
    """The answer, and everything as it was before."""
    before = transaction.savepoint()
    try:
        answer = phone.send(route.method, route.at(things), route.body(things), If_Match=f'"1-{role}"',
                            **({"Idempotency_Key": "0192f0c1-2b3c-7d4e-8f50-617283940a1b"} if route.method == "POST" else {}))
        if answer.streaming:
            answer.getvalue()  # reading it to the end closes the file
        assert answer.status_code < 500, (str(route), role, answer.content)
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json", (str(route), role)
        return answer
    finally:
        transaction.savepoint_rollback(before)


def may(role, route):
    return role in ACTIONS[route.action]


def test_every_route_has_an_action():
    assert every_route_has_an_action() == []
    assert len(ROUTES) > 60


def test_there_is_one_of_everything(world):
    assert {noun for route in ROUTES for noun in route.nouns} - set(world.things) == set(), "say in world.py whose it is"


def test_who_may_not_is_told_so_and_changes_nothing(world, sign_in, stranger):
    wrong, lines = [], AuditLine.objects.count()
    for role in ("anon", "newcomer", *MEMBER_ROLES):
        side = world.sides.get(SIDES.get(role, ""))
        phone = stranger if role == "anon" else sign_in(role, side) if side else sign_in(role)
        for route in ROUTES:
            status = ask(phone, role, route, world.things).status_code
            refused = status == (401 if role == "anon" else 403) and route.action not in LOGINS
            if refused is may(role, route):
                wrong.append((role, str(route), status))
    assert wrong == []
    assert AuditLine.objects.count() == lines


def test_what_nobody_has_is_not_found(world, sign_in):
    wrong = []
    for role in MEMBER_ROLES:
        phone = sign_in(role)
        for route in ROUTES:
            if may(role, route) and route.nouns and str(route) not in MADE_BY_NAMING | GONE_ALREADY | SIGNED:
                answer = ask(phone, role, route, {})
                if answer.status_code != 404:
                    wrong.append((role, str(route), answer.status_code, answer.content[:200]))
    assert wrong == []


def leaks(world, sign_in, roles=OUTSIDERS, routes=ROUTES):
    """What a stranger learns of others' things: by asking for them, and from lists."""
    secrets = {value for noun, value in world.things.items() if noun not in COMMON}
    for role in roles:
        phone = sign_in(role)
        for route in routes:
            if not may(role, route) or str(route) in MADE_BY_NAMING | SIGNED:
                continue
            theirs = ask(phone, role, route, world.things)
            if set(route.nouns) - COMMON:
                nobodys = ask(phone, role, route, {})
                if theirs.status_code != nobodys.status_code or theirs.json().get("code") != nobodys.json().get("code"):
                    yield role, str(route), theirs.status_code
            elif route.method == "GET":
                shown = {secret for secret in secrets if secret in theirs.content.decode()}
                if theirs.status_code != 200 or shown:
                    yield role, str(route), theirs.status_code, shown


def test_what_is_others_looks_as_if_it_were_not_there(world, sign_in):
    assert list(leaks(world, sign_in)) == []


def test_a_leak_would_be_seen(world, sign_in, monkeypatch):
    monkeypatch.setattr("collection.contracts.models.ContractQuerySet.visible_to", lambda self, actor: self.all())
    found = leaks(world, sign_in, ["collector_admin"], [route for route in ROUTES if route.path.startswith("contracts")])
    assert {leak[1] for leak in found} >= {"GET /contracts", "GET /contracts/<uuid:contract_id>"}


def test_everything_is_seen_by_somebody_it_belongs_to_and_by_the_operators_staff(world, sign_in):
    blind, seen = [], {route for route in ROUTES if route.method == "GET" and route.nouns}
    for role in MEMBER_ROLES:
        side = world.sides.get(SIDES.get(role, ""))
        phone = sign_in(role, side) if side else sign_in(role)
        for route in ROUTES:
            if route.method == "GET" and may(role, route):
                status = ask(phone, role, route, world.things).status_code
                if status == 200:
                    seen.discard(route)
                elif role in STAFF_ROLES or not route.nouns:
                    blind.append((role, str(route), status))
    assert blind == []
    assert [str(route) for route in seen] == []
