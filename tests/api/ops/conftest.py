from tests.api.pickups.conftest import phone_of, scene

__all__ = ["phone_of", "scene"]
