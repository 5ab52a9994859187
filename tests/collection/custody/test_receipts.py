"""At the gate."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from collection.custody import operations as custody, queries
from collection.custody.models import Consignment, Fact, Receipt
from collection.kernel.actor import HOUSE
from collection.kernel.refusals import NotFound, StaleVersion, Unprocessable, WrongState
from notifications.models import OutboxRow
from tests import cast
from tests.collection.custody.haul import TONNE
from tests.collection.custody.refusing import database_refuses, refused


def receipt(pk, accepted_g, refused_g=0, reason="", **changes):
    return custody.NewReceipt(**{"consignment_id": pk, "accepted_g": accepted_g, "refused_g": refused_g,
                                 "occurred_at": cast.AT, "reason": reason} | changes)


@pytest.fixture
def delivered(haul):
    pk = haul.weighed(cast.AT, [4_620_000])[0]
    custody.deliver(actor=HOUSE, at=cast.AT, consignment_ids=[pk])
    return pk


def test_part_of_it_is_refused(scene, haul, delivered, verbs, told):
    custody.receive(actor=haul.recycler.actor, at=cast.AT, receipts=[receipt(delivered, 4_240_000, 380_000, "impurity")])
    fact = Fact.objects.get(measure="received")
    assert (fact.grams, fact.contract_id, fact.contract_kind) == (4_240_000, haul.recycler.contract_id, "recycling")
    seen = queries.consignment(haul.collector.actor, delivered)
    assert (seen.state, seen.masses.net_g, seen.masses.accepted_g, seen.masses.refused_g) == (
        "received", 4_620_000, 4_240_000, 380_000)
    assert verbs(delivered)[-2:] == ["consignment.deliver", "consignment.receive"]
    assert told(haul.collector.actor.user_id, delivered) == ["consignment.received"]
    assert OutboxRow.objects.filter(task="facts.sealed", object_id=scene.programme.id, state="waiting").exists()


def test_all_of_it_is_refused_and_goes_back(haul, delivered, told):
    custody.receive(actor=HOUSE, at=cast.AT, receipts=[receipt(delivered, 0, 4_620_000, "wrong_category")])
    assert Consignment.objects.get(pk=delivered).state == "returned"
    assert not Fact.objects.filter(measure="received").exists()
    assert told(haul.collector.actor.user_id, delivered) == ["consignment.returned"]


@pytest.mark.parametrize(("accepted_g", "refused_g", "reason", "refusal"), [
    (4_620_001, 0, "", custody.ReceiptDoesNotDivideNet), (4_619_999, 0, "", custody.ReceiptDoesNotDivideNet),
    (4_620_001, -1, "wet", custody.ReceiptDoesNotDivideNet), (4_240_000, 380_000, "", custody.RefusalNeedsReason),
])
def test_not_a_gram_is_lost_or_made_at_the_gate(haul, delivered, accepted_g, refused_g, reason, refusal):
    with refused(refusal):
        custody.receive(actor=HOUSE, at=cast.AT, receipts=[receipt(delivered, accepted_g, refused_g, reason)])
    assert not Receipt.objects.exists()
    with database_refuses("receipt"):
        Receipt.objects.create(id=delivered, consignment_id=delivered, accepted_g=accepted_g, refused_g=refused_g,
                               reason="", occurred_at=cast.AT, recorded_at=cast.AT)


def test_only_the_recycler_receives_and_only_the_collector_delivers(scene, haul):
    pk = haul.weighed(cast.AT, [TONNE])[0]
    with refused(NotFound):
        custody.deliver(actor=haul.recycler.actor, at=cast.AT, consignment_ids=[pk])
    with refused(StaleVersion):
        custody.deliver(actor=haul.collector.actor, at=cast.AT, consignment_ids=[pk], version=1)
    custody.deliver(actor=haul.collector.actor, at=cast.AT, consignment_ids=[pk], version=2)
    for stranger in (haul.collector.actor, scene.stranger.actor):
        with refused(NotFound):
            custody.receive(actor=stranger, at=cast.AT, receipts=[receipt(pk, TONNE)])


def test_b66_nothing_is_received_before_it_is_delivered(haul):
    pk = haul.weighed(cast.AT, [TONNE])[0]
    with pytest.raises(WrongState) as caught:
        custody.receive(actor=HOUSE, at=cast.AT, receipts=[receipt(pk, TONNE)])
    assert caught.value.fields == {"state": "weighed", "allowed_actions": ["deliver", "store", "split", "group"]}


def test_defects_of_a_list_come_with_their_places(haul):
    ids = haul.weighed(cast.AT, [TONNE, TONNE])
    custody.deliver(actor=HOUSE, at=cast.AT, consignment_ids=ids)
    with refused(Unprocessable, **{"0__reason": "refusal_needs_reason", "1__accepted_g": "receipt_does_not_divide_net"}):
        custody.receive(actor=HOUSE, at=cast.AT, receipts=[receipt(ids[0], TONNE - 1, 1), receipt(ids[1], TONNE - 1)])


def test_the_month_of_sealing_is_the_month_of_recording(haul, delivered):
    """The paper came three days late: it counts on its own day and is claimed in the month it was recorded."""
    custody.receive(actor=HOUSE, at=cast.AT, receipts=[receipt(delivered, 4_620_000, occurred_at=cast.AT - timedelta(days=3))])
    fact = Fact.objects.get(measure="received")
    assert (fact.occurred_on, fact.sealed_on) == (date(2026, 2, 27), date(2026, 3, 2))
