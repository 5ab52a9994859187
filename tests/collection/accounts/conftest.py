from __future__ import annotations

import pytest

from tests.collection.accounts.owner import Owner


@pytest.fixture
def owner(db: None) -> Owner:
    return Owner()
