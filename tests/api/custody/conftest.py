"""A pickup that has been accepted, and the telephones of everybody who has to do with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from api.http.authentication import access_token
from collection.accounts import steps
from collection.dispatch.models import Job
from collection.kernel.actor import Actor
from collection.kernel.clock import frozen
from collection.kernel.ids import uuid7
from tests import cast
from tests.api.custody.cast import People
from tests.api.phone import Phone
from tests.collection.custody.haul import Haul, two_contracts


@pytest.fixture
def scene(reference: None, as_house_app: None) -> Iterator[cast.Scene]:
    """A programme on a Monday morning; the house clock stands still, and the test is the house's own role."""
    with frozen(cast.AT):
        yield cast.Scene()


@pytest.fixture
def haul(scene: cast.Scene) -> Haul:
    return two_contracts(scene)


@pytest.fixture
def phone_of(scene: cast.Scene) -> Callable[[Actor], Phone]:
    """The phone somebody of the scene is signed in with."""
    def phone_of(actor: Actor) -> Phone:
        session_id, phone = uuid7(scene.at), Phone(actor=actor)
        steps.open_session(
            id=session_id, user_id=actor.user_id, device=phone.installation,  # type: ignore[arg-type]
            refresh_hash=session_id.bytes * 2, at=scene.at, expires_at=scene.at + timedelta(days=1))
        phone.token = access_token(session_id)[0]
        return phone

    return phone_of


@pytest.fixture
def people(scene: cast.Scene, haul: Haul, phone_of: Callable[[Actor], Phone]) -> People:
    return People(
        generator=phone_of(scene.generator.actor), collector=phone_of(haul.collector.actor),
        driver=phone_of(haul.driver), recycler=phone_of(haul.recycler.actor), manager=phone_of(scene.manager),
        strangers=[phone_of(scene.stranger.actor), phone_of(cast.organisation("collector_admin")),
                   phone_of(cast.member(haul.collector.actor.organisation_id, "driver")),  # type: ignore[arg-type]
                   phone_of(cast.organisation("recycler_admin"))])


@pytest.fixture
def job(scene: cast.Scene, haul: Haul) -> Any:
    """An accepted pickup of two tonnes of plastic, to be fetched by the collector's driver."""
    accepted = scene.accept(haul.collector, scene.offered())
    Job.objects.filter(pk=accepted.job_id).update(driver_id=haul.driver.user_id, vehicle_id=haul.collector.vehicle_id)
    return Job.objects.get(pk=accepted.job_id)
