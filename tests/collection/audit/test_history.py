"""Rows of contracts, prices and organisations leave their history, whoever changes them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from collection.accounts import steps
from collection.audit import queries
from collection.audit.models import AuditLine, RowHistory
from collection.audit.steps import record
from collection.contracts import operations as contracts
from collection.contracts.models import Contract
from collection.kernel.actor import HOUSE
from collection.kernel.db import execute, transaction
from collection.kernel.ids import uuid7
from tests import cast


def settle() -> None:
    """What happens when a transaction commits."""
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.django_db
@pytest.mark.usefixtures("reference")
def test_a_contract_s_rows_and_the_verb_that_wrote_them():
    plant = cast.Scene().recycler()
    settle()
    found = queries.row_history(object_id=plant.contract_id, limit=100)
    assert {one.table for one in found} == {"contracts_contract", "contracts_contractcategory", "contracts_contractregion"}
    assert {one.object_type for one in found} == {"contract"}
    newest = next(one for one in found if one.table == "contracts_contract")
    contract = Contract.objects.get(id=plant.contract_id)
    assert newest.after["state"] == contract.state and newest.after["number"] == contract.number
    assert [one.id for one in found] == sorted((one.id for one in found), reverse=True)
    assert RowHistory.objects.filter(object_type="organisation", object_id=plant.actor.organisation_id).exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("reference")
def test_who_when_and_by_which_verb(at, actor):
    cast.Scene()
    settle()
    manager = actor("manager")
    [price] = contracts.set_vat(actor=manager, at=at, rates=[contracts.NewVat(Decimal("16"), date(2040, 1, 1), "law")])
    settle()
    [one] = queries.row_history(object_type="vat", object_id=price.id, limit=9)
    assert (one.object_type, one.table, one.change, one.before) == ("vat", "contracts_vatrate", "insert", None)
    assert one.after["percent"] == 16.0 and one.after["valid"] == "[2040-01-01,)"
    assert (one.verb, one.actor_id, one.actor_role, one.request_id) == ("vat.create", manager.user_id, "manager", "test")
    assert AuditLine.objects.get(id=one.line).object_id == price.id


@pytest.mark.django_db
@pytest.mark.usefixtures("reference")
def test_what_is_done_past_the_verbs_has_no_line_but_its_history():
    plant = cast.Scene().recycler()
    settle()
    execute("SELECT set_config('house.audit_line', '', true)")  # the next transaction
    execute("UPDATE contracts_contract SET iban = 'KZ00' WHERE id = %s", [plant.contract_id])
    execute("UPDATE contracts_contract SET iban = 'KZ00' WHERE id = %s", [plant.contract_id])  # nothing changes
    execute("DELETE FROM contracts_contractregion WHERE contract_id = %s", [plant.contract_id])
    settle()
    *gone, changed = [one for one in queries.row_history(object_id=plant.contract_id, limit=100) if one.line is None]
    assert (changed.change, changed.after["iban"], changed.verb, changed.actor_id) == ("update", "KZ00", None, None)
    assert changed.before["iban"].startswith("KZ") and changed.before["iban"] != "KZ00"
    assert changed.database_user
    assert {(one.change, one.table, one.after) for one in gone} == {("delete", "contracts_contractregion", None)}


@pytest.mark.django_db(transaction=True)
def test_a_committed_change_by_the_running_house(at):
    with transaction():
        execute("SET LOCAL ROLE house_app")
        thing = uuid7(at)
        steps.add_organisation(id=thing, kind="company", identity_number=cast.identity_number(), name="x", at=at)
        record(actor=HOUSE, at=at, verb="organisation.register", object_type="organisation", object_id=thing)
    with transaction():
        execute("SET LOCAL ROLE house_app")
        execute("UPDATE accounts_organisation SET name = 'y' WHERE id = %s", [thing])
    changed, made = queries.row_history(object_type="organisation", object_id=thing, limit=9)
    assert (made.change, made.verb) == ("insert", "organisation.register")
    assert (changed.change, changed.before["name"], changed.after["name"], changed.line) == ("update", "x", "y", None)
    assert changed.recorded_at > made.recorded_at
