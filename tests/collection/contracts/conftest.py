from __future__ import annotations

import pytest
from django.core.management import call_command

from collection.kernel.actor import Actor
from tests.collection.contracts import cast


@pytest.fixture(scope="session")
def reference(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        call_command("load_reference", verbosity=0)


@pytest.fixture
def programme(db, reference):
    return cast.programme()


@pytest.fixture
def manager(db, reference) -> Actor:
    return cast.officer("manager")


@pytest.fixture
def finance(db, reference) -> Actor:
    return cast.officer("finance")
