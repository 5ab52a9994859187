from tests.api.pickups.conftest import manager, phone_of, scene

__all__ = ["manager", "phone_of", "scene"]
