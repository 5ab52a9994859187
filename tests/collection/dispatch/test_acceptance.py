"""One offer, one winner; and what everybody else is told. Table row B65."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import transaction

from collection.accounts import steps as accounts
from collection.audit.models import AuditLine
from collection.contracts.models import Allotment, Contract
from collection.dispatch import operations as dispatch
from collection.dispatch.models import Job, Offer
from collection.dispatch.operations import (
    ContractNotLive,
    OfferAlreadyTaken,
    OfferExpired,
    OfferWithdrawn,
    OwnPickup,
    QuotaExhausted,
)
from collection.kernel.clock import frozen
from collection.kernel.ids import uuid7
from collection.kernel.refusals import NotFound, WrongState
from collection.pickups.models import Pickup
from notifications.models import Notice
from tests import cast
from tests.cast import TONNE

pytestmark = pytest.mark.django_db


def test_offer_pickup_job_and_quota_change_hands_together(scene, told, verbs):
    winner, loser = scene.collector(km=1), scene.collector(km=2)
    plant = scene.recycler()
    pickup_id = scene.offered()
    accepted = scene.accept(winner, pickup_id)

    assert dict(Offer.objects.filter(pickup=pickup_id).values_list("contract_id", "state")) == {
        winner.contract_id: "accepted", loser.contract_id: "withdrawn"}
    pickup, job = Pickup.objects.get(pk=pickup_id), Job.objects.get(pk=accepted.job_id)
    assert (pickup.state, pickup.collector_id, pickup.collector_contract_id, pickup.accepted_at) == (
        "accepted", winner.actor.organisation_id, winner.contract_id, scene.at)
    assert (pickup.recycler_id, pickup.recycler_contract_id, pickup.facility_id) == (
        plant.actor.organisation_id, plant.contract_id, plant.facility_id)
    assert len(pickup.handover_code) == 6 and pickup.handover_code.isdigit()
    assert (job.state, job.pickup_id, job.contract_id, job.recycler_id, job.facility_id, job.driver_id) == (
        "assigned", pickup_id, winner.contract_id, plant.actor.organisation_id, plant.facility_id, None)
    assert set(Allotment.objects.filter(object_id=pickup_id).values_list(
        "of", "contract_id", "facility_id", "month", "amount")) == {
        ("quota", winner.contract_id, None, None, 2 * TONNE), ("quota", plant.contract_id, None, None, 2 * TONNE),
        ("capacity", None, plant.facility_id, date(2026, 3, 1), 2 * TONNE)}
    assert verbs(pickup_id) == ["pickup.submit", "pickup.offer", "offer.accept"]
    assert verbs(accepted.job_id, *Offer.objects.values_list("id", flat=True)) == []  # one step, one line
    assert told(scene.generator.actor.user_id) == ["pickup.accepted", "pickup.submitted"]
    assert told(loser.actor.user_id) == ["offer.new", "offer.taken"]
    assert told(winner.actor.user_id) == ["offer.new"]
    assert told(plant.actor.user_id) == ["pickup.inbound"]


def test_no_notice_or_line_holds_the_handover_code(scene):
    winner, _ = scene.collector(), scene.recycler()
    pickup_id = scene.offered()
    scene.accept(winner, pickup_id)
    code = Pickup.objects.get(pk=pickup_id).handover_code
    words = [" ".join(map(str, row)) for row in Notice.objects.values_list("title_en", "body_kk", "body_ru", "body_en")]
    assert code not in " ".join(words)
    assert code not in " ".join(str(line.after) for line in AuditLine.objects.all())


def test_accepting_is_three_statements(scene, django_assert_num_queries):
    winner, _ = scene.collector(), scene.recycler()
    offer_id = scene.offer_of(winner, scene.offered())
    with django_assert_num_queries(3):  # win, audit, notices
        dispatch.accept_offer(actor=winner.actor, at=scene.at, offer_id=offer_id)


def test_the_winner_asking_again_hears_the_same(scene, verbs):
    winner, _ = scene.collector(), scene.recycler()
    pickup_id = scene.offered()
    first = scene.accept(winner, pickup_id)
    later = scene.at + timedelta(days=1)
    with frozen(later):
        assert scene.accept(winner, pickup_id, at=later) == first
    assert verbs(pickup_id).count("offer.accept") == 1


def test_a_driver_who_accepts_drives(scene):
    winner, _ = scene.collector(), scene.recycler()
    pickup_id = scene.offered()
    driver = cast.member(winner.actor.organisation_id, "driver")
    accepted = dispatch.accept_offer(actor=driver, at=scene.at, offer_id=scene.offer_of(winner, pickup_id))
    assert Job.objects.get(pk=accepted.job_id).driver_id == Pickup.objects.get().driver_id == driver.user_id


def test_the_second_is_too_late(scene):
    winner, loser = scene.collector(km=1), scene.collector(km=2)
    scene.recycler()
    pickup_id = scene.offered()
    scene.accept(winner, pickup_id)
    with pytest.raises(OfferAlreadyTaken):
        scene.accept(loser, pickup_id)


def test_expired_by_the_database_clock_whether_or_not_anybody_wrote_it_down(scene):
    one, _ = scene.collector(), scene.recycler()
    pickup_id = scene.offered()
    end = scene.at + timedelta(seconds=900)
    with frozen(end), pytest.raises(OfferExpired):
        scene.accept(one, pickup_id, at=scene.at)  # a worker's slow clock helps nobody (I12)
    with frozen(end):
        scene.advance(pickup_id, at=end)
        assert Offer.objects.get().state == "expired"
        with pytest.raises(OfferExpired):
            scene.accept(one, pickup_id, at=end)
        with pytest.raises(OfferExpired):
            dispatch.decline_offer(actor=one.actor, at=end, offer_id=Offer.objects.get().id, reason="other")


def test_the_last_second_counts(scene):
    one, _ = scene.collector(), scene.recycler()
    pickup_id = scene.offered()
    with frozen(scene.at + timedelta(seconds=899)):
        assert scene.accept(one, pickup_id).contract_id == one.contract_id


def test_a_cancelled_pickup_is_no_longer_on_offer(scene):
    one, _ = scene.collector(), scene.recycler()
    pickup_id = scene.offered()
    dispatch.cancel_pickup(actor=scene.generator.actor, at=scene.at, pickup_id=pickup_id, reason="mistake")
    with pytest.raises(OfferWithdrawn) as refusal:
        scene.accept(one, pickup_id)
    assert refusal.value.fields == {"pickup_state": "cancelled"}


def test_an_offer_to_somebody_else_is_no_offer(scene):
    one, other = scene.collector(), scene.collector(quotas={"paper": TONNE})
    scene.recycler()
    offer_id = scene.offer_of(one, scene.offered())
    for who in (other.actor, scene.stranger.actor, replace(scene.generator.actor, role="collector_admin")):
        with pytest.raises(NotFound):
            dispatch.accept_offer(actor=who, at=scene.at, offer_id=offer_id)
        with pytest.raises(NotFound):
            dispatch.decline_offer(actor=who, at=scene.at, offer_id=offer_id, reason="other")
    with pytest.raises(NotFound):
        dispatch.accept_offer(actor=one.actor, at=scene.at, offer_id=uuid7(scene.at))


def test_nobody_collects_their_own_waste(scene):
    """Dispatch never offers it; were such an offer there all the same, it could not be accepted."""
    one, _ = scene.collector(), scene.recycler()
    mine = scene.generator.actor
    accounts.add_membership(id=uuid7(scene.at), user_id=mine.user_id, organisation_id=mine.organisation_id,
                            role="collector_admin", at=scene.at)
    own = scene.collector(who=replace(mine, role="collector_admin"))
    pickup_id = scene.offered()
    offer = Offer.objects.get(pickup=pickup_id, contract=one.contract_id)
    offer.pk, offer.contract_id, offer.organisation_id, offer.rank = uuid7(scene.at), own.contract_id, mine.organisation_id, 2
    offer.save(force_insert=True)
    with pytest.raises(OwnPickup):
        scene.accept(own, pickup_id)
    assert Pickup.objects.get(pk=pickup_id).state == "offered"


@pytest.mark.parametrize("what", ["collector's quota", "recycler's quota", "plant's month"])
def test_quota_gone_between_offer_and_acceptance(scene, what):
    room = {"collector's quota": ({"polymer": 3 * TONNE}, {}), "recycler's quota": ({}, {"quotas": {"polymer": 3 * TONNE}}),
            "plant's month": ({}, {"capacity_g": 3 * TONNE})}[what]
    one = scene.collector(**({"quotas": room[0]} if room[0] else {}))
    scene.recycler(**room[1])
    first, second = scene.offered(), scene.offered()  # room for one of the two, and both are on offer
    scene.accept(one, first)
    with pytest.raises(QuotaExhausted):
        scene.accept(one, second)


def test_refused_for_quota_leaves_nothing_behind(scene):
    """The refusal rolls the whole statement back, as the door's transaction does."""
    one, _ = scene.collector(quotas={"polymer": 3 * TONNE}), scene.recycler()
    first, second = scene.offered(), scene.offered()
    scene.accept(one, first)
    with pytest.raises(QuotaExhausted), transaction.atomic():
        scene.accept(one, second)
    assert Pickup.objects.get(pk=second).state == "offered"
    assert (Offer.objects.get(pickup=second).state, Job.objects.filter(pickup=second).count()) == ("open", 0)
    assert not Allotment.objects.filter(object_id=second).exists()


def test_room_in_another_month_is_not_room_in_this(scene):
    one, _ = scene.collector(), scene.recycler(capacity_g=2 * TONNE)
    april = scene.at + timedelta(days=31)
    first = scene.offered()
    second = scene.offered(window_from=april, window_to=april + timedelta(hours=2))
    scene.accept(one, first), scene.accept(one, second)
    assert sorted(Allotment.objects.filter(of="capacity").values_list("month", flat=True)) == [
        date(2026, 3, 1), date(2026, 4, 1)]


def test_a_contract_suspended_meanwhile(scene):
    one, _ = scene.collector(), scene.recycler()
    pickup_id = scene.offered()
    Contract.objects.filter(pk=one.contract_id).update(state="suspended")
    with pytest.raises(ContractNotLive) as refusal:
        scene.accept(one, pickup_id)
    assert refusal.value.fields == {"state": "suspended"}


def test_after_declining_there_is_no_accepting(scene):
    one, _ = scene.collector(), scene.recycler()
    pickup_id = scene.offered()
    offer_id = scene.offer_of(one, pickup_id)
    dispatch.decline_offer(actor=one.actor, at=scene.at, offer_id=offer_id, reason="too_far")
    with pytest.raises(WrongState):
        scene.accept(one, pickup_id)
    with pytest.raises(WrongState):
        dispatch.decline_offer(actor=one.actor, at=scene.at, offer_id=offer_id, reason="other")  # another reason: not a repeat
