"""Append-only double entry: nobody edits it, and what does not balance is not committed."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import ProgrammingError, connection, transaction

from collection.kernel.actor import HOUSE
from collection.payouts import queries
from collection.payouts.models import Account, LedgerEntry, LedgerTransaction
from tests import cast
from tests.collection.custody.haul import TONNE
from tests.collection.custody.refusing import database_refuses

TABLES = ("ledgertransaction", "ledgerentry", "paid", "verdict", "rated")


class Undone(Exception):
    pass


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture
def posted(haul, office):
    haul.recycled(cast.AT, [TONNE])
    office.accrue(cast.AT)
    office.paid(haul.collector, cast.AT, date(2026, 3, 1))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("sql", ["UPDATE payouts_{0} SET id = id", "DELETE FROM payouts_{0}",
                                 "TRUNCATE payouts_{0} CASCADE"])
def test_the_house_may_not_rewrite_it(scene, table, sql):
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        run(sql.format(table).replace("SET id = id", "SET fact_id = fact_id" if table == "rated" else "SET id = id"))


@pytest.mark.parametrize("table", [*TABLES, "accrualline"])
@pytest.mark.parametrize("verb", ["UPDATE payouts_{0} SET {1} = {1}", "DELETE FROM payouts_{0}"])
def test_nor_may_the_owner(posted, table, verb):
    run("RESET ROLE")
    column = {"rated": "fact_id", "accrualline": "mass_g"}.get(table, "id")
    with database_refuses(""):
        run(verb.format(table, column))


@pytest.mark.parametrize("table", ["accrualline", "claim", "hold", "paymentorder", "register", "account", "ratedupto"])
def test_papers_of_money_are_never_deleted(scene, table):
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        run(f"DELETE FROM payouts_{table}")


@pytest.mark.parametrize("amounts", [(1,), (100, -99), (5, 5, -9)])
def test_what_does_not_balance_is_refused_at_commit(posted, amounts):
    account = Account.objects.first()
    with database_refuses("transaction_balances"):
        head = LedgerTransaction.objects.create(what="accrual", at=cast.AT)
        for amount in amounts:
            LedgerEntry.objects.create(transaction=head, account=account, amount_tiyn=amount)
        run("SET CONSTRAINTS ALL IMMEDIATE")


def test_nor_can_a_posted_transaction_be_added_to(posted):
    entry = LedgerEntry.objects.first()
    with database_refuses("transaction_balances"):
        LedgerEntry.objects.create(transaction=entry.transaction, account=entry.account, amount_tiyn=1)
        run("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_whole_way_of_one_load(haul, posted):
    what = list(LedgerTransaction.objects.order_by("id").values_list("what", flat=True))
    assert what == ["accrual"] * 3 + ["approval", "payment"]
    assert sum(LedgerEntry.objects.values_list("amount_tiyn", flat=True)) == 0
    mine = queries.entries(haul.collector.actor)
    assert {one.contract_id for one in mine} == {haul.collector.contract_id}
    assert [(one.what, one.account, one.amount_tiyn) for one in mine] == [
        ("payment", "approved", 7_118_950), ("approval", "approved", -7_118_950), ("approval", "accrued", 7_118_950),
        ("accrual", "accrued", -7_41 * 4325), ("accrual", "accrued", -9_05 * 4325)]
    assert {one.kind: one.balance_tiyn for one in queries.balances(haul.collector.actor)} == {
        "accrued": 0, "approved": 0}
    assert queries.balances(haul.scene.stranger.actor) == []
    assert {one.kind for one in queries.balances(HOUSE, programme=haul.scene.code)} == {
        "cost", "bank", "accrued", "approved"}


def test_recomputing_finds_what_was_tampered_with(haul, office):
    """A line whose amount is not what the facts say is found to the tiyn; only the owner could have made one."""
    haul.recycled(cast.AT, [TONNE])
    office.accrue(cast.AT)
    assert queries.recompute_check().differences == ()
    with pytest.raises(Undone), transaction.atomic():
        run("RESET ROLE")
        run("SET LOCAL session_replication_role = replica")
        run("UPDATE payouts_accrualline SET amount_tiyn = amount_tiyn + 1 WHERE stage = 'transport'")
        run("DELETE FROM payouts_accrualline WHERE stage = 'recycling'")
        found = {one.stage: one for one in queries.recompute_check().differences}
        raise Undone
    assert set(found) == {"transport", "recycling"}
    assert found["transport"].found["amount_tiyn"] == found["transport"].expected["amount_tiyn"] + 1
    assert found["recycling"].found is None
