"""What `make check` runs, so that `make test` does too. Layers and the OpenAPI document have tests of their own."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command

from tests.architecture import tools


def test_ruff():
    clean, said = tools.names(tools.ROOT)
    assert clean, said


def test_mypy():
    clean, said = tools.run(tools.ROOT, "mypy", "--no-color-output")
    assert clean, said


@pytest.mark.django_db
def test_no_migration_is_missing():
    said = io.StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", stdout=said, stderr=said)
    except SystemExit:
        pytest.fail(said.getvalue())


@pytest.mark.django_db
def test_django_has_nothing_to_say():
    call_command("check", fail_level="WARNING", databases=["default"])
