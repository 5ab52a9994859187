from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from api.http.authentication import access_token
from collection.accounts import steps
from collection.accounts.rights import MEMBER_ROLES
from collection.kernel.actor import Actor
from collection.kernel.clock import frozen
from collection.kernel.db import rows
from collection.kernel.ids import uuid7
from tests import cast
from tests.api.phone import Phone
from tests.collection.custody.haul import Haul, two_contracts

REFERENCE = ("geo", "waste", "kernel")


@pytest.fixture
def scene(reference: None, as_house_app: None) -> Iterator[cast.Scene]:
    """A programme on a Monday morning; the house clock stands still."""
    with frozen(cast.AT):
        yield cast.Scene()


@pytest.fixture
def haul(scene: cast.Scene) -> Haul:
    return two_contracts(scene)


@pytest.fixture(scope="session")
def client() -> Client:
    """One for all phones: each new one would load the middleware again."""
    return Client(raise_request_exception=False)


@pytest.fixture
def phone_for(db: None, client: Client) -> Callable[[cast.Scene, Actor], Phone]:
    """The phone somebody of a scene is signed in with."""
    def phone_for(scene: cast.Scene, actor: Actor) -> Phone:
        assert actor.user_id
        session_id, phone = uuid7(scene.at), Phone(actor=actor, client=client)
        steps.open_session(
            id=session_id, user_id=actor.user_id, device=phone.installation, refresh_hash=session_id.bytes * 2,
            at=scene.at, expires_at=scene.at + timedelta(days=1))
        phone.token = access_token(session_id)[0]
        return phone

    return phone_for


@pytest.fixture
def phone_of(scene: cast.Scene, phone_for: Callable[[cast.Scene, Actor], Phone]) -> Callable[[Actor], Phone]:
    """The same, of the scene of this test."""
    return partial(phone_for, scene)


@pytest.fixture
def shop(scene: cast.Scene, phone_of: Callable[[Actor], Phone]) -> Phone:
    """The generator's."""
    return phone_of(scene.generator.actor)


@pytest.fixture
def phones(scene: cast.Scene, phone_of: Callable[[Actor], Phone]) -> Callable[[str], Phone]:
    """`phones("driver")` is somebody with that role, in an organisation that has nothing."""
    return {role: phone_of(cast.organisation(role)) for role in MEMBER_ROLES}.__getitem__


@pytest.fixture
def unwritten(shop: Phone) -> Callable[[], AbstractContextManager[None]]:
    """`with unwritten():` not a row of the house is added, changed or removed inside."""
    @contextmanager
    def unwritten() -> Iterator[None]:
        before = everything()
        yield
        after = everything()
        assert {table for table in before if before[table] != after[table]} == set()

    return unwritten


def everything() -> dict[str, Any]:
    """Each table's rows as their number and a sum over what they hold."""
    tables = sorted(model._meta.db_table for model in apps.get_models() if model._meta.app_label not in REFERENCE)
    return {row["name"]: (row["count"], row["held"]) for row in rows(" UNION ALL ".join(
        f"SELECT '{table}' AS name, count(*), sum(hashtextextended(t::text, 0)) AS held FROM \"{table}\" t"
        for table in tables))}


