"""Planning again while people answer: whoever answers wins, and nothing is lost or counted twice."""

from __future__ import annotations

import pytest

from collection.dispatch import operations as dispatch
from collection.dispatch.models import Job, Offer
from collection.dispatch.operations import reoptimisation
from collection.kernel.actor import HOUSE
from collection.kernel.db import now, rows, transaction
from tests.cast import TONNE
from tests.races import invariants
from tests.races.test_every_order import await_blocked

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def play(scene):
    """A job that had to go far, for the near plant was full and is no longer; and a pickup on offer to the same driver."""
    with transaction():
        driver, near, far = scene.collector(km=5), scene.recycler(km=10, capacity_g=3 * TONNE), scene.recycler(km=300)
        first = scene.offered()
        scene.accept(driver, first, at=now())
        second = scene.offered()
        scene.accept(driver, second, at=now())
        dispatch.cancel_pickup(actor=scene.generator.actor, at=now(), pickup_id=first, reason="mistake")
        third = scene.offered()
    assert Job.objects.get(pickup=second).recycler_contract_id == far.contract_id
    return driver, near, far, second, third


def again(scene):
    return lambda: dispatch.reoptimise(actor=HOUSE, at=now(), programme=scene.code)


def accepting(scene, driver, pickup_id):
    offer_id = scene.offer_of(driver, pickup_id)
    return lambda: dispatch.accept_offer(actor=driver.actor, at=now(), offer_id=offer_id)


def recycler_of(pickup_id):
    return Job.objects.get(pickup=pickup_id, ended_at=None).recycler_contract_id


def test_an_acceptance_first(scene, session, play):
    """It holds the near plant's room, not yet committed; the plan was made without it, waits, and gives way."""
    driver, near, far, second, third = play
    one, other = session(), session()
    one.begin(accepting(scene, driver, third))
    other.start(again(scene))
    await_blocked([other.pid])
    one.proceed()
    assert (one.end(), other.end()) == ("done", "done")
    assert (recycler_of(third), recycler_of(second)) == (near.contract_id, far.contract_id)
    invariants.hold()


def test_the_plan_first(scene, session, play):
    """The near plant goes to the job; the acceptance waits, and gets the plant its offer names by then, or a clear no."""
    driver, near, far, second, third = play
    one, other = session(), session()
    one.begin(again(scene))
    other.start(accepting(scene, driver, third))
    await_blocked([other.pid])
    one.proceed()
    ends = one.end(), other.end()
    assert ends[0] == "done" and ends[1] in ("done", "QuotaExhausted")
    assert {recycler_of(second)} | set(Job.objects.filter(pickup=third).values_list("recycler_contract_id", flat=True)) <= {
        near.contract_id, far.contract_id}
    invariants.hold()
    if ends[1] != "done":
        with transaction():
            again(scene)()
            accepting(scene, driver, third)()
        invariants.hold()


def test_two_plans_at_once(scene, session, play):
    one, other = session(), session()
    one.begin(again(scene))
    other.start(again(scene))
    await_blocked([other.pid])
    one.proceed()
    assert (one.end(), other.end()) == ("done", "done")
    held = rows("SELECT of, sum(amount)::int AS held FROM contracts_allotment WHERE object_id = %s GROUP BY of, contract_id, "
                "facility_id HAVING sum(amount) <> 0 ORDER BY of", [play[3]])
    assert [row["held"] for row in held] == [2 * TONNE] * 3
    invariants.hold()


def test_a_storm_of_answers_around_a_plan(scene, some):
    """Plans among accepting, declining, withdrawing and cancelling people: everything adds up."""
    with transaction():
        drivers = [scene.collector(km=2 + n) for n in range(6)]
        for n in range(4):
            scene.recycler(km=8 + 4 * n, capacity_g=9 * TONNE)
        pickups = [scene.offered() for _ in range(16)]
    for _ in range(4):
        verbs = []
        for offer in Offer.objects.filter(pickup__in=pickups, state="open"):
            who = next(one for one in drivers if one.contract_id == offer.contract_id)
            verbs.append(lambda who=who, offer=offer: dispatch.accept_offer(actor=who.actor, at=now(), offer_id=offer.id))
        for job in Job.objects.filter(state="assigned").order_by("id")[:3]:
            who = next(one for one in drivers if one.contract_id == job.contract_id)
            verbs.append(lambda who=who, job=job: dispatch.withdraw_job(
                actor=who.actor, at=now(), job_id=job.id, reason="breakdown"))
        verbs += [again(scene)] * 4
        for end in some.run(verbs[:some.size]):
            assert not isinstance(end, BaseException) or hasattr(end, "code"), end
        invariants.hold()
        with transaction():
            for pickup_id in pickups:
                scene.advance(pickup_id, at=now())
        assert reoptimisation.programmes_at_work() == [scene.code]
