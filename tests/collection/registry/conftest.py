from tests.collection.contracts.conftest import manager, programme

__all__ = ["manager", "programme"]
