"""Money of loads that were divided and put together: each part is paid, or held, by the papers of its source."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from collection.custody import operations as custody
from collection.custody.models import GroupingMember
from collection.kernel.actor import HOUSE
from collection.payouts import queries
from collection.payouts.models import AccrualLine, Hold
from tests.collection.custody.haul import TONNE

DECEMBER, JANUARY = datetime(2025, 12, 31, 6, tzinfo=UTC), datetime(2026, 1, 2, 6, tzinfo=UTC)


def test_a_grouping_pays_each_part_at_its_sources_day_and_holds_what_its_source_deserves(haul, office):
    """4 t weighed in December, 3 t in January, 1 t on a scale that was not calibrated: 6 t of the heap are received."""
    old = haul.weighed(DECEMBER, [4 * TONNE])[0]
    new = haul.weighed(JANUARY, [3 * TONNE])[0]
    doubtful = haul.weighed(JANUARY, [TONNE], scale_id=haul.scale(until=date(2025, 12, 31)))[0]
    grouping = custody.group(actor=HOUSE, at=JANUARY, new=custody.NewGrouping(
        (old, new, doubtful), JANUARY, mass_g=6 * TONNE, plate="001AAA02"))
    parts = list(GroupingMember.objects.filter(grouping=grouping).order_by("id").values_list("consignment_id", "mass_g"))
    assert [grams for _, grams in parts] == [3_000_000, 2_250_000, 750_000]
    ids = [pk for pk, _ in parts]
    custody.deliver(actor=HOUSE, at=JANUARY, consignment_ids=ids)
    custody.receive_group(actor=HOUSE, at=JANUARY, receipt=custody.GroupReceipt(grouping, 6 * TONNE, 0, JANUARY))
    haul.batch(JANUARY, ids, 6 * TONNE)
    office.accrue(JANUARY)

    lines = AccrualLine.objects.filter(stage="collection").order_by("-mass_g")
    assert [(one.consignment_id, one.mass_g, one.supply_on, one.index_tiyn, one.amount_tiyn) for one in lines] == [
        (ids[0], 3_000_000, date(2025, 12, 31), 393_200, 106_753_80),  # 9.05 x 3,932 x 3 t
        (ids[1], 2_250_000, date(2026, 1, 2), 432_500, 88_067_81),  # 9.05 x 4,325 x 2.25 t = 88,067.8125
        (ids[2], 750_000, date(2026, 1, 2), 432_500, 29_355_94),  # 29,355.9375
    ]
    held = set(Hold.objects.values_list("line__consignment_id", "rule"))
    assert held == {(ids[2], "calibration_expired")}
    assert {one.status for one in queries.money_of(HOUSE, [ids[0]]) if one.stage != "whole"} == {"payable"}
    assert {one.status for one in queries.money_of(HOUSE, [old])} == {"not_payable"}  # what it was is paid by its parts
    assert queries.recompute_check().differences == ()


def test_what_left_the_heap_cannot_be_paid_twice(haul, office):
    """A load divided among two recyclers is paid once for each gram, whoever received it."""
    pk = haul.weighed(JANUARY, [3 * TONNE])[0]
    parts = custody.split(actor=HOUSE, at=JANUARY, divisions=[custody.NewDivision(
        pk, (custody.NewPart(TONNE), custody.NewPart(1_900_000)), JANUARY, 100_000, "spill")])[0]
    custody.deliver(actor=HOUSE, at=JANUARY, consignment_ids=parts)
    custody.receive(actor=HOUSE, at=JANUARY, receipts=[
        custody.NewReceipt(parts[0], TONNE, 0, JANUARY), custody.NewReceipt(parts[1], 1_800_000, 100_000, JANUARY, "wet")])
    office.accrue(JANUARY)
    office.accrue(JANUARY + timedelta(days=1))
    paid = AccrualLine.objects.filter(stage="collection")
    assert sum(one.mass_g for one in paid) == 2_800_000 == 3 * TONNE - 100_000 - 100_000
    assert queries.recompute_check().differences == ()
