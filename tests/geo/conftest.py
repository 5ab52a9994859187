from __future__ import annotations

import pytest
from django.core.management import call_command


@pytest.fixture(scope="session")
def reference(django_db_setup, django_db_blocker):
    """All reference data, loaded and committed once per session (about a second and a half)."""
    with django_db_blocker.unblock():
        call_command("load_reference", verbosity=0)
