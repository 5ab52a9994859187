from tests.collection.contracts.conftest import finance, manager, programme, reference

__all__ = ["finance", "manager", "programme", "reference"]
