"""What is sealed stays sealed, whoever writes: the running house's role may not, and the owner's hand is stopped too."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction

from tests import cast
from tests.collection.custody.refusing import database_refuses

SEALED = ("weighing", "receipt", "batch", "batchinput", "fact", "consignmentpickup", "correction", "sale",
          "stay", "division", "grouping", "groupingmember", "salelot", "consent",
          "signature", "return", "incident", "stockorder", "storedtare")


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("table", SEALED)
@pytest.mark.parametrize("sql", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_house_may_not_rewrite_what_is_sealed(haul, table, sql):
    column = {"stockorder": "weighing_id"}.get(
        table, "id" if table in ("batch", "sale", "fact", "grouping", "salelot", "consent", "storedtare") else "consignment_id")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        run(sql.format(f"custody_{table}", column, column))


@pytest.mark.parametrize("sql", [
    "UPDATE custody_weighing SET gross_g = gross_g + 1", "DELETE FROM custody_fact",
    "UPDATE custody_receipt SET accepted_g = 1", "UPDATE custody_fact SET grams = 1",
])
def test_nor_may_the_owner(haul, sql):
    haul.recycled(cast.AT, [10**6])
    run("RESET ROLE")
    with database_refuses("rows are history"):
        run(sql)


@pytest.mark.parametrize("change", [
    "category_id = 'paper'", "origin = 'separate_collection'", "recycler_contract_id = collector_contract_id",
    "loaded_at = now()", "region_id = '710000000'",
])
def test_a_loaded_consignment_does_not_change_what_it_is(haul, change):
    haul.loaded(cast.AT)
    with database_refuses("consignment_is_sealed"):
        run(f"UPDATE custody_consignment SET {change}")


def test_no_step_is_skipped(haul):
    haul.loaded(cast.AT)
    for state in ("delivered", "received", "processed", "grouped", "split"):
        with database_refuses("lifecycle"):
            run(f"UPDATE custody_consignment SET state = '{state}'")


def test_a_batch_is_the_sum_of_its_inputs_when_it_is_committed(haul):
    pk = haul.received(cast.AT, [10**6])[0]
    with database_refuses("batch_is_its_inputs"):
        run(f"""
            INSERT INTO custody_batch (id, programme_id, contract_id, facility_id, category_id, input_g, product_g,
                                       byproduct_g, loss_g, occurred_at, recorded_at)
            SELECT id, programme_id, recycler_contract_id, facility_id, category_id, 7, 7, 0, 0, now(), now()
            FROM custody_consignment WHERE id = '{pk}'""")
        run(f"INSERT INTO custody_batchinput (batch_id, consignment_id, mass_g) VALUES ('{pk}', '{pk}', 8)")
        run("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_fact_of_a_measure_is_sealed_once(haul):
    haul.weighed(cast.AT, [10**6])
    columns = ("programme_id, category_id, region_id, contract_id, contract_kind, occurred_on, tiyn, n, recorded_at, "
               "measure, consignment_id, supply_on, sealed_on, edition")
    with database_refuses("fact_once"):
        run(f"INSERT INTO custody_fact ({columns}, grams) SELECT {columns}, grams FROM custody_fact")
    with pytest.raises(DatabaseError, match="fact_signs"), transaction.atomic():
        run(f"INSERT INTO custody_fact ({columns}, grams) SELECT {columns.replace('edition', '2')}, -grams FROM custody_fact")
