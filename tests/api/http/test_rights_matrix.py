"""Every role at every route: the table of rights decides, and nobody gets further by asking for what is not theirs."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from api.http import checks
from collection.accounts.rights import ACTIONS, ROLES

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house_urls(settings, probe_urls):
    settings.ROOT_URLCONF = "api.urls"


def every_cell():
    """(method, path with unknown ids, action), closing one's own session last."""
    found = []
    for path, pattern in checks.api_routes():
        view = getattr(pattern.callback, "cls", None)
        for method, action in (view.actions if view else {}).items():
            filled = re.sub(r"<uuid:\w+>", lambda _: str(uuid4()), path.removeprefix("api/v1/"))
            filled = re.sub(r"<int:\w+>", "1", re.sub(r"<\w+:\w+>|<\w+>", "x", filled))
            found.append((method, filled, action))
    return sorted(found, key=lambda cell: cell[2] == "session.logout")


@pytest.mark.parametrize("role", [role for role in ROLES if role != "house"])
def test_a_role_gets_as_far_as_the_table_says(sign_in, stranger, role):
    phone = stranger if role == "anon" else sign_in(role)
    cells, wrong = every_cell(), []
    assert len(cells) > 15
    for method, path, action in cells:
        response = phone.send(method, path, Idempotency_Key=str(uuid4()), If_Match=f'"1-{role}"')
        stopped = response.status_code == (401 if role == "anon" else 403)
        code = response.json().get("code") if response.status_code >= 400 and response.content else ""
        if response.status_code >= 500 or stopped != (role not in ACTIONS[action]):
            wrong.append((method, path, action, response.status_code, code))
    assert not wrong


def test_a_suspended_person_gets_nowhere(sign_in):
    from collection.accounts.models import User

    phone = sign_in("manager")
    User.objects.filter(pk=phone.actor.user_id).update(suspended_at="2026-01-01T00:00:00Z")
    for method, path, action in every_cell():
        if "anon" not in ACTIONS[action]:
            assert phone.send(method, path, Idempotency_Key=str(uuid4())).status_code == 401, path
