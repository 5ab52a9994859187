"""Tickets with a stored tare, the stock receipt order each ticket makes, and the impurity of a receipt."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection

from collection.custody import operations as custody, queries
from collection.custody.models import Receipt, StockOrder, StoredTare, Weighing
from collection.kernel.actor import HOUSE
from collection.kernel.refusals import NotFound, Unprocessable
from collection.registry.models import Vehicle
from tests import cast
from tests.collection.custody.haul import TONNE, two_contracts
from tests.collection.custody.refusing import database_refuses, refused


def run(sql, params=()):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


@pytest.fixture
def lorry(haul):
    """A vehicle in service: (its id, its plate)."""
    return Vehicle.objects.values_list("id", "plate").get(pk=haul.lorry())


def empty(haul, the_plate, **changes):
    return custody.NewTare(**{"scale_id": haul.scale_id, "plate": the_plate, "ticket_number": "E-1", "tare_g": 9 * TONNE,
                              "weighed_at": cast.AT, "expires_on": date(2026, 3, 31)} | changes)


def stored(haul, the_plate, **changes):
    return custody.store_tares(actor=haul.recycler.actor, at=cast.AT, tares=[empty(haul, the_plate, **changes)])[0]


def weigh(haul, pk, actor=HOUSE, **changes):
    custody.weigh(actor=actor, at=cast.AT, tickets=[haul.ticket(pk, cast.AT, 0, **changes)])


def test_a_stored_tare_makes_the_net(haul, lorry, verbs):
    tare = stored(haul, lorry[1])
    assert verbs(tare) == ["tare.create"]
    pk = haul.loaded(cast.AT, vehicle_id=lorry[0], plate="")[0]
    weigh(haul, pk, gross_g=12 * TONNE, tare_g=None, stored_tare_id=tare)
    ticket = Weighing.objects.get()
    assert (ticket.net_g, ticket.tare_g, ticket.stored_tare_id, ticket.tare_until) == (
        3 * TONNE, 9 * TONNE, tare, date(2026, 3, 31))
    assert (ticket.certificate_number, ticket.certified_until, ticket.manual, ticket.estimated) == (
        "KZ-1", date(2030, 12, 31), False, False)


def test_a_lapsed_tare_is_taken_and_its_day_stands_on_the_ticket(haul, lorry):
    long_ago = cast.AT - timedelta(days=200)
    tare = stored(haul, lorry[1], weighed_at=long_ago, expires_on=date(2026, 1, 31))
    pk = haul.loaded(cast.AT, vehicle_id=lorry[0], plate="")[0]
    weigh(haul, pk, gross_g=12 * TONNE, tare_g=None, stored_tare_id=tare, estimated=True)
    ticket = Weighing.objects.get()
    assert (ticket.tare_until, ticket.estimated) == (date(2026, 1, 31), True)


def test_a_tare_is_one_and_the_vehicles(haul, lorry):
    tare = stored(haul, lorry[1])
    mine, others = haul.loaded(cast.AT, vehicle_id=lorry[0], plate="")[0], haul.loaded(cast.AT)[0]
    with refused(Unprocessable, tare_g="required"):
        weigh(haul, mine, gross_g=12 * TONNE, tare_g=None)
    with refused(Unprocessable, stored_tare_id="tare_twice"):
        weigh(haul, mine, gross_g=12 * TONNE, stored_tare_id=tare)
    with refused(Unprocessable, stored_tare_id="not_found"):
        weigh(haul, others, gross_g=12 * TONNE, tare_g=None, stored_tare_id=tare)
    with refused(custody.NetNotPositive, gross_g="net_not_positive"):
        weigh(haul, mine, gross_g=9 * TONNE, tare_g=None, stored_tare_id=tare)
    assert not Weighing.objects.exists()


def test_only_the_scales_owner_says_what_an_empty_vehicle_weighs(scene, haul, lorry):
    for changes, pointer, code in (
        ({"plate": "000ZZZ00"}, "plate", "not_found"), ({"tare_g": 0}, "tare_g", "out_of_range"),
        ({"tare_g": 40 * TONNE + 1}, "tare_g", "out_of_range"),
        ({"expires_on": date(2026, 3, 1)}, "expires_on", "expires_before"),
        ({"expires_on": date(2027, 3, 4)}, "expires_on", "expires_too_late"),
        ({"scale_id": two_contracts(cast.Scene()).scale_id}, "scale_id", "not_found"),
        ({"weighed_at": cast.AT + timedelta(days=2)}, "weighed_at", "occurred_in_future"),
    ):
        with refused(custody.OccurredInFuture if pointer == "weighed_at" else Unprocessable, **{pointer: code}):
            stored(haul, lorry[1], **changes)
    with refused(Unprocessable, scale_id="not_found"):
        custody.store_tares(actor=haul.collector.actor, at=cast.AT, tares=[empty(haul, lorry[1])])
    tare = stored(haul, lorry[1])
    with refused(custody.TicketReused, ticket_number="ticket_reused"):
        stored(haul, lorry[1])
    assert [one.id for one in queries.tares(haul.collector.actor, plate=lorry[1].lower())] == [tare]  # its own vehicle
    assert [one.id for one in queries.tares(haul.recycler.actor)] == [tare]
    assert queries.tares(scene.stranger.actor) == []


def test_the_database_knows_tares_too(haul, lorry):
    tare = stored(haul, lorry[1])
    pk, other = haul.loaded(cast.AT, vehicle_id=lorry[0], plate="")[0], haul.loaded(cast.AT)[0]
    columns = ("id, consignment_id, scale_id, ticket_number, occurred_at, recorded_at, gross_g, tare_g, manual, estimated, "
               "certificate_number, certified_from, certified_until, stored_tare_id, tare_until")
    insert = (f"INSERT INTO custody_weighing ({columns}) VALUES (gen_random_uuid(), %s, %s, 'R-1', now(), now(), %s, %s, "
              "false, false, 'K', now(), now(), %s, %s)")
    for load, tare_g, stored_id, until, constraint in (
        (pk, 8 * TONNE, tare, "2026-03-31", "tare_is_the_vehicles"), (pk, 9 * TONNE, tare, "2027-03-31", "tare_is_the_vehicles"),
        (other, 9 * TONNE, tare, "2026-03-31", "tare_is_the_vehicles"), (pk, 9 * TONNE, tare, None, "stored_tare_has_its_day"),
        (pk, 9 * TONNE, None, "2026-03-31", "stored_tare_has_its_day"),
    ):
        with database_refuses(constraint):
            run(insert, [load, haul.scale_id, 12 * TONNE, tare_g, stored_id, until])
    with database_refuses("tare_ticket_once"):
        StoredTare.objects.bulk_create([StoredTare(
            id=pk, vehicle_id=lorry[0], scale_id=haul.scale_id, ticket_number="E-1", tare_g=1, weighed_at=cast.AT,
            expires_on=cast.AT, recorded_at=cast.AT)])
    with database_refuses("stored_tare_positive"):
        StoredTare.objects.bulk_create([StoredTare(
            id=pk, vehicle_id=lorry[0], scale_id=haul.scale_id, ticket_number="E-2", tare_g=0, weighed_at=cast.AT,
            expires_on=cast.AT, recorded_at=cast.AT)])
    run("RESET ROLE")
    with database_refuses("rows are history"):
        run("UPDATE custody_storedtare SET tare_g = 1")


def test_every_ticket_makes_an_order_with_a_number_of_its_own(scene, haul):
    first, second = haul.weighed(cast.AT, [TONNE, 2 * TONNE])
    orders = [queries.stock_order(haul.collector.actor, pk) for pk in (first, second)]
    assert [one.mass_g for one in orders] == [TONNE, 2 * TONNE] and orders[1].number == orders[0].number + 1
    assert (orders[0].organisation_id, orders[0].certificate_number, orders[0].drawn_on) == (
        haul.collector.actor.organisation_id, "KZ-1", date(2026, 3, 2))
    with refused(NotFound):
        queries.stock_order(scene.stranger.actor, first)
    with refused(NotFound):
        queries.stock_order(haul.collector.actor, haul.loaded(cast.AT)[0])  # not weighed
    paper = queries.stock_order_pdf(haul.collector.actor, first)
    assert paper.startswith(b"%PDF") and paper == queries.stock_order_pdf(haul.collector.actor, first)


def test_an_order_that_says_something_else_is_refused(haul):
    pk = haul.loaded(cast.AT)[0]
    Weighing.objects.bulk_create([Weighing(
        id=pk, consignment_id=pk, scale_id=haul.scale_id, ticket_number="T", occurred_at=cast.AT, recorded_at=cast.AT,
        gross_g=2 * TONNE, tare_g=TONNE, certificate_number="K", certified_from=cast.AT, certified_until=cast.AT)])
    insert = ("INSERT INTO custody_stockorder (weighing_id, organisation_id, mass_g, drawn_on) "
              "SELECT id, {}, {}, now() FROM custody_consignment")
    for organisation, mass in (("collector_id", TONNE + 1), ("recycler_id", TONNE)):
        with database_refuses("order_is_the_ticket"):
            run(insert.format(organisation, mass))
    run(insert.format("collector_id", TONNE))
    with database_refuses("custody_stockorder_pkey"):
        run(insert.format("collector_id", TONNE))
    assert StockOrder.objects.get().mass_g == TONNE


def test_impurity_is_part_of_what_was_refused(haul):
    pk = haul.weighed(cast.AT, [TONNE])[0]
    custody.deliver(actor=HOUSE, at=cast.AT, consignment_ids=[pk])
    for impurity_g in (-1, 1001):
        with refused(Unprocessable, impurity_g="out_of_range"):
            custody.receive(actor=HOUSE, at=cast.AT, receipts=[
                custody.NewReceipt(pk, TONNE - 1000, 1000, cast.AT, "impurity", impurity_g=impurity_g)])
    custody.receive(actor=HOUSE, at=cast.AT, receipts=[
        custody.NewReceipt(pk, TONNE - 1000, 1000, cast.AT, "impurity", impurity_g=700)])
    assert Receipt.objects.get().impurity_g == 700
    with database_refuses("impurity_was_refused"):
        run("INSERT INTO custody_receipt (id, consignment_id, accepted_g, refused_g, impurity_g, reason, occurred_at, "
            "recorded_at) SELECT gen_random_uuid(), id, 1, 1, 2, 'wet', now(), now() FROM custody_consignment")
