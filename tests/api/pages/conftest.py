"""A browser somebody of a scene is signed in with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client

from api.pages import session
from collection.accounts import steps
from collection.kernel.actor import Actor
from collection.kernel.clock import frozen
from collection.kernel.ids import uuid7
from tests import cast


@pytest.fixture
def scene(reference: None, as_house_app: None) -> Iterator[cast.Scene]:
    """A programme on a Monday morning; the house clock stands still."""
    with frozen(cast.AT):
        yield cast.Scene()


class Browser(Client):
    """Sends the forms of pages with their token, as a person would: looked at first, then sent."""

    def submit(self, path: str, **form: str):
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(path).content.decode())[1]
        return self.post(path, {"csrfmiddlewaretoken": token, **form})

    def read(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.content.decode()


@pytest.fixture
def browser() -> Browser:
    return Browser(enforce_csrf_checks=True, raise_request_exception=False)


@pytest.fixture
def browser_of(scene: cast.Scene) -> Callable[[Actor], Browser]:
    def browser_of(actor: Actor) -> Browser:
        session_id, made = uuid7(scene.at), Browser(enforce_csrf_checks=True, raise_request_exception=False)
        steps.open_session(id=session_id, user_id=actor.user_id, device=str(session_id), refresh_hash=session_id.bytes * 2,
                           at=scene.at, expires_at=scene.at + timedelta(days=1))
        made.cookies[session.SESSION] = signing.dumps(str(session_id), salt=session.SALT)
        made.cookies["language"] = "en"
        return made

    return browser_of
