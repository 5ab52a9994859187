"""Mass balances close, whatever lives the loads had: the books agree with a model that counts for itself."""

from __future__ import annotations

import os
from collections import defaultdict
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from collection.custody import operations as custody, queries
from collection.custody.models import GroupingMember
from collection.custody.operations import NewDivision, NewGrouping, NewPart, NewStay
from collection.kernel.actor import HOUSE
from collection.kernel.calendar import almaty_date, month_of
from collection.kernel.db import rows
from collection.kernel.refusals import NotFound
from tests import cast
from tests.collection.custody.graphs import conserved
from tests.collection.custody.haul import TONNE, Haul
from tests.collection.custody.refusing import database_refuses, refused

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)


def book(haul, facility=None, since=MARCH, until=MAY, actor=HOUSE):
    """(month, material) -> (opening, in, out, loss, closing)"""
    return {(one.month, one.material): (one.opening_g, one.in_g, one.out_g, one.loss_g, one.closing_g)
            for one in queries.balance(actor, facility or haul.recycler.facility_id, month_from=since, month_to=until)}


def test_a_plant_told_month_by_month(haul):
    """10 t received in March, 8 t of them processed on 31 March at night, a correction in April, sales in May."""
    first, second = haul.received(cast.AT, [8 * TONNE, 2 * TONNE])
    night = cast.AT.replace(month=3, day=31, hour=18, minute=59)  # 23:59 in Almaty
    custody.process(actor=HOUSE, at=night + timedelta(days=2), batches=[custody.NewBatch(
        haul.recycler.contract_id, "polymer", (first,), 6 * TONNE, TONNE, TONNE, night)])
    haul.correct(first, 7_900_000, at=night + timedelta(days=3))
    for n, (material, grams) in enumerate((("product", 5 * TONNE), ("byproduct", 400_000), ("product", 2 * TONNE))):
        custody.sell(actor=haul.recycler.actor, at=night + timedelta(days=40), sales=[custody.NewSale(
            haul.recycler.facility_id, "polymer", grams, "ТОО", f"E-{n}", night + timedelta(days=40), material)])
    assert book(haul) == {
        (MARCH, "waste"): (0, 10_000_000, 7_000_000, 1_000_000, 2_000_000),
        (MARCH, "product"): (0, 6_000_000, 0, 0, 6_000_000),
        (MARCH, "byproduct"): (0, 1_000_000, 0, 0, 1_000_000),
        (MARCH, "all"): (0, 10_000_000, 0, 1_000_000, 9_000_000),
        (APRIL, "waste"): (2_000_000, -100_000, 0, -100_000, 2_000_000),  # less came in, and so less was lost
        (APRIL, "product"): (6_000_000, 0, 0, 0, 6_000_000),
        (APRIL, "byproduct"): (1_000_000, 0, 0, 0, 1_000_000),
        (APRIL, "all"): (9_000_000, -100_000, 0, -100_000, 9_000_000),
        (MAY, "waste"): (2_000_000, 0, 0, 0, 2_000_000),
        (MAY, "product"): (6_000_000, 0, 7_000_000, 0, -1_000_000),  # a tonne more sold than made
        (MAY, "byproduct"): (1_000_000, 0, 400_000, 0, 600_000),
        (MAY, "all"): (9_000_000, 0, 7_400_000, 0, 1_600_000),
    }
    assert book(haul, since=MAY) == {key: row for key, row in book(haul).items() if key[0] == MAY}
    assert book(haul, until=MARCH) == {key: row for key, row in book(haul).items() if key[0] == MARCH}
    lots = [[(lot.number, lot.mass_g) for lot in one.lots] for one in queries.sales(haul.recycler.actor)]
    number = queries.batches(HOUSE)[0].number
    assert lots == [[(number, 5_000_000)], [(number, 400_000)], [(number, 1_000_000)]]
    sold = queries.lineage(HOUSE, first)
    assert {edge.grams for edge in sold.edges if edge.how == "sold"} == {5_000_000, 400_000, 1_000_000}
    assert second not in {one.object_id for one in sold.nodes}


def test_one_sees_ones_own_books(scene, haul):
    assert queries.balance(haul.recycler.actor, haul.recycler.facility_id, month_from=MARCH) == []
    for actor in (haul.collector.actor, scene.generator.actor):
        with refused(NotFound):
            queries.balance(actor, haul.recycler.facility_id, month_from=MARCH)


class Life:
    """A collector's store and a plant through a spring, and a model that keeps its own books beside the database."""

    def __init__(self, haul: Haul, draw) -> None:  # type: ignore[no-untyped-def]
        self.haul, self.draw, self.at = haul, draw, cast.AT
        self.store = haul.store()
        self.plant = haul.recycler.facility_id
        self.flows: dict[tuple[UUID, date, str, str], int] = defaultdict(int)
        self.on_road: dict[UUID, int] = {}
        self.stored: dict[UUID, int] = {}
        self.received: dict[UUID, list[int]] = {}  # net, accepted
        self.processed: dict[UUID, list] = {}  # net, accepted, batch
        self.slack: dict[int, int] = {}  # loss of a batch that corrections may still take back
        self.collected_g = self.refused_g = self.lost_g = self.sales = 0

    def grams(self, most: int, least: int = 0) -> int:
        return self.draw(st.integers(least, most))

    def some(self, things):  # type: ignore[no-untyped-def]
        return self.draw(st.lists(st.sampled_from(sorted(things, key=str)), min_size=1, max_size=4, unique=True))

    def then(self):  # type: ignore[no-untyped-def]
        """When it happened: now, or up to twelve days ago and only written down now."""
        return self.at - timedelta(days=self.grams(12))

    def write(self, facility: UUID, day, material: str, grams: int, *columns: str) -> None:  # type: ignore[no-untyped-def]
        for column in columns:
            self.flows[facility, month_of(day), material, column] += grams

    def weigh(self) -> None:
        net_g = self.grams(30 * TONNE, 1)
        self.on_road[self.haul.weighed(self.at, [net_g])[0]] = net_g
        self.collected_g += net_g

    def put_in_store(self) -> None:
        if self.on_road:
            when = self.then()
            ids = self.some(self.on_road)
            custody.store(actor=HOUSE, at=self.at, stays=[NewStay(pk, self.store, when) for pk in ids])
            for pk in ids:
                self.stored[pk] = self.on_road.pop(pk)
                for material in ("waste", "all"):
                    self.write(self.store, almaty_date(when), material, self.stored[pk], "in")

    def split(self) -> None:
        if self.on_road or self.stored:
            pk = self.some([*self.on_road, *self.stored])[0]
            home = self.stored if pk in self.stored else self.on_road
            net_g, when = home.pop(pk), self.then()
            lost_g = self.grams(min(net_g, 50_000))
            part_g = self.grams(net_g - lost_g)
            parts = [grams for grams in (part_g, net_g - lost_g - part_g) if grams]
            made = custody.split(actor=HOUSE, at=self.at, divisions=[NewDivision(
                pk, tuple(NewPart(one) for one in parts), when, lost_g, "drying" if lost_g else "")])[0]
            home.update(zip(made, parts, strict=True))
            self.lost_g += lost_g
            if home is self.stored:
                for material in ("waste", "all"):
                    self.write(self.store, almaty_date(when), material, lost_g, "loss")

    def group_and_receive(self) -> None:
        here = self.on_road | self.stored
        if not here:
            return
        ids, when = self.some(here), self.then()
        most = min(40 * TONNE, sum(here[pk] for pk in ids))
        before = {row["id"] for row in rows("SELECT id FROM custody_consignment")}
        grouping = custody.group(actor=HOUSE, at=self.at, new=NewGrouping(
            tuple(ids), when, mass_g=self.grams(most, 1), plate="003CCC02"))
        members = dict(GroupingMember.objects.filter(grouping=grouping).values_list("consignment_id", "mass_g"))
        for row in rows("SELECT id, parent_id, part_g FROM custody_consignment WHERE NOT id = ANY(%s)", [list(before)]):
            if row["id"] not in members:
                (self.stored if row["parent_id"] in self.stored else self.on_road)[row["id"]] = row["part_g"]
        parents = {row["id"]: row["parent_id"] for row in rows("SELECT id, parent_id FROM custody_consignment")}
        for pk, grams in members.items():
            if pk in self.stored or parents[pk] in self.stored:
                for material in ("waste", "all"):
                    self.write(self.store, almaty_date(when), material, grams, "out")
        for pk in {*members, *(parents[pk] for pk in members)}:
            self.stored.pop(pk, None)
            self.on_road.pop(pk, None)
        custody.deliver(actor=HOUSE, at=self.at, consignment_ids=list(members))
        whole_g, came = sum(members.values()), self.then()
        refused_g = self.grams(whole_g)
        custody.receive_group(actor=HOUSE, at=self.at, receipt=custody.GroupReceipt(
            grouping, whole_g - refused_g, refused_g, came, "wet" if refused_g else ""))
        accepted = {row["consignment_id"]: row["accepted_g"] for row in rows(
            "SELECT consignment_id, accepted_g FROM custody_receipt WHERE consignment_id = ANY(%s)", [list(members)])}
        assert sum(accepted.values()) == whole_g - refused_g
        self.refused_g += refused_g
        self.received |= {pk: [members[pk], grams] for pk, grams in accepted.items() if grams}
        for material in ("waste", "all"):
            self.write(self.plant, almaty_date(came), material, whole_g - refused_g, "in")

    def process(self) -> None:
        if self.received:
            ids, when = self.some(self.received), self.then()
            input_g = sum(self.received[pk][1] for pk in ids)
            product_g = self.grams(input_g)
            byproduct_g = self.grams(input_g - product_g)
            loss_g = input_g - product_g - byproduct_g
            custody.process(actor=HOUSE, at=self.at, batches=[custody.NewBatch(
                self.haul.recycler.contract_id, "polymer", tuple(ids), product_g, byproduct_g, loss_g, when)])
            batch = len(self.slack)
            self.slack[batch] = loss_g
            self.processed |= {pk: [*self.received.pop(pk), batch] for pk in ids}
            day = almaty_date(when)
            self.write(self.plant, day, "waste", product_g + byproduct_g, "out")
            self.write(self.plant, day, "product", product_g, "in")
            self.write(self.plant, day, "byproduct", byproduct_g, "in")
            for material in ("waste", "all"):
                self.write(self.plant, day, material, loss_g, "loss")

    def correct(self) -> None:
        home = self.processed if self.processed and self.draw(st.booleans()) else self.received
        if home:
            pk = self.some(home)[0]
            net_g, accepted_g, *batch = home[pk]
            right_g = self.grams(net_g, max(1, accepted_g - self.slack[batch[0]]) if batch else 1)
            if right_g == accepted_g:
                return
            self.haul.correct(pk, right_g, at=self.at)
            home[pk][1] = right_g
            self.refused_g -= right_g - accepted_g
            for material in ("waste", "all"):
                self.write(self.plant, almaty_date(self.at), material, right_g - accepted_g, "in", *(["loss"] if batch else []))
            if batch:
                self.slack[batch[0]] += right_g - accepted_g

    def sell(self) -> None:
        material, grams, when = self.draw(st.sampled_from(("product", "byproduct"))), self.grams(9 * TONNE, 1), self.then()
        self.sales += 1
        custody.sell(actor=HOUSE, at=self.at, sales=[custody.NewSale(
            self.plant, "polymer", grams, "ТОО", f"E-{self.sales}", when, material)])
        for one in (material, "all"):
            self.write(self.plant, almaty_date(when), one, grams, "out")

    def check(self) -> None:
        """The books close, follow one another, and say what the model counted; and no gram was made or lost on the way."""
        months = [date(2026, month, 1) for month in range(2, 12)]
        for facility in (self.store, self.plant):
            found = book(self.haul, facility, since=months[0], until=months[-1])
            materials = {material for _, material in found}
            assert materials >= {key[2] for key, grams in self.flows.items() if key[0] == facility and grams}
            for material in materials:
                closing = 0
                for month in months:
                    row = found[month, material]
                    assert row[0] == closing
                    assert row[0] + row[1] - row[2] - row[3] == row[4]
                    assert row[1:4] == tuple(self.flows.get((facility, month, material, name), 0)
                                             for name in ("in", "out", "loss"))
                    closing = row[4]
            last = {material: found[months[-1], material][4] for material in materials}
            assert last.get("all", 0) == sum(last.get(one, 0) for one in ("waste", "product", "byproduct"))
            here = self.stored.values() if facility == self.store else (one[1] for one in self.received.values())
            assert last.get("waste", 0) == sum(here)
        accepted_g = sum(one[1] for one in (*self.received.values(), *self.processed.values()))
        on_the_way = sum(self.on_road.values()) + sum(self.stored.values())
        assert self.collected_g == accepted_g + self.refused_g + self.lost_g + on_the_way
        now_at: dict[str, int] = defaultdict(int)
        for row in rows("SELECT id FROM custody_consignment WHERE parent_id IS NULL"):
            for kind, grams in conserved(queries.lineage(HOUSE, row["id"])).items():
                now_at[kind] += grams
        assert sum(now_at.values()) == self.collected_g and now_at["refused"] == self.refused_g
        assert now_at["lost"] == self.lost_g + sum(self.slack.values())
        assert now_at["plant"] == sum(one[1] for one in self.received.values())
        assert conservation() == (self.collected_g, accepted_g, self.refused_g, self.lost_g, on_the_way)


def conservation() -> tuple[int, ...]:
    """Invariant I5 by SQL sums: collected, accepted, refused, lost with a reason, still on the way or in store."""
    return tuple(rows("""
        SELECT sum(weighing.net_g)::bigint AS collected,
               (SELECT coalesce(sum(grams), 0) FROM custody_fact WHERE measure = 'received')::bigint AS accepted,
               (SELECT coalesce(sum(net_of(consignment_id)), 0) FROM custody_receipt)::bigint
                   - (SELECT coalesce(sum(grams), 0) FROM custody_fact WHERE measure = 'received')::bigint AS refused,
               (SELECT coalesce(sum(lost_g), 0) FROM custody_division)::bigint AS lost,
               (SELECT coalesce(sum(net_of(id)), 0) FROM custody_consignment
                WHERE state IN ('weighed', 'stored', 'grouped', 'delivered'))::bigint AS under_way
        FROM custody_weighing weighing""")[0].values())


STEPS = ("weigh", "weigh", "put_in_store", "split", "group_and_receive", "group_and_receive", "process", "correct", "sell")


@settings(max_examples=30 * int(os.environ.get("NIGHTLY", "1")), deadline=None, derandomize=True,
          phases=[Phase.explicit, Phase.generate],  # a life is long: shrinking one would outlast the test's time
          suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_books_close_after_any_life(haul, data):
    with transaction.atomic():
        life = Life(haul, data.draw)
        life.weigh()
        for step in data.draw(st.lists(st.sampled_from(STEPS), min_size=8, max_size=20)):
            life.at += timedelta(days=life.grams(9))
            getattr(life, step)()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        life.check()
        transaction.set_rollback(True)


@pytest.mark.parametrize(("sold_g", "lots"), [(TONNE, ("900001",)), (100, ("60", "41")), (100, ("0",)), (100, ("-1",))])
def test_a_lot_is_of_what_its_batch_made(haul, sold_g, lots):
    haul.recycled(cast.AT, [TONNE])  # 900 kg of product
    with database_refuses("lot_"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO custody_sale (id, facility_id, category_id, material, mass_g, buyer, buyer_number, einvoice_number, "
            "occurred_at, recorded_at) SELECT id, facility_id, category_id, 'product', %s, 'x', '', 'E', now(), now() "
            "FROM custody_batch", [sold_g])
        for grams in lots:
            cursor.execute("INSERT INTO custody_salelot (sale_id, batch_id, mass_g) "
                           "SELECT id, id, %s FROM custody_batch", [grams])

