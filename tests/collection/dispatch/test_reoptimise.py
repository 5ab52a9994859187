"""Planning again: what moves, what stays, and that money's tonnes move with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collection.audit.models import AuditLine
from collection.contracts.models import Allotment, Programme
from collection.dispatch import operations as dispatch
from collection.dispatch.models import Job, Offer
from collection.kernel.actor import HOUSE
from collection.kernel.clock import frozen
from collection.kernel.refusals import NotFound
from collection.pickups.models import Pickup
from tests.cast import TONNE, away
from tests.races import invariants


@pytest.fixture
def again(scene):
    def again(**more):
        return dispatch.reoptimise(actor=HOUSE, at=scene.at, programme=scene.code, **more)
    return again


@pytest.fixture
def detour(scene):
    """A load on its way to a plant far away, because the near one was full; it is no longer."""
    driver, near, far = scene.collector(km=5), scene.recycler(km=10, capacity_g=3 * TONNE), scene.recycler(km=300)
    first = scene.offered()
    scene.accept(driver, first)
    second = scene.offered()
    scene.accept(driver, second)
    assert Job.objects.get(pickup=second).recycler_contract_id == far.contract_id
    dispatch.cancel_pickup(actor=scene.generator.actor, at=scene.at, pickup_id=first, reason="mistake")
    return driver, near, far, second


def held(pickup_id):
    found = {}
    for row in Allotment.objects.filter(object_id=pickup_id):
        key = row.of, row.contract_id or row.facility_id
        found[key] = found.get(key, 0) + row.amount
    return {key: amount for key, amount in found.items() if amount}


def test_an_unstarted_job_goes_to_the_plant_that_has_room_again(scene, detour, again, verbs, told):
    driver, near, far, pickup_id = detour
    done = again()
    assert (done.jobs_rerouted, done.offers_added, done.overtaken) == (1, 0, 0)
    job, pickup = Job.objects.get(pickup=pickup_id), Pickup.objects.get(pk=pickup_id)
    for row in (job, pickup):
        assert (row.recycler_contract_id, row.recycler_id, row.facility_id) == (
            near.contract_id, near.actor.organisation_id, near.facility_id)
    assert (job.contract_id, job.state, pickup.state) == (driver.contract_id, "assigned", "accepted")
    assert held(pickup_id) == {("quota", driver.contract_id): 2 * TONNE, ("quota", near.contract_id): 2 * TONNE,
                               ("capacity", near.facility_id): 2 * TONNE}
    line = AuditLine.objects.get(object_id=job.id, verb="job.reroute")
    # two tonnes: 5 km out, 300 km north, and home; then 10 km north instead
    assert line.before["way_m"] == pytest.approx(605_000, abs=3_000)
    assert line.after["way_m"] == pytest.approx(26_180, abs=200)
    assert (line.before["cost"], line.after["cost"]) == (2 * line.before["way_m"], 2 * line.after["way_m"])
    assert done.cost_before == pytest.approx(line.before["cost"], abs=2)
    assert done.cost_after == pytest.approx(line.after["cost"], abs=2)
    assert done.bound <= done.cost_after
    assert told(driver.actor.user_id)[-1] == "pickup.cancelled" and "job.rerouted" in told(driver.actor.user_id)
    assert "pickup.diverted" in told(far.actor.user_id) and "pickup.inbound" in told(near.actor.user_id)
    invariants.hold()


def test_a_second_run_changes_nothing(scene, detour, again):
    again()
    lines = AuditLine.objects.count()
    done = again()
    assert (done.jobs_rerouted, done.offers_rerouted, done.offers_added, done.overtaken) == (0, 0, 0, 0)
    assert done.cost_before == done.cost_after and AuditLine.objects.count() == lines


def test_a_dry_run_only_tells(scene, detour, again):
    *_, far, pickup_id = detour
    before = held(pickup_id)
    assert again(dry_run=True).jobs_rerouted == 1
    assert Job.objects.get(pickup=pickup_id).recycler_contract_id == far.contract_id and held(pickup_id) == before
    assert again().jobs_rerouted == 1


def test_a_journey_that_has_begun_stays(scene, detour, again):
    driver, _, far, pickup_id = detour
    dispatch.move_job(actor=driver.actor, at=scene.at, job_id=Job.objects.get(pickup=pickup_id).id, to="en_route")
    assert again().jobs_rerouted == 0
    assert Job.objects.get(pickup=pickup_id).recycler_contract_id == far.contract_id


def test_what_an_officer_gave_out_stays(scene, again):
    driver, near, far = scene.collector(km=5), scene.recycler(km=10, capacity_g=3 * TONNE), scene.recycler(km=300)
    first = scene.offered()
    scene.accept(driver, first)
    second = scene.offered()
    dispatch.assign_pickup(actor=scene.manager, at=scene.at, pickup_id=second, contract_id=driver.contract_id)
    dispatch.cancel_pickup(actor=scene.generator.actor, at=scene.at, pickup_id=first, reason="mistake")
    assert again().loads == 0
    assert Job.objects.get(pickup=second).recycler_contract_id == far.contract_id != near.contract_id


def test_two_jobs_exchange_their_plants(scene, again):
    """Each went to the plant that had room that minute, on the way home of the other's lorry."""
    Programme.objects.filter(code=scene.code).update(weights={"spread_km": 1_000})  # both are asked at once
    west, east = scene.collector(km=60, bearing=270), scene.collector(km=60, bearing=90)
    left = scene.contract("recycling", plant=away(50, bearing=270), capacity_g=3 * TONNE)
    jobs = []
    for driver in (east, west):  # the eastern one comes first and takes the only plant there is
        if driver is west:
            right = scene.contract("recycling", plant=away(51, bearing=90), capacity_g=3 * TONNE)
        jobs.append(scene.offered())
        scene.accept(driver, jobs[-1])
    assert [Job.objects.get(pickup=one).recycler_contract_id for one in jobs] == [left.contract_id, right.contract_id]
    assert again().jobs_rerouted == 2
    assert [Job.objects.get(pickup=one).recycler_contract_id for one in jobs] == [right.contract_id, left.contract_id]
    assert held(jobs[0]) == {("quota", east.contract_id): 2 * TONNE, ("quota", right.contract_id): 2 * TONNE,
                             ("capacity", right.facility_id): 2 * TONNE}
    invariants.hold()


def test_an_open_offer_names_the_nearer_plant_and_keeps_its_life(scene, again, verbs):
    driver, near, _ = scene.collector(km=5), scene.recycler(km=10, capacity_g=3 * TONNE), scene.recycler(km=300)
    first = scene.offered()
    scene.accept(driver, first)
    second = scene.offered()
    dispatch.cancel_pickup(actor=scene.generator.actor, at=scene.at, pickup_id=first, reason="mistake")
    before = Offer.objects.get(pickup=second)
    assert again().offers_rerouted == 1
    after = Offer.objects.get(pickup=second)
    assert (after.recycler_contract_id, after.facility_id, after.expires_at) == (
        near.contract_id, near.facility_id, before.expires_at)
    assert verbs(after.id) == ["offer.reroute"]
    assert scene.accept(driver, second).recycler_contract_id == near.contract_id
    assert again().loads == 1 and again().jobs_rerouted == 0
    invariants.hold()


def test_an_unserved_load_is_offered_when_room_can_be_made_for_it(scene, again, work):
    """The only plant that fits it is taken by a load that may as well go elsewhere."""
    driver = scene.collector(km=5)
    narrow = scene.recycler(km=10, capacity_g=5 * TONNE)
    small = scene.offered()
    scene.accept(driver, small)
    other = scene.recycler(km=20, capacity_g=3 * TONNE)  # holds the small one, never the large one
    large = scene.submit(declared_g=4 * TONNE)
    assert scene.advance(large) == "unserved"
    done = again()
    assert (done.jobs_rerouted, done.offers_added) == (1, 1)
    assert Job.objects.get(pickup=small).recycler_contract_id == other.contract_id
    assert Pickup.objects.get(pk=large).state == "offered"
    assert "waiting" in work(large)
    assert scene.accept(driver, large).recycler_contract_id == narrow.contract_id
    invariants.hold()


def test_nobody_is_asked_a_second_time(scene, again):
    driver, _ = scene.collector(km=5), scene.recycler()
    pickup_id = scene.offered()
    dispatch.decline_offer(actor=driver.actor, at=scene.at, offer_id=scene.offer_of(driver, pickup_id), reason="too_far")
    assert scene.advance(pickup_id) == "unserved"
    assert again().offers_added == 0
    later = scene.at + timedelta(hours=1)
    with frozen(later):
        assert dispatch.reoptimise(actor=HOUSE, at=later, programme=scene.code).offers_added == 0


def test_room_that_somebody_took_meanwhile_is_not_taken_twice(scene, detour, monkeypatch):
    """Between planning and locking, another load fills the near plant: the change falls away and nothing is lost."""
    from collection.dispatch.operations import reoptimisation as module

    driver, near, far, pickup_id = detour
    plan = module.queries.planned

    def overtaken(programme_id):
        found = plan(programme_id)
        third = scene.offered()
        assert scene.accept(driver, third).recycler_contract_id == near.contract_id
        return found

    monkeypatch.setattr(module.queries, "planned", overtaken)
    done = dispatch.reoptimise(actor=HOUSE, at=scene.at, programme=scene.code)
    assert (done.jobs_rerouted, done.overtaken) == (0, 1)
    assert Job.objects.get(pickup=pickup_id).recycler_contract_id == far.contract_id
    invariants.hold()


def test_an_unknown_programme(scene):
    with pytest.raises(NotFound):
        dispatch.reoptimise(actor=HOUSE, at=scene.at, programme="nobody")
