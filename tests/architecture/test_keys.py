"""A4: keys and migrations point downhill, in the models and in the database."""

from __future__ import annotations

import pytest
from django.apps import apps

from collection.kernel.db import rows
from tests.architecture import uphill


def test_no_key_points_uphill():
    assert list(uphill.keys()) == []


def test_no_migration_depends_uphill():
    assert list(uphill.migrations()) == []


@pytest.mark.django_db
def test_nor_does_a_key_written_in_sql():
    app_of = {model._meta.db_table: model._meta.app_label for model in apps.get_models(include_auto_created=True)}
    found = rows("SELECT conrelid::regclass::text AS source, confrelid::regclass::text AS target "
                 "FROM pg_constraint WHERE contype = 'f'")
    assert len(found) > 50
    assert [key for key in found if uphill.goes_uphill(app_of.get(key["source"], ""), app_of.get(key["target"], ""))] == []


@pytest.mark.parametrize(("app", "other", "uphill_"), [
    ("dispatch", "pickups", False), ("pickups", "dispatch", True), ("waste", "geo", False), ("geo", "waste", True),
    ("geo", "notifications", True), ("notifications", "accounts", True), ("api", "accounts", False),
    ("audit", "accounts", True), ("geo", "kernel", False), ("kernel", "audit", True), ("accounts", "accounts", False),
])
def test_what_is_up(app, other, uphill_):
    assert uphill.goes_uphill(app, other) is uphill_
