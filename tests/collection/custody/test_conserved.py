"""The database itself refuses a gram that appears or vanishes between the scale and the gate, whoever writes it."""

from __future__ import annotations

import pytest
from django.db import connection

from collection.custody import operations as custody
from collection.custody.operations import NewDivision, NewGrouping, NewPart
from collection.kernel.actor import HOUSE
from tests import cast
from tests.collection.custody.haul import TONNE
from tests.collection.custody.refusing import database_refuses

COLUMNS = ("number, programme_id, category_id, waste_code_id, origin, generator_id, region_id, district_id, collector_id, "
           "collector_contract_id, recycler_id, recycler_contract_id, facility_id, vehicle_id, driver_id, state, loaded_at, "
           "recorded_at, version, source_id")
SPLIT = "UPDATE custody_consignment SET state = 'split' WHERE id = %(pk)s"
DIVISION = ("INSERT INTO custody_division (consignment_id, lost_g, lost_why, occurred_at, recorded_at) "
            "VALUES (%(pk)s, {}, '{}', now(), now())")


def run(sql, **values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)


def commit():
    run("SET CONSTRAINTS ALL IMMEDIATE")


def part(pk, grams, **changes):
    """A part of the load by hand, as the load is but for `changes`: columns and SQL."""
    columns = [changes.get(name, name) for name in COLUMNS.split(", ")]
    columns[0], columns[COLUMNS.split(", ").index("state")] = "nextval('consignment_number')", "'weighed'"
    run(f"INSERT INTO custody_consignment (id, parent_id, part_g, {COLUMNS}) "
        f"SELECT gen_random_uuid(), id, %(grams)s, {', '.join(columns)} FROM custody_consignment WHERE id = %(pk)s",
        pk=pk, grams=grams)


@pytest.mark.parametrize(("parts", "lost_g"), [
    ((400_000, 599_999), 0), ((400_000, 600_001), 0), ((400_000,), 599_999), ((), 0), ((1_000_000,), 1),
])
def test_parts_and_loss_are_the_load_to_the_gram(haul, parts, lost_g):
    pk = haul.weighed(cast.AT, [TONNE])[0]
    with database_refuses("division_conserves"):
        run(SPLIT, pk=pk)
        run(DIVISION.format(lost_g, "spill" if lost_g else ""), pk=pk)
        for grams in parts:
            part(pk, grams)
        commit()


def test_no_part_without_a_division_and_no_division_without_parts(haul):
    pk = haul.weighed(cast.AT, [TONNE])[0]
    with database_refuses("division_conserves"):
        part(pk, 400_000)
        commit()
    with database_refuses("split_has_division"):
        run(SPLIT, pk=pk)
        commit()
    with database_refuses("division_conserves"):  # the load itself goes on as if nothing had happened
        run(DIVISION.format(0, ""), pk=pk)
        part(pk, TONNE)
        commit()


def test_nor_is_a_part_added_afterwards(haul):
    pk = haul.weighed(cast.AT, [TONNE])[0]
    custody.split(actor=HOUSE, at=cast.AT, divisions=[NewDivision(pk, (NewPart(TONNE),), cast.AT)])
    commit()
    with database_refuses("division_conserves"):
        part(pk, 1)
        commit()


@pytest.mark.parametrize("change", [
    {"category_id": "'paper'"}, {"origin": "'foreign'"}, {"region_id": "'710000000'"}, {"source_id": "gen_random_uuid()"},
    {"collector_id": "recycler_id"}, {"collector_contract_id": "recycler_contract_id"}, {"loaded_at": "now()"},
])
def test_a_part_is_of_what_its_parent_is_of(haul, change):
    pk = haul.weighed(cast.AT, [TONNE])[0]
    with database_refuses("part_is_of_its_parent"):
        part(pk, TONNE, **change)


def test_a_load_is_whole_or_a_part_and_stored_somewhere(haul):
    pk = haul.weighed(cast.AT, [TONNE])[0]
    with database_refuses("consignment_is_load_or_part"):
        part(pk, 0)
    with database_refuses("consignment_stored_somewhere"):
        run("UPDATE custody_consignment SET state = 'stored'")
    with database_refuses("consignment_stored_somewhere"):
        run("UPDATE custody_consignment SET store_id = facility_id")
    for lost_g, why in ((1, ""), (0, "fire"), (-1, "fire")):
        with database_refuses("loss_has_reason"):
            run(DIVISION.format(lost_g, why), pk=pk)


def test_a_load_is_stored_with_all_its_grams(haul):
    pk = haul.weighed(cast.AT, [TONNE])[0]
    with database_refuses("stay_is_the_load"):
        run("INSERT INTO custody_stay (id, consignment_id, facility_id, mass_g, occurred_at, recorded_at) "
            "SELECT id, id, facility_id, 999999, now(), now() FROM custody_consignment WHERE id = %(pk)s", pk=pk)


GROUPING = ("INSERT INTO custody_grouping (id, programme_id, category_id, collector_id, recycler_contract_id, facility_id, "
            "plate, mass_g, occurred_at, recorded_at) SELECT id, programme_id, {}, collector_id, {}, "
            "facility_id, 'X', %(grams)s, now(), now() FROM custody_consignment WHERE id = %(pk)s")
MEMBER = "INSERT INTO custody_groupingmember (grouping_id, consignment_id, mass_g) VALUES (%(to)s, %(pk)s, %(grams)s)"


@pytest.mark.parametrize(("whole_g", "member_g", "category", "contract"), [
    (TONNE + 1, TONNE, "category_id", "recycler_contract_id"), (TONNE - 1, TONNE - 1, "category_id", "recycler_contract_id"),
    (TONNE, None, "category_id", "recycler_contract_id"), (TONNE, TONNE, "'paper'", "recycler_contract_id"),
    (TONNE, TONNE, "category_id", "collector_contract_id"),
])
def test_a_grouping_is_the_sum_of_its_members(haul, whole_g, member_g, category, contract):
    pk = haul.weighed(cast.AT, [TONNE])[0]
    with database_refuses("grouping_is_its_members"):
        run(GROUPING.format(category, contract), pk=pk, grams=whole_g)
        if member_g:
            run(MEMBER, to=pk, pk=pk, grams=member_g)
        commit()


def test_nothing_joins_later_and_nobody_is_grouped_twice(haul):
    first, second = haul.weighed(cast.AT, [TONNE, TONNE])
    grouping = custody.group(actor=HOUSE, at=cast.AT, new=NewGrouping((first,), cast.AT, plate="001AAA02"))
    commit()
    with database_refuses("grouping_is_its_members"):
        run(MEMBER, to=grouping, pk=second, grams=TONNE)
    with database_refuses("custody_groupingmember_consignment_id"):
        run(MEMBER, to=grouping, pk=first, grams=TONNE)
    with database_refuses("grouping_positive"):
        run(GROUPING.format("category_id", "recycler_contract_id"), pk=second, grams=0)


def test_a_receipt_and_a_correction_of_a_part_divide_the_part(haul):
    pk = haul.weighed(cast.AT, [TONNE])[0]
    one = custody.split(actor=HOUSE, at=cast.AT, divisions=[
        NewDivision(pk, (NewPart(600_000), NewPart(400_000)), cast.AT)])[0][0]
    custody.deliver(actor=HOUSE, at=cast.AT, consignment_ids=[one])
    receipt = ("INSERT INTO custody_receipt (id, consignment_id, accepted_g, refused_g, reason, occurred_at, recorded_at) "
               "VALUES (%(pk)s, %(pk)s, %(grams)s, 0, '', now(), now())")
    with database_refuses("receipt_divides_net"):
        run(receipt, pk=one, grams=TONNE)
    custody.receive(actor=HOUSE, at=cast.AT, receipts=[custody.NewReceipt(one, 600_000, 0, cast.AT)])
    with database_refuses("correction"):
        run("INSERT INTO custody_correction (id, consignment_id, edition, was_g, accepted_g, reason, recorded_at) "
            "VALUES (%(pk)s, %(pk)s, 2, 600000, 600001, 'x', now())", pk=one)
