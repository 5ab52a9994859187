"""A load that takes several trips, and what one lorry could not take."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collection.contracts.models import Allotment
from collection.custody import operations as custody
from collection.custody.models import Consignment, ConsignmentPickup
from collection.dispatch import operations as dispatch
from collection.dispatch.models import Job, Offer
from collection.kernel.actor import HOUSE
from collection.kernel.refusals import Unprocessable, WrongState
from collection.pickups.models import Declared, Pickup
from notifications.models import Notice, OutboxRow
from tests import cast
from tests.collection.custody.refusing import refused

TONNE = cast.TONNE


@pytest.fixture
def taken(scene, haul):
    """`taken(tonnes)`: an accepted pickup of so many tonnes; the collector's largest lorry carries five."""
    def take(tonnes):
        accepted = scene.accept(haul.collector, scene.offered(declared_g=tonnes * TONNE))
        return Job.objects.select_related("pickup").get(pk=accepted.job_id)
    return take


def collect(haul, job, **more):
    return custody.load(actor=haul.collector.actor, at=cast.AT, loads=[custody.Load(**{
        "loaded_at": cast.AT, "job_id": job.pk, "handover_code": job.pickup.handover_code,
        "vehicle_id": haul.collector.vehicle_id} | more)])[0]


def reserved(pickup_id, contractor):
    return sum(Allotment.objects.filter(object_id=pickup_id, contract=contractor.contract_id).values_list("amount", flat=True))


def test_twelve_tonnes_by_a_lorry_of_five_are_three_loads(haul, taken):
    job = taken(12)
    for done, state in ((1, "assigned"), (2, "assigned"), (3, "done")):
        collect(haul, job)
        now = Job.objects.get(pk=job.pk)
        assert (now.trips, now.trips_done, now.state) == (3, done, state)
    assert Pickup.objects.get(pk=job.pickup_id).state == "fulfilled"
    assert ConsignmentPickup.objects.filter(pickup=job.pickup_id).count() == 3
    with refused(WrongState):
        collect(haul, job)
    assert not Pickup.objects.filter(residual_of=job.pickup_id).exists()


def test_the_driver_may_say_that_it_was_the_last_or_that_one_more_follows(haul, taken):
    early, late = taken(12), taken(2)
    collect(haul, early, more_follows=False)
    assert (Job.objects.get(pk=early.pk).state, Job.objects.get(pk=early.pk).trips_done) == ("done", 1)
    collect(haul, late, more_follows=True)
    assert Job.objects.get(pk=late.pk).state == "assigned"
    collect(haul, late, more_follows=False)
    assert Job.objects.get(pk=late.pk).state == "done"


def test_between_trips_what_is_still_to_come_stays_reserved(haul, taken):
    job = taken(12)
    load = collect(haul, job)
    custody.weigh(actor=HOUSE, at=cast.AT, tickets=[haul.ticket(load.id, cast.AT, 5 * TONNE)])
    assert reserved(job.pickup_id, haul.collector) == 7 * TONNE
    assert reserved(load.id, haul.collector) == 5 * TONNE
    last = collect(haul, job, more_follows=False)
    custody.weigh(actor=HOUSE, at=cast.AT, tickets=[haul.ticket(last.id, cast.AT + timedelta(minutes=1), 4 * TONNE)])
    assert reserved(job.pickup_id, haul.collector) == 0
    assert reserved(last.id, haul.collector) == 4 * TONNE


def test_what_stays_there_is_a_request_of_its_own_offered_at_once(scene, haul, taken, verbs):
    job = taken(4)
    declared = Declared.objects.count()
    collect(haul, job, rest_g=1_500_000)
    rest = Pickup.objects.get(residual_of=job.pickup_id)
    first = Pickup.objects.get(pk=job.pickup_id)
    assert (first.state, rest.state, rest.declared_g, rest.handover_code) == ("fulfilled", "submitted", 1_500_000, "")
    for same in ("programme_id", "generator_id", "site_id", "category_id", "waste_code_id", "origin", "region_id",
                 "district_id", "point", "created_by"):
        assert getattr(rest, same) == getattr(first, same), same
    assert rest.number > first.number
    assert (rest.window_from, rest.window_to) == (first.window_from, cast.AT + timedelta(days=3))
    assert Declared.objects.count() == declared  # it was declared once, and is not declared again
    assert reserved(job.pickup_id, haul.collector) == 2_500_000
    assert verbs(rest.pk) == ["pickup.residual"]
    assert Notice.objects.get(event="pickup.residual", object_id=rest.pk).recipient_id == scene.generator.actor.user_id
    assert OutboxRow.objects.get(object_id=rest.pk, task="dispatch.advance").not_before == cast.AT
    assert dispatch.advance(actor=HOUSE, at=cast.AT, pickup_id=rest.pk) == "offered"
    assert Offer.objects.filter(pickup=rest.pk, contract=haul.collector.contract_id).exists()  # asked again like anybody


@pytest.mark.parametrize(("more", "code"), [
    ({"rest_g": 0}, "out_of_range"), ({"rest_g": -1}, "out_of_range"), ({"rest_g": 4 * TONNE}, "out_of_range"),
    ({"rest_g": 1, "more_follows": True}, "more_follows"),
])
def test_a_rest_is_part_of_what_was_declared_and_said_at_the_end(haul, taken, more, code):
    job = taken(4)
    with refused(Unprocessable, rest_g=code):
        collect(haul, job, **more)
    assert not Consignment.objects.exists() and not Pickup.objects.filter(residual_of__isnull=False).exists()
    assert Job.objects.get(pk=job.pk).trips_done == 0
