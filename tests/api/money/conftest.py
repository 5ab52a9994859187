from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from collection.kernel.actor import Actor
from tests import cast
from tests.api.custody.conftest import haul, phone_of, scene
from tests.api.phone import Phone
from tests.collection.custody.haul import TONNE, Haul
from tests.collection.payouts.office import Office

__all__ = ["haul", "phone_of", "scene"]


@dataclass
class Desk:
    """Everybody a claim passes, with their telephones."""

    collector: Phone
    recycler: Phone
    inspector: Phone
    finance: Phone
    second: Phone
    auditor: Phone
    manager: Phone
    stranger: Phone


@pytest.fixture
def office(scene: cast.Scene) -> Office:
    return Office(scene)


@pytest.fixture
def desk(scene: cast.Scene, haul: Haul, office: Office, phone_of: Callable[[Actor], Phone]) -> Desk:
    operator = scene.manager.organisation_id
    return Desk(
        collector=phone_of(haul.collector.actor), recycler=phone_of(haul.recycler.actor),
        inspector=phone_of(office.inspector), finance=phone_of(office.finance), second=phone_of(office.second),
        auditor=phone_of(cast.member(operator, "auditor")), manager=phone_of(scene.manager),  # type: ignore[arg-type]
        stranger=phone_of(cast.organisation("collector_admin")))


@pytest.fixture
def earned(haul: Haul, office: Office) -> None:
    """One tonne of polymer brought, received, processed and accrued: two lines for the collector, one for the recycler."""
    haul.recycled(cast.AT, [TONNE])
    office.accrue(cast.AT)
