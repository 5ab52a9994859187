"""An officer decides where dispatch could not; the rules of the contract bind the officer too."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collection.contracts.models import Allotment
from collection.dispatch import operations as dispatch
from collection.dispatch.models import Job, Offer
from collection.dispatch.operations import ContractNotEligible, OfferAlreadyTaken
from collection.kernel.clock import frozen
from collection.kernel.ids import uuid7
from collection.kernel.refusals import NotFound, StaleVersion, WrongState
from collection.pickups.models import Pickup
from tests import cast
from tests.cast import ASTANA, TONNE

pytestmark = pytest.mark.django_db


def assign(scene, pickup_id, contractor, version=None):
    return dispatch.assign_pickup(actor=scene.manager, at=scene.at, pickup_id=pickup_id,
                                  contract_id=contractor.contract_id, version=version)


def live_job(pickup_id):
    return Job.objects.get(pickup=pickup_id, state__in=("assigned", "en_route", "arrived", "done"))


def test_an_unserved_pickup_is_given_to_a_contract_that_came_later(scene, verbs, told, work):
    plant = scene.recycler()
    pickup_id = scene.submit()
    assert scene.advance(pickup_id) == "unserved"
    late = scene.collector(km=180)
    seen = assign(scene, pickup_id, late, version=2).plain()

    assert (seen["state"], seen["collector"]["id"], seen["handover_code"]) == (
        "accepted", str(late.actor.organisation_id), None)
    job = live_job(pickup_id)
    assert (job.contract_id, job.recycler_contract_id, job.facility_id) == (
        late.contract_id, plant.contract_id, plant.facility_id)
    offer = Offer.objects.get(pickup=pickup_id)
    assert (offer.state, offer.reason, offer.distance_m) == ("accepted", "assigned", 180_000)
    assert Allotment.objects.filter(object_id=pickup_id).count() == 3
    assert verbs(pickup_id) == ["pickup.submit", "pickup.unserved", "pickup.assign"]
    assert told(late.actor.user_id) == ["pickup.assigned"]
    assert told(scene.generator.actor.user_id) == ["pickup.accepted", "pickup.submitted"]
    assert set(work(pickup_id)) == {"done"}


def test_while_on_offer_the_offers_are_withdrawn_and_their_people_told(scene, told):
    asked = [scene.collector(km=km) for km in (1, 2, 3)]
    chosen, _ = scene.collector(km=50), scene.recycler()
    pickup_id = scene.offered()
    assign(scene, pickup_id, chosen)
    assert set(Offer.objects.filter(pickup=pickup_id, wave=1).values_list("state", flat=True)) == {"withdrawn"}
    assert told(asked[0].actor.user_id) == ["offer.new", "offer.withdrawn"]
    assert told(chosen.actor.user_id) == ["pickup.assigned"]
    with pytest.raises(OfferAlreadyTaken):
        scene.accept(asked[0], pickup_id)


def test_who_let_the_offer_lapse_may_still_be_told_to_go(scene):
    one, _ = scene.collector(), scene.recycler()
    pickup_id = scene.offered()
    later = scene.at + timedelta(seconds=900)
    with frozen(later):
        assert scene.advance(pickup_id, at=later) == "unserved"
    assert assign(scene, pickup_id, one).state == "accepted"


@pytest.mark.parametrize(("changes", "rule"), [
    ({"quotas": {"paper": TONNE}}, "category"), ({"quotas": {"polymer": TONNE}}, "quota"), ({"regions": [ASTANA]}, "region"),
    ({"cap_tiyn": 0}, "cap"),
])
def test_the_rules_of_the_contract_are_not_overruled(scene, changes, rule):
    one, _ = scene.collector(**changes), scene.recycler()
    pickup_id = scene.submit()
    scene.advance(pickup_id)
    with pytest.raises(ContractNotEligible) as refusal:
        assign(scene, pickup_id, one)
    assert [name for name, holds in refusal.value.fields["verdicts"].items() if not holds] == [rule]


def test_without_a_plant_there_is_nowhere_to_bring_it(scene):
    one = scene.collector()
    pickup_id = scene.submit()
    scene.advance(pickup_id)
    with pytest.raises(ContractNotEligible) as refusal:
        assign(scene, pickup_id, one)
    assert refusal.value.fields == {"verdicts": {"recycler": False}}


def test_unknown_foreign_and_too_late(scene):
    one, plant = scene.collector(), scene.recycler()
    other = cast.Scene().collector()
    pickup_id = scene.submit()
    with pytest.raises(WrongState):
        assign(scene, pickup_id, one)  # nobody has looked yet
    scene.advance(pickup_id)
    for contractor in (other, plant):
        with pytest.raises(NotFound):
            assign(scene, pickup_id, contractor)
    with pytest.raises(StaleVersion):
        assign(scene, pickup_id, one, version=1)
    with pytest.raises(NotFound):
        assign(scene, uuid7(scene.at), one)
    dispatch.cancel_pickup(actor=scene.generator.actor, at=scene.at, pickup_id=pickup_id, reason="mistake")
    with pytest.raises(WrongState) as refusal:
        assign(scene, pickup_id, one)
    assert refusal.value.fields == {"state": "cancelled", "allowed_actions": []}


def test_taken_from_one_and_given_to_another(scene, told, verbs):
    first, second = scene.collector(km=1), scene.collector(km=2)
    scene.recycler(quotas={"polymer": 2 * TONNE})  # the plant's whole quota: given back before it is taken again
    pickup_id = scene.offered()
    lost = scene.accept(first, pickup_id)
    before = Pickup.objects.get(pk=pickup_id)
    assign(scene, pickup_id, second)

    assert (Job.objects.get(pk=lost.job_id).state, Job.objects.get(pk=lost.job_id).reason) == ("withdrawn", "reassigned")
    assert live_job(pickup_id).contract_id == second.contract_id
    after = Pickup.objects.get(pk=pickup_id)
    assert (after.collector_id, after.version) == (second.actor.organisation_id, before.version + 1)
    held = Allotment.objects.filter(object_id=pickup_id, contract=first.contract_id).values_list("amount", flat=True)
    assert sorted(held) == [-2 * TONNE, 2 * TONNE]
    assert "offer.withdrawn" in told(first.actor.user_id)
    assert verbs(pickup_id) == ["pickup.submit", "pickup.offer", "offer.accept", "pickup.assign"]
    with pytest.raises(OfferAlreadyTaken):
        scene.accept(first, pickup_id)
