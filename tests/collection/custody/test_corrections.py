"""Nothing is edited after sealing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from collection.custody import operations as custody, queries
from collection.custody.models import Batch, Correction, Fact, Receipt
from collection.kernel.actor import HOUSE
from collection.kernel.refusals import StaleVersion, Unprocessable, WrongState
from tests import cast
from tests.collection.custody.haul import TONNE
from tests.collection.custody.refusing import database_refuses, refused

LATER = cast.AT + timedelta(days=40)


def correct(pk, accepted_g, *, actor=HOUSE, at=LATER, **changes):
    return custody.correct_receipts(actor=actor, at=at, corrections=[custody.NewCorrection(
        **{"consignment_id": pk, "accepted_g": accepted_g, "reason": "typing slip"} | changes)])


def test_a_reversal_and_a_new_fact_on_the_day_of_the_correction(haul, verbs, told):
    pk = haul.recycled(cast.AT, [4_620_000], refused_g=380_000)[0]
    haul.correct(pk, 4_040_000, at=LATER)
    for measure in ("received", "recycled"):
        facts = list(Fact.objects.filter(measure=measure).order_by("id"))
        assert [(one.grams, one.n, one.edition) for one in facts] == [
            (4_240_000, 1, 1), (-4_240_000, -1, 1), (4_040_000, 1, 2)]
        assert facts[1].reversal_of_id == facts[0].pk
        assert [one.occurred_on for one in facts] == [date(2026, 3, 2), date(2026, 4, 11), date(2026, 4, 11)]
        assert {one.supply_on for one in facts} == {date(2026, 3, 2)}
    assert Fact.objects.filter(measure="collected").count() == 1  # the scale was right
    assert Receipt.objects.get().accepted_g == 4_240_000  # as it was signed
    seen = queries.consignment(HOUSE, pk)
    assert (seen.masses.net_g, seen.masses.accepted_g, seen.masses.refused_g, seen.masses.recycled_g) == (
        4_620_000, 4_040_000, 580_000, 4_040_000)
    batch = queries.batches(HOUSE)[0]
    assert (batch.input_g, batch.loss_g, batch.corrected_g) == (4_240_000, 424_000, -200_000)
    assert queries.timeline(pk)[-1].details["was_g"] == 4_240_000
    assert verbs(pk)[-1] == "receipt.correct" and "consignment.corrected" in told(haul.recycler.actor.user_id, pk)


def test_corrected_again_and_before_processing(haul):
    pk = haul.received(cast.AT, [TONNE])[0]
    correct(pk, 900_000)
    correct(pk, 950_000)
    facts = Fact.objects.filter(measure="received").order_by("id")
    assert [(one.grams, one.edition) for one in facts] == [
        (1_000_000, 1), (-1_000_000, 1), (900_000, 2), (-900_000, 2), (950_000, 3)]
    assert sum(one.grams for one in facts) == 950_000 and sum(one.n for one in facts) == 1
    haul.batch(LATER, [pk], 950_000)
    assert Batch.objects.get().input_g == 950_000


@pytest.mark.parametrize(("accepted_g", "refusal", "code"), [
    (1_000_001, custody.ReceiptDoesNotDivideNet, "receipt_does_not_divide_net"),
    (0, custody.ReceiptDoesNotDivideNet, "receipt_does_not_divide_net"),
    (1_000_000, Unprocessable, "nothing_to_correct"),
    (899_999, custody.BatchDoesNotClose, "batch_does_not_close"),  # a tenth was lost; more cannot be taken away
])
def test_what_cannot_be_corrected(haul, accepted_g, refusal, code):
    pk = haul.recycled(cast.AT, [TONNE])[0]
    with refused(refusal, accepted_g=code):
        correct(pk, accepted_g)
    assert not Correction.objects.exists()


def test_two_loads_of_one_batch_share_its_loss(haul):
    first, second = haul.recycled(cast.AT, [TONNE, TONNE])  # 200 kg were lost
    correct(first, 850_000)
    with refused(custody.BatchDoesNotClose):
        correct(second, 900_000)
    correct(second, 950_000)


def test_who_may_correct_and_when(scene, haul):
    pk = haul.received(cast.AT, [TONNE])[0]
    for actor in (haul.collector.actor, haul.recycler.actor, scene.manager):
        with refused(custody.ConsentNeeded):  # papers signed by all are brought in by the house alone
            correct(pk, 900_000, actor=actor)
    with refused(StaleVersion):
        correct(pk, 900_000, version=1)
    version = queries.consignment(HOUSE, pk).version
    correct(pk, 900_000, version=version)
    assert queries.consignment(HOUSE, pk).version == version + 1
    with refused(WrongState):
        correct(haul.weighed(cast.AT, [TONNE])[0], 900_000)


def test_the_database_keeps_the_editions_in_order(haul):
    pk = haul.received(cast.AT, [TONNE])[0]
    for edition, was_g, accepted_g in ((3, TONNE, 900_000), (2, 999_999, 900_000), (2, TONNE, TONNE + 1)):
        with database_refuses("correction"):
            Correction.objects.create(id=pk, consignment_id=pk, edition=edition, was_g=was_g, accepted_g=accepted_g,
                                      reason="x", recorded_at=LATER)
