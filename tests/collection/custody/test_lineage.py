"""Loads are stored, divided and put together, and every gram keeps its source."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collection.custody import operations as custody, queries
from collection.custody.models import Consignment, Division, Fact, Grouping, GroupingMember, Receipt, Stay
from collection.custody.operations import NewDivision, NewGrouping, NewPart, NewStay
from collection.kernel.actor import HOUSE
from collection.kernel.refusals import NotFound, StaleVersion, Unprocessable, WrongState
from collection.pickups.models import Pickup
from tests import cast
from tests.collection.custody.graphs import conserved
from tests.collection.custody.haul import TONNE, two_contracts
from tests.collection.custody.refusing import refused

LATER = cast.AT + timedelta(days=3)


def split(pk, *grams, actor=HOUSE, to=None, **changes):
    return custody.split(actor=actor, at=LATER, divisions=[NewDivision(
        pk, tuple(NewPart(one, to) for one in grams), LATER, **changes)])[0]


def group(*ids, actor=HOUSE, **changes):
    return custody.group(actor=actor, at=LATER, new=NewGrouping(ids, LATER, **{"plate": "002BBB02"} | changes))


def members(grouping_id):
    return list(GroupingMember.objects.filter(grouping=grouping_id).order_by("id").values_list("mass_g", flat=True))


def receive(grouping_id, accepted_g, refused_g=0):
    ids = list(GroupingMember.objects.filter(grouping=grouping_id).values_list("consignment_id", flat=True))
    custody.deliver(actor=HOUSE, at=LATER, consignment_ids=ids)
    custody.receive_group(actor=HOUSE, at=LATER, receipt=custody.GroupReceipt(
        grouping_id, accepted_g, refused_g, LATER, "impurity" if refused_g else ""))
    return ids


def test_a_heap_of_three_loads_leaves_by_two_lorries(scene, haul):
    """10 t of three shops lie in a store; 6 t go to one plant, what is left dries a little and goes to another."""
    store = haul.store()
    first, second, third = haul.weighed(cast.AT, [5 * TONNE, 3 * TONNE, 2 * TONNE])
    custody.store(actor=haul.collector.actor, at=LATER, stays=[NewStay(pk, store, LATER) for pk in (first, second, third)])
    assert set(Consignment.objects.values_list("state", "store_id")) == {("stored", store)}
    one = group(first, second, third, actor=haul.collector.actor, mass_g=6 * TONNE)
    assert members(one) == [3_000_000, 1_800_000, 1_200_000]
    rest = list(Consignment.objects.filter(state="stored").order_by("number").values_list("pk", "part_g"))
    assert [grams for _, grams in rest] == [2_000_000, 1_200_000, 800_000]

    other = two_contracts(scene).recycler
    dried = split(rest[0][0], 1_990_000, actor=haul.collector.actor, lost_g=10_000, lost_why="drying")
    two = group(*dried, rest[1][0], rest[2][0], actor=haul.collector.actor, recycler_contract_id=other.contract_id)
    assert members(two) == [1_990_000, 1_200_000, 800_000]
    assert Grouping.objects.get(pk=two).facility_id == other.facility_id

    receive(one, 5_700_000, 300_000)
    receive(two, 3_990_000)
    assert sorted(Receipt.objects.values_list("accepted_g", flat=True)) == [
        800_000, 1_140_000, 1_200_000, 1_710_000, 1_990_000, 2_850_000]
    facts = Fact.objects.filter(measure="received")
    assert sum(one.grams for one in facts) == 9_690_000
    assert sum(one.grams for one in Fact.objects.filter(measure="collected")) == 10 * TONNE  # counted once, at the scale
    assert {one.supply_on.isoformat() for one in facts} == {"2026-03-02"}  # the day of the first ticket, not of the receipt
    seen = queries.lineage(haul.collector.actor, first)
    assert conserved(seen) == {"plant": 4_840_000, "refused": 150_000, "lost": 10_000}
    assert sum(conserved(queries.lineage(HOUSE, pk)).get("plant", 0) for pk in (first, second, third)) == 9_690_000


def test_seen_from_a_part_it_goes_up_to_its_pickup(scene, haul):
    collector, pickup_id = haul.collector, scene.offered()
    job = scene.accept(collector, pickup_id)
    code = Pickup.objects.get(pk=pickup_id).handover_code
    load = custody.load(actor=HOUSE, at=cast.AT, loads=[custody.Load(
        loaded_at=cast.AT, job_id=job.job_id, handover_code=code, plate="001AAA02")])[0]
    custody.weigh(actor=HOUSE, at=cast.AT, tickets=[haul.ticket(load.id, cast.AT, 1_900_000)])
    part, _ = split(load.id, 1_500_000, 400_000)
    grouping = group(part)
    receive(grouping, 1_500_000)
    custody.process(actor=HOUSE, at=LATER, batches=[custody.NewBatch(
        haul.recycler.contract_id, "polymer", (part,), 1_200_000, 100_000, 200_000, LATER)])
    seen = queries.lineage(scene.generator.actor, part)
    assert conserved(seen) == {"product": 1_200_000, "byproduct": 100_000, "lost": 200_000}
    assert {(edge.how, edge.grams) for edge in seen.edges} == {
        ("collected", 1_900_000), ("split", 1_500_000), ("grouped", 1_500_000), ("received", 1_500_000),
        ("processed", 1_500_000), ("made", 1_200_000), ("made", 100_000), ("lost", 200_000)}
    assert [(one.kind, one.mass_g) for one in seen.nodes][:3] == [
        ("load", 1_900_000), ("part", 1_500_000), ("pickup", 2 * TONNE)]
    assert conserved(queries.lineage(HOUSE, load.id)) == {
        "product": 1_200_000, "byproduct": 100_000, "lost": 200_000, "part": 400_000}
    with refused(NotFound):
        queries.lineage(scene.stranger.actor, part)
    steps = [one.step for one in queries.timeline_of_pickup(pickup_id)]
    assert sorted(steps) == [
        "delivered", "grouped", "loaded", "parted", "parted", "processed", "received", "split", "weighed"]


def test_a_mixed_batch_gives_each_load_its_share_and_no_gram_twice(haul):
    ids = haul.received(cast.AT, [333_333, 333_334, 100_001])
    custody.process(actor=HOUSE, at=LATER, batches=[custody.NewBatch(
        haul.recycler.contract_id, "polymer", tuple(ids), 500_000, 66_667, 200_001, LATER)])
    found = [conserved(queries.lineage(HOUSE, pk)) for pk in ids]
    for kind, grams in (("product", 500_000), ("byproduct", 66_667), ("lost", 200_001)):
        assert sum(one[kind] for one in found) == grams


def test_what_cannot_be_divided(haul):
    pk = haul.weighed(cast.AT, [TONNE])[0]
    for grams, changes, refusal, code in (
        ((600_000, 399_999), {}, custody.DivisionDoesNotConserve, "division_does_not_conserve"),
        ((TONNE, -1), {"lost_g": 1, "lost_why": "spill"}, custody.DivisionDoesNotConserve, "division_does_not_conserve"),
        ((600_000,), {"lost_g": 400_001, "lost_why": "fire"}, custody.DivisionDoesNotConserve, "division_does_not_conserve"),
    ):
        with refused(refusal, parts=code):
            split(pk, *grams, **changes)
    with refused(custody.LossNeedsReason, lost_why="loss_needs_reason"):
        split(pk, 600_000, lost_g=400_000)
    with refused(StaleVersion):
        split(pk, TONNE, version=1)
    with refused(WrongState):
        split(haul.loaded(cast.AT)[0], TONNE)
    assert not Division.objects.exists()
    split(pk, lost_g=TONNE, lost_why="theft")  # nothing is left of it, and that is written down
    assert conserved(queries.lineage(HOUSE, pk)) == {"lost": TONNE}
    with refused(WrongState):
        split(pk, TONNE)


def test_what_cannot_be_put_together(scene, haul):
    ids = haul.weighed(cast.AT, [25 * TONNE, 20 * TONNE])
    paper = haul.weighed(cast.AT, [TONNE], category="paper")
    other = two_contracts(scene)
    theirs = other.weighed(cast.AT, [TONNE])
    for members_, changes, refusal, name, code in (
        (ids, {}, custody.OverRoadLimit, "mass_g", "over_road_limit"),
        (ids, {"mass_g": 45_000_001}, Unprocessable, "mass_g", "out_of_range"),
        ((ids[0], ids[0]), {}, Unprocessable, "consignment_ids", "duplicate"),
        ((ids[0], *paper), {}, Unprocessable, "consignment_ids", "mixed"),
        ((ids[0],), {"plate": ""}, Unprocessable, "plate", "plate_needed"),
        ((ids[0],), {"recycler_contract_id": other.collector.contract_id}, Unprocessable, "recycler_contract_id",
         "wrong_kind"),
        ((ids[0],), {"vehicle_id": other.lorry()}, Unprocessable, "vehicle_id", "not_found"),
    ):
        with refused(refusal, **{name: code}):
            group(*members_, **changes)
    with refused(NotFound):
        group(*theirs, actor=haul.collector.actor)
    with refused(NotFound):
        group(*ids, actor=haul.recycler.actor)  # the collector's to say
    assert not Grouping.objects.exists()
    group(ids[0])
    with refused(WrongState):
        group(ids[0])


def test_a_store_is_the_collectors_own(haul):
    pk = haul.weighed(cast.AT, [TONNE])[0]
    with refused(NotFound):
        custody.store(actor=haul.collector.actor, at=LATER, stays=[NewStay(pk, haul.recycler.facility_id, LATER)])
    assert not Stay.objects.exists()


@pytest.mark.parametrize(("accepted_g", "refused_g", "reason", "name"), [
    (TONNE, 1, "wet", "accepted_g"), (TONNE - 2, 1, "wet", "accepted_g"), (900_000, 100_000, "", "reason"),
])
def test_one_decision_over_a_grouping_must_close(haul, accepted_g, refused_g, reason, name):
    grouping = group(*haul.weighed(cast.AT, [600_000, 400_000]))
    with refused(custody.RefusalNeedsReason if name == "reason" else custody.ReceiptDoesNotDivideNet, **{
            name: "refusal_needs_reason" if name == "reason" else "receipt_does_not_divide_net"}):
        custody.receive_group(actor=haul.recycler.actor, at=LATER, receipt=custody.GroupReceipt(
            grouping, accepted_g, refused_g, LATER, reason))
