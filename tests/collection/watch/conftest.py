from __future__ import annotations

from tests.collection.custody.conftest import haul, scene, told, verbs, whole
from tests.collection.payouts.conftest import office

__all__ = ["haul", "office", "scene", "told", "verbs", "whole"]
