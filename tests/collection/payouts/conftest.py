from tests.collection.custody.conftest import haul, scene, whole

__all__ = ["haul", "scene", "whole"]
