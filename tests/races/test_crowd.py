"""Two hundred sessions at once (F24, I3): one offer has one winner, every time; and in a storm everything adds up.

One file, for it has one crowd: two crowds do not fit under `max_connections`.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db.models import Count

from collection.contracts.models import Allotment
from collection.dispatch import operations as dispatch
from collection.dispatch.models import Job, Offer
from collection.dispatch.operations import Accepted, OfferAlreadyTaken, QuotaExhausted
from collection.kernel.actor import HOUSE
from collection.kernel.clock import frozen
from collection.kernel.db import now, rows, transaction
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Refusal
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


@pytest.mark.parametrize("seed", range(NIGHTLY))
def test_a_storm(scene, crowd, seed):
    """Whoever may do anything to the same twelve pickups does it at once."""
    chance = random.Random(seed)
    with transaction():
        collectors = scene.collectors(8, quota_g=9 * TONNE)  # room for four of the twelve
        scene.recycler(capacity_g=19 * TONNE)  # room for nine
        pickups = [scene.offered() for _ in range(12)]
    actors = {one.contract_id: one.actor for one in collectors}
    seen: Counter[str] = Counter()
    for _ in range(4):
        offers = rows("SELECT id, pickup_id, contract_id FROM dispatch_offer WHERE pickup_id = ANY(%s)", [pickups])
        jobs = rows("SELECT id, contract_id FROM dispatch_job WHERE pickup_id = ANY(%s)", [pickups])
        verbs = [a_verb(chance, scene, pickups, offers, jobs, actors) for _ in range(SESSIONS)]
        for answer in crowd.run(verbs):
            assert isinstance(answer, Refusal) or not isinstance(answer, BaseException), answer
            seen[type(answer).__name__] += 1
        invariants.hold()
    assert {"Accepted", "OfferAlreadyTaken", "WrongState"} <= set(seen), seen


def a_verb(chance: random.Random, scene: Any, pickups: list[Any], offers: list[Any], jobs: list[Any],
           actors: dict[Any, Any]) -> Callable[[], Any]:
    at, pickup_id, offer = now(), chance.choice(pickups), chance.choice(offers)
    whose = actors[offer["contract_id"]]
    job = chance.choice(jobs) if jobs else None

    def advance(later: timedelta) -> Any:
        with frozen(at + later):
            return dispatch.advance(actor=HOUSE, at=at + later, pickup_id=pickup_id)

    found: list[tuple[int, Callable[[], Any]]] = [
        (8, lambda: dispatch.accept_offer(actor=whose, at=at, offer_id=offer["id"])),
        (2, lambda: dispatch.decline_offer(actor=whose, at=at, offer_id=offer["id"], reason="other")),
        (3, lambda: advance(timedelta(0))), (2, lambda: advance(timedelta(seconds=901))),
        (1, lambda: dispatch.cancel_pickup(
            actor=scene.generator.actor, at=at, pickup_id=pickup_id, reason="mistake")),
        (2, lambda: dispatch.assign_pickup(
            actor=scene.manager, at=at, pickup_id=pickup_id, contract_id=chance.choice(list(actors)))),
    ]
    if job:
        its = actors[job["contract_id"]]
        found += [
            (3, lambda: dispatch.withdraw_job(actor=its, at=at, job_id=job["id"], reason="other")),
            (1, lambda: dispatch.fail_job(actor=its, at=at, job_id=job["id"], kind="unsafe")),
            (2, lambda: dispatch.move_job(actor=its, at=at, job_id=job["id"], to="arrived")),
        ]
    return chance.choices([verb for _, verb in found], [weight for weight, _ in found])[0]
