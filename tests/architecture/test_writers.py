"""A8: one file writes the ledger, one the outbox, one the record; and nobody rewrites any of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.db import DatabaseError, transaction

from collection.kernel.db import execute
from tests.architecture import history, tools, writers


def test_nobody_else_writes_them():
    assert writers.strangers(tools.ROOT) == []


def test_the_tables_exist_under_these_names():
    assert {(model._meta.db_table, model.__name__) for model in apps.get_models()} >= set(writers.OWNERS)


@pytest.mark.django_db
def test_history_is_guarded_by_grants_and_triggers():
    assert history.unguarded() == []


@pytest.fixture
def entry(db):
    """A posted entry, laid down as a restore would: without triggers."""
    at = datetime(2026, 1, 31, tzinfo=UTC)
    execute("SET LOCAL session_replication_role = replica")
    execute("INSERT INTO payouts_ledgertransaction (id, what, at) VALUES (1, 'accrued', %s)", [at])
    execute("INSERT INTO payouts_ledgerentry (id, transaction_id, account_id, amount_tiyn) VALUES (1, 1, 1, 5)")
    execute("SET LOCAL session_replication_role = origin")


CHANGES = ["UPDATE payouts_ledgerentry SET amount_tiyn = 6", "DELETE FROM payouts_ledgerentry",
           "UPDATE payouts_ledgertransaction SET what = 'paid'", "DELETE FROM payouts_ledgertransaction"]


@pytest.mark.parametrize("change", CHANGES)
def test_a_posted_entry_stands_even_against_its_owner(entry, change):
    with pytest.raises(DatabaseError, match="its rows are history"), transaction.atomic():
        execute(change)


@pytest.mark.parametrize("change", [*CHANGES, "TRUNCATE payouts_ledgerentry"])
def test_the_running_house_may_not_even_try(entry, as_house_app, change):
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        execute(change)
