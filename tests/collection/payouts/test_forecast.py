"""What a contractor may expect, from promised to paid, to the tiyn; and what is not theirs to expect."""

from __future__ import annotations

from datetime import date

from collection.custody import operations as custody
from collection.kernel.actor import HOUSE
from collection.kernel.refusals import NotFound
from collection.payouts import operations as payouts, queries
from tests import cast
from tests.collection.custody.haul import TONNE
from tests.collection.custody.refusing import refused

MARCH, TODAY = date(2026, 3, 1), cast.AT.date()
COLLECTED = (9_05 + 7_41) * 4325
RECYCLED = 1_79 * 4325


def told(haul, who) -> dict[str, int]:
    """Certainty -> tiyn."""
    sums: dict[str, int] = {}
    for one in queries.forecast(who.actor, who.contract_id, today=TODAY):
        sums[one.certainty] = sums.get(one.certainty, 0) + one.amount_tiyn
    return sums


def test_from_promised_to_paid(scene, haul, office):
    scene.accept(haul.collector, scene.offered(declared_g=3 * TONNE))
    ours = queries.forecast(haul.collector.actor, haul.collector.contract_id, today=TODAY)
    assert [(one.certainty, one.stage, one.loads, one.mass_g, one.month) for one in ours] == [
        ("promised", "collection", 1, 3 * TONNE, None), ("promised", "transport", 1, 3 * TONNE, None)]
    assert sum(one.amount_tiyn for one in ours) == 3 * COLLECTED
    weighed = haul.weighed(cast.AT, [2 * TONNE])[0]
    assert told(haul, haul.collector)["weighed"] == 2 * COLLECTED
    assert told(haul, haul.recycler)["weighed"] == 2 * RECYCLED
    custody.deliver(actor=HOUSE, at=cast.AT, consignment_ids=[weighed])
    custody.receive(actor=HOUSE, at=cast.AT, receipts=[
        custody.NewReceipt(weighed, TONNE, TONNE, cast.AT, "impurity")])
    office.accrue(cast.AT)
    assert told(haul, haul.collector) == {"payable": COLLECTED, "promised": 3 * COLLECTED}
    assert told(haul, haul.recycler)["delivered"] == RECYCLED  # of what was accepted
    claim = office.paid(haul.collector, cast.AT, MARCH)
    assert told(haul, haul.collector) == {"paid": claim.amount_tiyn, "promised": 3 * COLLECTED}
    with refused(NotFound):
        queries.forecast(scene.stranger.actor, haul.collector.contract_id, today=TODAY)


def test_what_is_stored_divided_or_grouped_is_still_to_come_and_what_was_taken_back_is_not(haul):
    whole, small = haul.weighed(cast.AT, [3 * TONNE, TONNE])
    actor = haul.collector.actor
    custody.store(actor=actor, at=cast.AT, stays=[custody.NewStay(whole, haul.store(), cast.AT)])
    assert told(haul, haul.collector) == {"weighed": 4 * COLLECTED}
    part, _ = custody.split(actor=actor, at=cast.AT, divisions=[custody.NewDivision(
        whole, (custody.NewPart(TONNE), custody.NewPart(2 * TONNE)), cast.AT)])[0]
    custody.group(actor=actor, at=cast.AT, new=custody.NewGrouping((part, small), cast.AT, plate="777GRP02"))
    assert told(haul, haul.collector) == {"weighed": 4 * COLLECTED}
    assert told(haul, haul.recycler) == {"weighed": 4 * RECYCLED}
    custody.deliver(actor=actor, at=cast.AT, consignment_ids=[part, small])
    custody.receive(actor=haul.recycler.actor, at=cast.AT, receipts=[
        custody.NewReceipt(part, 0, TONNE, cast.AT, "wet"), custody.NewReceipt(small, TONNE, 0, cast.AT)])
    custody.bring_back(actor=actor, at=cast.AT, returns=[custody.NewReturn(part, "collector", cast.AT)])
    assert told(haul, haul.recycler) == {"weighed": 2 * RECYCLED, "delivered": RECYCLED}
    assert {(one.stage, one.status) for one in queries.money_of(HOUSE, [part])} == {
        (stage, "not_payable") for stage in ("collection", "transport", "recycling", "whole")}


def test_what_is_held_says_by_which_rule_and_what_was_rejected_is_gone(haul, office):
    haul.received(cast.AT, [TONNE], scale_id=haul.scale(until=date(2026, 1, 1)))
    haul.received(cast.AT, [TONNE])
    office.accrue(cast.AT)
    found = queries.forecast(haul.collector.actor, haul.collector.contract_id, today=TODAY)
    assert {(one.certainty, one.rules) for one in found} == {("payable", ()), ("held", ("calibration_expired",))}
    claim = office.verify(office.submitted(haul.collector, cast.AT, MARCH), cast.AT)
    assert told(haul, haul.collector) == {"claimed": COLLECTED, "held": COLLECTED}
    payouts.reject_claim(actor=office.finance, at=cast.AT, claim_id=claim.id, reason="phantom")
    assert told(haul, haul.collector) == {"held": COLLECTED}
