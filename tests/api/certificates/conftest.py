from __future__ import annotations

from tests.api.custody.conftest import haul, phone_of, scene
from tests.collection.custody.test_certificates import fetched

__all__ = ["fetched", "haul", "phone_of", "scene"]
