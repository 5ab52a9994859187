from __future__ import annotations

import pytest

from collection.kernel.actor import Actor
from tests.cast import organisation
from tests.collection.contracts import cast


@pytest.fixture
def programme(db, reference):
    return cast.programme()


@pytest.fixture
def manager(db, reference) -> Actor:
    return organisation("manager", operator=True)


@pytest.fixture
def finance(db, reference) -> Actor:
    return organisation("finance", operator=True)
