from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from api.http.authentication import access_token
from collection.accounts import steps
from collection.kernel.actor import Actor
from collection.kernel.clock import frozen
from collection.kernel.ids import uuid7
from tests import cast
from tests.api.phone import Phone


@pytest.fixture
def scene(reference: None, as_house_app: None) -> Iterator[cast.Scene]:
    """A programme on a Monday morning; the house clock stands still until a test moves it."""
    with frozen(cast.AT):
        yield cast.Scene()


@pytest.fixture
def phone_of(scene: cast.Scene) -> Callable[[Actor], Phone]:
    """The phone somebody of the scene is signed in with; the same one each time."""
    phones: dict[Actor, Phone] = {}

    def phone_of(actor: Actor) -> Phone:
        if actor not in phones:
            assert actor.user_id
            session_id = uuid7(scene.at)
            phones[actor] = Phone(actor=actor)
            steps.open_session(
                id=session_id, user_id=actor.user_id, device=phones[actor].installation,
                refresh_hash=session_id.bytes * 2, at=scene.at, expires_at=scene.at + timedelta(days=1))
            phones[actor].token = access_token(session_id)[0]
        return phones[actor]

    return phone_of


@pytest.fixture
def shop(scene: cast.Scene, phone_of: Callable[[Actor], Phone]) -> Phone:
    """The generator's."""
    return phone_of(scene.generator.actor)


@pytest.fixture
def manager(scene: cast.Scene, phone_of: Callable[[Actor], Phone]) -> Phone:
    return phone_of(scene.manager)


@pytest.fixture
def request_json(scene: cast.Scene) -> Callable[..., dict[str, Any]]:
    """The body of a good submission, with changes; a value of `...` takes the field away."""
    def request_json(**changes: Any) -> dict[str, Any]:
        return {name: value for name, value in ({
            "programme": scene.code, "site_id": str(scene.generator.site_id), "category": "polymer",
            "declared_g": 2 * cast.TONNE, "origin": "own_premises",
            "window_from": "2026-03-02T13:00:00+05:00", "window_to": "2026-03-02T18:00:00+05:00",
        } | changes).items() if value is not ...}

    return request_json
