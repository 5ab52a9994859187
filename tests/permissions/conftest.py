from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import sign_in, stranger
from tests.permissions import world as worlds

__all__ = ["sign_in", "stranger"]


@pytest.fixture
def world(db: None, reference: None, settings: Any, tmp_path: Path) -> worlds.World:
    settings.UPLOAD_ROOT = tmp_path
    return worlds.make()
