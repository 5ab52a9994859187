"""Append-only double entry: nobody edits it, and what does not balance is not committed."""

from __future__ import annotations

import io
from contextlib import contextmanager
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from collection.custody.models import Fact
from collection.kernel.actor import HOUSE
from collection.payouts import queries
from collection.payouts.models import Account, Claim, LedgerEntry, LedgerTransaction
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


@contextmanager
def tampered(*statements):
    """As the owner with its triggers put to sleep, and undone afterwards: nobody else could."""
    with pytest.raises(Undone), transaction.atomic():
        run("RESET ROLE")
        run("SET LOCAL session_replication_role = replica")
        for one in statements:
            run(one)
        yield
        raise Undone


def check():
    """What `recompute_money --check` prints and exits with."""
    out = io.StringIO()
    try:
        call_command("recompute_money", "--check", stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue()
    return 0, out.getvalue()


def test_recomputing_names_what_was_tampered_with(posted):
    assert check() == (0, "facts: 2, not yet rated: 0, claims: 1\nlines: 3, differences: 0\n")
    with tampered("UPDATE payouts_accrualline SET amount_tiyn = amount_tiyn + 1 WHERE stage = 'transport'",
                  "DELETE FROM payouts_accrualline WHERE stage = 'recycling'"):
        code, said = check()
    assert code == 1
    fact, other = Fact.objects.filter(measure__in=("received", "recycled")).order_by("id").values_list("id", flat=True)
    number = Claim.objects.get().number
    right = 7_41 * 4325
    assert f"line of fact {fact}, transport: amount_tiyn {right + 1}, should be {right}; posted False, should be True" in said
    assert f"line of fact {other}, recycling: missing" in said
    assert f"claim No {number}: amount_tiyn 7118950, should be 7118951" in said
    assert said.endswith("lines: 2, differences: 3\n")


@pytest.mark.parametrize(("sql", "named"), [
    ("UPDATE payouts_ledgerentry SET amount_tiyn = amount_tiyn + 1 WHERE amount_tiyn > 0 AND line_id IS NULL", "ledger of"),
    ("UPDATE payouts_claim SET amount_tiyn = amount_tiyn - 1", "claim No"),
    ("UPDATE payouts_paid SET tiyn = tiyn + 1", "paid"),
    ("UPDATE payouts_accrualline SET coefficient = coefficient + 1", "coefficient"),
    ("UPDATE contracts_indexvalue SET tiyn = tiyn + 100", "index_tiyn"),
])
def test_whatever_is_changed_by_a_tiyn(posted, sql, named):
    with tampered(sql):
        code, said = check()
    assert code == 1 and named in said


def test_recomputing_writes_what_is_missing_but_a_check_nothing(haul):
    haul.received(cast.AT, [TONNE])
    assert check() == (0, "facts: 0, not yet rated: 1, claims: 0\nlines: 0, differences: 0\n")
    out = io.StringIO()
    call_command("recompute_money", "--programme", haul.scene.code, stdout=out)
    assert out.getvalue() == "facts: 1, not yet rated: 0, claims: 0\nlines: 2, differences: 0\n"
    with pytest.raises(CommandError, match="no programme"):
        call_command("recompute_money", "--programme", "nowhere")
