from __future__ import annotations

import pytest

from tests.api.phone import Phone
from tests.collection.contracts.cast import programme as make_programme


@pytest.fixture
def programme(db, reference):
    """The live programme with the published prices."""
    return make_programme()


@pytest.fixture
def manager(programme, sign_in) -> Phone:
    return sign_in("manager")


@pytest.fixture
def finance(programme, sign_in) -> Phone:
    return sign_in("finance")
