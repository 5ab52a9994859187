"""Nobody came: the request is offered anew, the collector's record says so, and everybody it concerns is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Sum

from collection.audit.models import AuditLine
from collection.contracts.models import Allotment
from collection.dispatch import operations as dispatch
from collection.dispatch.models import Job, Offer
from collection.kernel.clock import frozen
from collection.kernel.refusals import NotFound, StaleVersion, Unprocessable, WrongState
from collection.pickups.models import Pickup
from notifications.models import Notice
from tests import cast
from tests.collection.custody.conftest import haul, scene
from tests.collection.custody.refusing import refused

__all__ = ["haul", "scene"]
pytestmark = pytest.mark.django_db
LATE = cast.AT + timedelta(hours=10)  # the window of the scene's requests ends nine hours after the morning


@pytest.fixture
def accepted(haul):
    pickup_id = haul.scene.offered()
    haul.scene.accept(haul.collector, pickup_id)
    return pickup_id


def missed(haul, pickup_id, at=LATE, **more):
    with frozen(at):
        return dispatch.report_missed(**{
            "actor": haul.scene.generator.actor, "at": at, "pickup_id": pickup_id, "window_from": at + timedelta(hours=1),
            "window_to": at + timedelta(hours=20)} | more)


def test_it_is_offered_to_others_for_another_time(haul, accepted):
    rival = haul.scene.collector(km=9)
    seen = missed(haul, accepted, note="we waited")
    assert seen.state == "submitted"
    row = Pickup.objects.get(pk=accepted)
    assert (row.collector_id, row.handover_code, row.window_to) == (None, "", LATE + timedelta(hours=20))
    job = Job.objects.get(pickup=accepted)
    assert (job.state, job.reason) == ("withdrawn", "missed")
    assert Allotment.objects.filter(object_id=accepted, of="quota").aggregate(grams=Sum("amount"))["grams"] == 0
    line = AuditLine.objects.get(verb="pickup.missed")
    assert (line.before["state"], line.after["state"], line.after["note"]) == ("accepted", "submitted", "we waited")
    told = set(Notice.objects.filter(event="pickup.missed").values_list("recipient_id", flat=True))
    assert {haul.collector.actor.user_id, haul.recycler.actor.user_id, haul.scene.manager.user_id} <= told
    with frozen(LATE):
        assert haul.scene.advance(accepted, at=LATE) == "offered"
    again = set(Offer.objects.filter(pickup=accepted, state="open").values_list("contract_id", flat=True))
    assert again == {rival.contract_id}  # whoever let them wait is not asked again


def test_while_somebody_may_still_come_it_is_not_missed(haul, accepted):
    with pytest.raises(dispatch.WindowNotOver) as no:
        missed(haul, accepted, at=cast.AT + timedelta(hours=8))
    assert no.value.fields["ends_at"].startswith("2026-03-02T13:00")


def test_what_is_loaded_or_over_is_not_missed(haul, accepted):
    Job.objects.filter(pickup=accepted).update(state="done")
    with refused(WrongState):
        missed(haul, accepted)
    waiting = haul.scene.submit()
    with refused(WrongState):
        missed(haul, waiting)


def test_whose_it_is_which_version_and_what_time(haul, accepted):
    with refused(NotFound):
        missed(haul, accepted, actor=haul.scene.stranger.actor)
    with refused(StaleVersion):
        missed(haul, accepted, version=99)
    with pytest.raises(Unprocessable) as no:
        missed(haul, accepted, window_from=LATE - timedelta(hours=3), window_to=LATE - timedelta(hours=4))
    assert {one.code for one in no.value.defects} == {"window_ends_before_it_starts", "window_is_past"}
    with pytest.raises(Unprocessable):
        missed(haul, accepted, window_from=LATE + timedelta(days=500), window_to=LATE + timedelta(days=501))
    assert missed(haul, accepted, actor=haul.scene.manager, version=Pickup.objects.get(pk=accepted).version).state == "submitted"


def test_a_collector_who_lets_people_wait_is_asked_later(haul, accepted):
    """As when a job is given back: of two alike the other one goes first."""
    rival = haul.scene.collector(km=5)
    missed(haul, accepted)
    with frozen(LATE):
        pickup_id = haul.scene.submit(at=LATE, window_from=LATE + timedelta(hours=1), window_to=LATE + timedelta(hours=9))
        haul.scene.advance(pickup_id, at=LATE)
    ranks = dict(Offer.objects.filter(pickup=pickup_id).values_list("contract_id", "rank"))
    assert ranks[rival.contract_id] < ranks[haul.collector.contract_id]
