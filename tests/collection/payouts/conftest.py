from __future__ import annotations

import pytest

from tests.collection.custody.conftest import haul, scene, told, verbs, whole
from tests.collection.payouts.office import Office

__all__ = ["haul", "scene", "told", "verbs", "whole"]


@pytest.fixture
def office(scene) -> Office:
    return Office(scene)
