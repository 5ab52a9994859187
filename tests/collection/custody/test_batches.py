"""The plant."""

from __future__ import annotations

import pytest

from collection.contracts.models import Allotment
from collection.custody import operations as custody, queries
from collection.custody.models import Batch, Consignment, Fact, Sale
from collection.kernel.actor import HOUSE
from collection.kernel.refusals import NotFound, Unprocessable, WrongState
from tests import cast
from tests.collection.custody.haul import TONNE
from tests.collection.custody.refusing import database_refuses, refused


def batch(haul, ids, product_g, byproduct_g=0, loss_g=0, **changes):
    return custody.NewBatch(**{
        "contract_id": haul.recycler.contract_id, "category": "polymer", "consignment_ids": tuple(ids),
        "product_g": product_g, "byproduct_g": byproduct_g, "loss_g": loss_g, "occurred_at": cast.AT} | changes)


def test_recycled_is_input_never_product(haul, verbs, told):
    first, second = haul.received(cast.AT, [3 * TONNE, 2 * TONNE], refused_g=100_000)
    made = custody.process(actor=haul.recycler.actor, at=cast.AT, batches=[
        batch(haul, [first, second], 3_000_000, 1_000_000, 800_000)])[0]
    facts = dict(Fact.objects.filter(measure="recycled").values_list("consignment_id", "grams"))
    assert facts == {first: 2_900_000, second: 1_900_000}
    row = queries.batch(haul.recycler.actor, made)
    assert (row.input_g, row.product_g, row.consignment_ids) == (4_800_000, 3_000_000, (first, second))
    assert {Consignment.objects.get(pk=pk).state for pk in (first, second)} == {"processed"}
    used = Allotment.objects.get(of="capacity")
    assert (used.amount, used.facility_id, str(used.month)) == (4_800_000, haul.recycler.facility_id, "2026-03-01")
    assert verbs(made) == ["batch.process"]
    assert "consignment.processed" in told(haul.collector.actor.user_id, first)


@pytest.mark.parametrize("parts", [(2_900_000, 0, 0), (2_900_000, 200_000, 0), (3_100_000, 0, -100_000)])
def test_a_batch_that_does_not_close(haul, parts):
    pk = haul.received(cast.AT, [3 * TONNE])[0]
    with refused(custody.BatchDoesNotClose, product_g="batch_does_not_close"):
        custody.process(actor=HOUSE, at=cast.AT, batches=[batch(haul, [pk], *parts)])
    with database_refuses("batch_"):
        Batch.objects.create(
            id=pk, programme_id=haul.scene.programme.id, contract_id=haul.recycler.contract_id,
            facility_id=haul.recycler.facility_id, category_id="polymer", input_g=3 * TONNE, product_g=parts[0],
            byproduct_g=parts[1], loss_g=parts[2], occurred_at=cast.AT, recorded_at=cast.AT)


def test_only_loads_of_the_contract_and_category_go_in(scene, haul):
    pk = haul.received(cast.AT, [TONNE])[0]
    paper = haul.received(cast.AT, [TONNE], category="paper")[0]
    other = scene.recycler()
    with refused(Unprocessable, consignment_ids__0="not_of_contract"):
        custody.process(actor=HOUSE, at=cast.AT, batches=[batch(haul, [pk], TONNE, contract_id=other.contract_id)])
    with refused(Unprocessable, consignment_ids__1="wrong_category"):
        custody.process(actor=HOUSE, at=cast.AT, batches=[batch(haul, [pk, paper], 2 * TONNE)])
    with refused(Unprocessable, consignment_ids__1="duplicate"):
        custody.process(actor=HOUSE, at=cast.AT, batches=[batch(haul, [pk, pk], 2 * TONNE)])
    with refused(NotFound):
        custody.process(actor=other.actor, at=cast.AT, batches=[batch(haul, [pk], TONNE)])
    haul.batch(cast.AT, [pk], TONNE)
    with refused(WrongState):
        custody.process(actor=HOUSE, at=cast.AT, batches=[batch(haul, [pk], TONNE)])


def test_byproducts_are_a_stock_of_their_own(haul):
    ids = haul.received(cast.AT, [10 * TONNE])
    custody.process(actor=HOUSE, at=cast.AT, batches=[batch(haul, ids, 7 * TONNE, 2 * TONNE, TONNE)])
    custody.sell(actor=haul.recycler.actor, at=cast.AT, sales=[custody.NewSale(
        haul.recycler.facility_id, "polymer", 3 * TONNE, "ТОО Покупатель", "ESF-9", cast.AT, material="byproduct")])
    assert [(one.material, one.made_g, one.left_g) for one in queries.stock([haul.recycler.facility_id])] == [
        ("product", 7 * TONNE, 7 * TONNE), ("byproduct", 2 * TONNE, -TONNE)]


def test_stock_is_what_was_made_and_not_yet_sold(haul):
    haul.recycled(cast.AT, [10 * TONNE])
    sale = custody.NewSale(haul.recycler.facility_id, "polymer", 4 * TONNE, "ТОО Покупатель", "ESF-1", cast.AT)
    made = custody.sell(actor=haul.recycler.actor, at=cast.AT, sales=[sale])
    stock = queries.stock([haul.recycler.facility_id])
    assert [(one.made_g, one.sold_g, one.left_g) for one in stock] == [(9 * TONNE, 4 * TONNE, 5 * TONNE)]
    assert queries.sale(haul.recycler.actor, made[0]).buyer == "ТОО Покупатель"
    with refused(custody.EinvoiceReused, einvoice_number="einvoice_reused"):
        custody.sell(actor=haul.recycler.actor, at=cast.AT, sales=[sale])
    with refused(NotFound):
        custody.sell(actor=haul.collector.actor, at=cast.AT, sales=[sale])
    with refused(NotFound):
        queries.sale(haul.collector.actor, made[0])
    assert Sale.objects.count() == 1


@pytest.mark.parametrize(("product_g", "permille", "in_band"), [
    (600_000, 600, True), (599_999, 599, False), (960_000, 960, True), (960_001, 960, False)])
def test_a_yield_is_judged_by_its_categorys_band(haul, product_g, permille, in_band):
    pk = haul.received(cast.AT, [TONNE])[0]
    custody.process(actor=HOUSE, at=cast.AT, batches=[custody.NewBatch(
        haul.recycler.contract_id, "polymer", (pk,), product_g, 0, TONNE - product_g, cast.AT)])
    one = queries.batches(HOUSE)[0]
    assert (one.yield_permille, one.yield_in_band) == (permille, in_band)
