"""Two hundred sessions, one offer: exactly one winner, every time (F24, I3)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from django.db.models import Count

from collection.contracts.models import Allotment
from collection.dispatch import operations as dispatch
from collection.dispatch.models import Job, Offer
from collection.dispatch.operations import Accepted, OfferAlreadyTaken, QuotaExhausted
from collection.kernel.db import now, rows, transaction
from collection.kernel.ids import uuid7
from collection.pickups.models import Pickup
from tests.cast import TONNE
from tests.races import invariants
from tests.races.conftest import NIGHTLY, SESSIONS

pytestmark = pytest.mark.django_db(transaction=True)


def accepting(who, offer_id):
    at = now()
    return lambda: dispatch.accept_offer(actor=who.actor, at=at, offer_id=offer_id)


def on_offer_to(scene, collectors, plant) -> dict[UUID, UUID]:
    """A pickup on offer to all of them at once (more than a wave may hold): contract -> offer."""
    at = now()
    with transaction():
        pickup_id = scene.submit()
    offers = {one.contract_id: uuid7(at) for one in collectors}
    Offer.objects.bulk_create(
        Offer(id=offers[one.contract_id], pickup_id=pickup_id, contract_id=one.contract_id,
              organisation_id=one.actor.organisation_id, wave=1, rank=rank, distance_m=1000 * rank,
              recycler_contract_id=plant.contract_id, facility_id=plant.facility_id, offered_at=at,
              expires_at=at + timedelta(minutes=15))
        for rank, one in enumerate(collectors, start=1))
    Pickup.objects.filter(pk=pickup_id).update(state="offered", wave=1)
    return offers


def ends_of(answers) -> Counter[str]:
    return Counter(type(one).__name__ for one in answers)


def test_two_hundred_collectors_race_for_one_pickup_a_hundred_times(scene, crowd):
    with transaction():
        collectors, plant = scene.collectors(SESSIONS), scene.recycler()
    for _ in range(100 * NIGHTLY):
        offers = on_offer_to(scene, collectors, plant)
        answers = crowd.run([accepting(one, offers[one.contract_id]) for one in collectors])
        assert ends_of(answers) == {"Accepted": 1, OfferAlreadyTaken.__name__: SESSIONS - 1}
        [won] = [one for one in answers if isinstance(one, Accepted)]
        assert won.offer_id == offers[won.contract_id]
        assert rows("SELECT contract_id, state FROM dispatch_job WHERE pickup_id = %s", [won.pickup_id]) == [
            {"contract_id": won.contract_id, "state": "assigned"}]
        assert dict(Offer.objects.filter(pickup=won.pickup_id).values_list("state").annotate(n=Count("id"))) == {
            "accepted": 1, "withdrawn": SESSIONS - 1}
    invariants.hold()


def test_two_hundred_telephones_of_twenty_collectors(scene, crowd):
    """Everybody of the winning company hears the same yes; everybody else hears no."""
    with transaction():
        collectors, plant = scene.collectors(20), scene.recycler()
    for _ in range(5 * NIGHTLY):
        offers = on_offer_to(scene, collectors, plant)
        answers = crowd.run([accepting(one, offers[one.contract_id]) for one in collectors * (SESSIONS // 20)])
        yes = [one for one in answers if isinstance(one, Accepted)]
        assert ends_of(answers) == {"Accepted": 10, OfferAlreadyTaken.__name__: SESSIONS - 10}
        assert len(set(yes)) == 1
        assert Job.objects.filter(pickup=yes[0].pickup_id).count() == 1
    invariants.hold()


def test_a_quota_with_room_for_seven_is_given_out_seven_times(scene, crowd):
    """Forty pickups on offer to one contract whose quota holds seven of them."""
    with transaction():
        one, _ = scene.collector(quotas={"polymer": 15 * TONNE}), scene.recycler()
        offers = [scene.offer_of(one, scene.offered()) for _ in range(40)]
    answers = crowd.run([accepting(one, offer_id) for offer_id in offers])
    assert ends_of(answers) == {"Accepted": 7, QuotaExhausted.__name__: 33}
    held = Allotment.objects.filter(of="quota", contract=one.contract_id).values_list("amount", flat=True)
    assert sum(held) == 14 * TONNE
    invariants.hold()


def test_a_plant_s_month_is_shared_by_collectors_who_do_not_know_each_other(scene, crowd):
    with transaction():
        collectors, plant = scene.collectors(40), scene.recycler(capacity_g=11 * TONNE)
    offers = [on_offer_to(scene, [one], plant)[one.contract_id] for one in collectors]
    answers = crowd.run([accepting(*pair) for pair in zip(collectors, offers, strict=True)])
    assert ends_of(answers) == {"Accepted": 5, QuotaExhausted.__name__: 35}
    invariants.hold()
