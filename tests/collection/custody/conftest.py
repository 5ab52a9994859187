from __future__ import annotations

import pytest

from tests import cast
from tests.collection.custody.haul import Haul, full_cycle, two_contracts


@pytest.fixture
def scene(db, reference) -> cast.Scene:
    return cast.Scene()


@pytest.fixture
def haul(scene) -> Haul:
    """A collector, and a recycler it brings its loads to: polymer and paper."""
    return two_contracts(scene)


@pytest.fixture
def whole(scene) -> Haul:
    """One company that collects and recycles under one full-cycle contract."""
    return full_cycle(scene)
