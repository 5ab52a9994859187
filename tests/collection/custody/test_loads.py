"""Who takes what from where."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from collection.contracts import operations as contracts
from collection.custody import operations as custody
from collection.custody.models import Consignment, Signature, TransportSheet
from collection.dispatch.models import Job
from collection.kernel.actor import HOUSE
from collection.kernel.ids import uuid7
from collection.kernel.refusals import IdTaken, NotFound, StaleVersion, Unprocessable, WrongState
from collection.pickups.models import Pickup
from collection.registry.steps import OutsideCountry
from tests import cast
from tests.collection.custody.refusing import refused


@pytest.fixture
def job(scene, haul):
    """An accepted pickup, to be fetched by the collector's driver."""
    accepted = scene.accept(haul.collector, scene.offered())
    Job.objects.filter(pk=accepted.job_id).update(driver_id=haul.driver.user_id)
    return Job.objects.select_related("pickup").get(pk=accepted.job_id)


def collect(haul, job, **changes):
    return custody.Load(**{"loaded_at": cast.AT, "job_id": job.pk, "handover_code": job.pickup.handover_code,
                           "vehicle_id": haul.collector.vehicle_id} | changes)


def test_the_driver_collects_with_the_generators_code(scene, haul, job, verbs, told):
    made = custody.load(actor=haul.driver, at=cast.AT, loads=[collect(haul, job)])[0]
    load = Consignment.objects.get(pk=made.id)
    pickup = Pickup.objects.get(pk=job.pickup_id)
    assert (made.pickup_id, made.number, made.state) == (pickup.pk, load.number, "loaded")
    for same in ("programme_id", "category_id", "waste_code_id", "origin", "generator_id", "region_id", "district_id",
                 "collector_id", "collector_contract_id", "recycler_id", "recycler_contract_id", "facility_id"):
        assert getattr(load, same) == getattr(pickup, same), same
    assert load.driver_id == haul.driver.user_id
    assert (pickup.state, Job.objects.get(pk=job.pk).state) == ("fulfilled", "done")
    sheet = TransportSheet.objects.get(consignment=load)
    assert sheet.plate[3:6] == "ABC"
    assert set(Signature.objects.values_list("party", "method")) == {("generator", "code"), ("driver", "session")}
    assert verbs(load.pk) == ["consignment.load"]
    assert told(scene.generator.actor.user_id, load.pk) == ["consignment.loaded"]
    assert told(haul.recycler.actor.user_id, load.pk) == ["consignment.loaded"]
    assert told(haul.driver.user_id, load.pk) == []


def test_a_wrong_code_moves_nothing(haul, job):
    wrong = f"{(int(job.pickup.handover_code) + 1) % 10**6:06d}"
    with refused(custody.HandoverCodeWrong, handover_code="handover_code_wrong"):
        custody.load(actor=haul.driver, at=cast.AT, loads=[collect(haul, job, handover_code=wrong)])
    assert not Consignment.objects.exists()
    assert Job.objects.get(pk=job.pk).state == "assigned"


def test_a_job_is_collected_once_and_by_its_own_driver(scene, haul, job):
    with refused(NotFound):
        custody.load(actor=cast.member(haul.collector.actor.organisation_id, "driver"), at=cast.AT,
                     loads=[collect(haul, job)])
    with refused(NotFound):
        custody.load(actor=haul.recycler.actor, at=cast.AT, loads=[collect(haul, job)])
    with refused(StaleVersion):
        custody.load(actor=haul.driver, at=cast.AT, loads=[collect(haul, job, version=job.version + 1)])
    custody.load(actor=haul.driver, at=cast.AT, loads=[collect(haul, job, version=job.version)])
    with refused(WrongState):
        custody.load(actor=haul.driver, at=cast.AT, loads=[collect(haul, job)])
    assert Consignment.objects.count() == 1


def test_an_own_load_knows_its_region_by_its_point(scene, haul):
    lorry = haul.lorry()
    made = custody.load(actor=haul.driver, at=cast.AT, loads=[haul.load(cast.AT, vehicle_id=lorry, plate="")])[0]
    load = Consignment.objects.get(pk=made.id)
    assert (load.region_id, load.generator_id, load.driver_id) == (cast.ALMATY, None, haul.driver.user_id)
    assert load.facility_id == haul.recycler.facility_id
    assert list(Signature.objects.filter(consignment=load).values_list("party", flat=True)) == ["driver"]


def test_an_own_load_from_a_registered_site_has_a_generator(scene, haul):
    site = {"site_id": scene.generator.site_id, "point": None}
    with refused(NotFound):  # a site the collector was never sent to is nobody's business
        custody.load(actor=haul.collector.actor, at=cast.AT, loads=[haul.load(cast.AT, **site)])
    scene.accept(haul.collector, scene.offered())
    made = custody.load(actor=haul.collector.actor, at=cast.AT, loads=[haul.load(cast.AT, **site)])[0]
    assert Consignment.objects.get(pk=made.id).generator_id == scene.generator.actor.organisation_id


def test_everything_wrong_with_a_list_is_said_at_once(scene, haul):
    stale = scene.collector(valid_to=date(2025, 12, 31))
    loads = [
        haul.load(cast.AT),
        haul.load(cast.AT, origin="foreign"),
        haul.load(cast.AT, category="glass"),
        haul.load(cast.AT, waste_code="160103"),
        haul.load(cast.AT, plate=""),
        haul.load(cast.AT, plate="нет"),
        haul.load(cast.AT, vehicle_id=stale.vehicle_id),
        haul.load(cast.AT, point=None),
        haul.load(cast.AT, point=(cast.SHOP[1], cast.SHOP[0])),
        haul.load(cast.AT + timedelta(days=2)),
        haul.load(cast.AT, collector_contract_id=haul.recycler.contract_id),
        haul.load(cast.AT, collector_contract_id=stale.contract_id),
    ]
    with pytest.raises(Unprocessable) as caught:
        custody.load(actor=HOUSE, at=cast.AT, loads=loads)
    assert sorted((one.pointer, one.code) for one in caught.value.defects) == sorted([
        ("/1/origin", "foreign_origin"),
        ("/2/collector_contract_id", "category_not_in_contract"),
        ("/2/recycler_contract_id", "category_not_in_contract"),
        ("/3/waste_code", "code_not_in_category"),
        ("/4/plate", "plate_needed"), ("/5/plate", "plate_invalid"),
        ("/6/vehicle_id", "not_found"),
        ("/7/site_id", "place_needed"), ("/8/point", "outside_country"),
        ("/9/loaded_at", "occurred_in_future"),
        ("/10/collector_contract_id", "wrong_kind"),
        ("/11/collector_contract_id", "contract_not_live"),
    ])
    assert not Consignment.objects.exists()


@pytest.mark.parametrize(("changes", "refusal"), [
    ({"origin": "foreign"}, custody.ForeignOrigin), ({"point": (0.0, 0.0)}, OutsideCountry),
])
def test_one_sort_of_wrong_is_refused_by_its_own_name(haul, changes, refusal):
    with refused(refusal):
        custody.load(actor=HOUSE, at=cast.AT, loads=[haul.load(cast.AT, **changes)])


def test_a_suspended_contract_takes_no_new_load_but_finishes_the_open_one(scene, haul):
    open_load = haul.loaded(cast.AT)[0]
    contracts.suspend_contract(actor=scene.manager, at=cast.AT, contract_id=haul.collector.contract_id, reason="papers")
    with refused(Unprocessable, collector_contract_id="contract_not_live"):
        custody.load(actor=haul.collector.actor, at=cast.AT, loads=[haul.load(cast.AT)])
    custody.weigh(actor=HOUSE, at=cast.AT, tickets=[haul.ticket(open_load, cast.AT, 10**6)])
    assert Consignment.objects.get(pk=open_load).state == "weighed"


def test_strangers_contracts_are_not_found(scene, haul):
    for name in ("collector_contract_id", "recycler_contract_id"):
        other = cast.Scene(at=cast.AT)
        foreign = other.collector() if name.startswith("collector") else other.recycler()
        with refused(NotFound, **{name: "not_found"}):
            custody.load(actor=haul.collector.actor, at=cast.AT,
                         loads=[haul.load(cast.AT, **{name: foreign.contract_id})])


def test_b51_a_phones_own_id_is_taken_once(scene, haul):
    load = replace(haul.load(cast.AT), id=uuid7(cast.AT))
    [first] = custody.load(actor=HOUSE, at=cast.AT, loads=[load])
    assert (first.id, first.replayed) == (load.id, False)
    later = cast.AT + timedelta(minutes=5)
    [again] = custody.load(actor=haul.collector.actor, at=later, loads=[load])
    assert again == replace(first, replayed=True)
    for other in (replace(load, loaded_at=cast.AT - timedelta(seconds=1)), replace(load, plate="777AAA01"),
                  replace(load, site_id=None, point=(71.43, 51.13))):
        with refused(IdTaken):
            custody.load(actor=HOUSE, at=later, loads=[other])
    with refused(IdTaken):  # another company learns no more than that
        custody.load(actor=scene.collector().actor, at=later, loads=[load])
    assert (Consignment.objects.count(), TransportSheet.objects.count()) == (1, 1)


def test_b51_a_driver_who_lost_the_answer_collects_once(haul, job):
    load = collect(haul, job, id=uuid7(cast.AT))
    [first] = custody.load(actor=haul.driver, at=cast.AT, loads=[load])
    assert custody.load(actor=haul.driver, at=cast.AT, loads=[load]) == [replace(first, replayed=True)]
    assert Consignment.objects.count() == 1
