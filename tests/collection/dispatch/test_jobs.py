"""On the road: setting out, arriving, what goes wrong, giving it back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from collection.audit.models import AuditLine
from collection.contracts.models import Allotment
from collection.dispatch import operations as dispatch, queries
from collection.dispatch.models import Incident, IncidentPhoto, Job, Offer
from collection.kernel.ids import uuid7
from collection.kernel.refusals import NotFound, StaleVersion, Unprocessable, WrongState
from collection.pickups.models import Pickup, Upload
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def play(scene):
    """A pickup accepted by the nearer of two collectors."""
    class Play:
        near, far, plant = scene.collector(km=1), scene.collector(km=2), scene.recycler()
        pickup_id = scene.offered()
        job_id = scene.accept(near, pickup_id).job_id

        @property
        def job(self):
            return Job.objects.get(pk=self.job_id)

        @property
        def pickup(self):
            return Pickup.objects.get(pk=self.pickup_id)

        def do(self, verb, by=None, **more):
            return getattr(dispatch, verb)(actor=by or self.near.actor, at=scene.at, job_id=self.job_id, **more)

    return Play()


def test_setting_out_and_arriving(play, verbs, told, scene):
    before = play.pickup.version
    assert play.do("move_job", to="en_route").plain()["allowed_actions"] == [
        "arrive", "collect", "withdraw", "fail", "assign_driver", "report_incident"]
    assert play.do("move_job", to="arrived").state == "arrived"
    assert (play.job.state, play.job.version) == ("arrived", 3)
    assert play.pickup.version == before + 2  # whoever polls the pickup sees that something happened
    assert verbs(play.job_id) == ["job.en_route", "job.arrived"]
    assert told(scene.generator.actor.user_id)[:2] == ["job.arrived", "job.en_route"]
    steps = [(one.of, one.step) for one in queries.timeline(play.pickup_id)]
    assert steps == [("pickup", "submitted"), ("pickup", "offered"), ("job", "assigned"), ("pickup", "accepted"),
                     ("job", "en_route"), ("job", "arrived")]


def test_said_twice_changes_nothing_and_there_is_no_way_back(play, verbs):
    for _ in range(2):
        assert play.do("move_job", to="arrived").state == "arrived"
    assert (play.job.version, verbs(play.job_id)) == (2, ["job.arrived"])
    with pytest.raises(WrongState) as refusal:
        play.do("move_job", to="en_route")
    assert refusal.value.fields["state"] == "arrived"
    assert "collect" in refusal.value.fields["allowed_actions"]


def test_the_collector_names_driver_and_lorry_and_then_the_driver_sees_it(play, verbs, told):
    driver = cast.member(play.near.actor.organisation_id, "driver")
    with pytest.raises(NotFound):
        play.do("move_job", by=driver, to="en_route")
    seen = play.do("assign_driver", driver_id=driver.user_id, vehicle_id=play.near.vehicle_id, version=1).plain()
    assert (seen["driver_id"], seen["vehicle"]["id"]) == (str(driver.user_id), str(play.near.vehicle_id))
    assert (play.pickup.driver_id, play.pickup.vehicle_id) == (driver.user_id, play.near.vehicle_id)
    assert told(driver.user_id) == ["job.assigned"]
    assert play.do("move_job", by=driver, to="en_route").state == "en_route"
    assert verbs(play.job_id) == ["job.assign_driver", "job.en_route"]
    other = cast.member(play.near.actor.organisation_id, "driver")
    play.do("assign_driver", driver_id=other.user_id, vehicle_id=play.near.vehicle_id)
    with pytest.raises(NotFound):
        play.do("move_job", by=driver, to="arrived")  # no longer theirs


def test_a_stranger_s_driver_or_lorry_is_not_there(play, scene):
    theirs = cast.member(play.far.actor.organisation_id, "driver")
    with pytest.raises(NotFound) as refusal:
        play.do("assign_driver", driver_id=theirs.user_id, vehicle_id=play.far.vehicle_id)
    assert {one.pointer for one in refusal.value.defects} == {"/driver_id", "/vehicle_id"}
    recycling = cast.member(play.near.actor.organisation_id, "recycler")
    with pytest.raises(NotFound):
        play.do("assign_driver", driver_id=recycling.user_id, vehicle_id=play.near.vehicle_id)
    with pytest.raises(StaleVersion):
        play.do("assign_driver", driver_id=theirs.user_id, vehicle_id=play.near.vehicle_id, version=9)


@pytest.mark.parametrize("verb", ["move_job", "withdraw_job", "fail_job", "report_incident"])
def test_another_s_job_is_not_there(play, scene, verb):
    more = {"move_job": {"to": "en_route"}, "withdraw_job": {"reason": "other"}}.get(verb, {"kind": "unsafe"})
    for who in (play.far.actor, play.plant.actor, scene.generator.actor, scene.stranger.actor):
        with pytest.raises(NotFound):
            play.do(verb, by=who, **more)
    with pytest.raises(NotFound):
        getattr(dispatch, verb)(actor=play.near.actor, at=scene.at, job_id=uuid7(scene.at), **more)


def test_an_incident_keeps_both_clocks_and_the_job_goes_on(play, scene, verbs, told):
    by_the_phone = scene.at + timedelta(days=1)  # a phone a day ahead (B46): both times are kept
    seen = play.do("report_incident", kind="nobody_there", note="Қақпа жабық", occurred_at=by_the_phone).plain()
    incident = Incident.objects.get(job=play.job_id)
    assert (incident.occurred_at, incident.recorded_at, incident.kind) == (by_the_phone, scene.at, "nobody_there")
    assert seen["incidents"][0] | {"id": None} == {
        "id": None, "kind": "nobody_there", "note": "Қақпа жабық", "occurred_at": "2026-03-03T04:00:00.000000Z",
        "recorded_at": "2026-03-02T04:00:00.000000Z", "photos": []}
    assert (seen["state"], play.job.version, verbs(play.job_id)) == ("assigned", 2, ["job.incident"])
    assert "job.incident" in told(scene.generator.actor.user_id)


def test_a_wasted_journey_ends_both_with_its_evidence(play, scene, verbs, told):
    play.do("fail_job", kind="wrong_waste", note="қоқыс", version=1)
    assert (play.job.state, play.job.reason, play.job.ended_at) == ("failed", "wrong_waste", scene.at)
    assert (play.pickup.state, play.pickup.reason) == ("failed", "wrong_waste")
    assert Incident.objects.get(job=play.job_id).note == "қоқыс"
    assert sum(Allotment.objects.filter(object_id=play.pickup_id).values_list("amount", flat=True)) == 0
    assert verbs(play.job_id, play.pickup_id)[-1] == "job.fail"
    assert "job.failed" in told(scene.generator.actor.user_id)
    for verb, more in (("withdraw_job", {"reason": "other"}), ("fail_job", {"kind": "unsafe"}),
                       ("move_job", {"to": "arrived"}), ("report_incident", {"kind": "unsafe"})):
        with pytest.raises(WrongState) as refusal:
            play.do(verb, **more)
        assert refusal.value.fields == {"state": "failed", "allowed_actions": []}


def test_given_back_it_is_offered_to_others_and_another_may_win(play, scene, verbs, told, work):
    third = scene.collector(km=5)
    play.do("withdraw_job", reason="breakdown", version=1)
    pickup = play.pickup
    assert (pickup.state, pickup.collector_id, pickup.recycler_id, pickup.handover_code, pickup.accepted_at) == (
        "submitted", None, None, "", None)
    assert (play.job.state, play.job.reason) == ("withdrawn", "breakdown")
    assert sum(Allotment.objects.filter(object_id=play.pickup_id).values_list("amount", flat=True)) == 0
    assert verbs(play.job_id) == ["job.withdraw"]
    assert "job.withdrawn" in told(scene.generator.actor.user_id)
    assert work(play.pickup_id)[-1] == "waiting"

    assert scene.advance(play.pickup_id) == "offered"
    assert list(Offer.objects.filter(pickup=play.pickup_id, state="open").values_list("contract_id", flat=True)) == [
        third.contract_id]  # near gave it back, far was asked in the first wave
    again = scene.accept(third, play.pickup_id)
    assert again.job_id != play.job_id
    assert dict(Job.objects.filter(pickup=play.pickup_id).values_list("contract_id", "state")) == {
        play.near.contract_id: "withdrawn", third.contract_id: "assigned"}


def test_whoever_gave_it_back_no_longer_sees_where(play):
    assert queries.job(play.near.actor, play.job_id).plain()["place"]["address"] == "Абай 1"
    seen = play.do("withdraw_job", reason="other").plain()
    assert (seen["place"]["exact"], seen["place"]["address"], seen["note"]) == (False, None, None)
    with pytest.raises(NotFound):
        queries.pickup(play.near.actor, play.pickup_id)


SHA = "ab" * 32


def photo(actor, state="stored"):
    pk = uuid7(cast.AT)
    Upload.objects.create(id=pk, organisation_id=actor.organisation_id, content_type="image/jpeg", size=1, sha256=SHA,
                          state=state, created_at=cast.AT)
    return pk


@pytest.mark.parametrize("verb", ["report_incident", "fail_job"])
def test_what_went_wrong_is_shown_by_photos_kept_with_their_hashes(play, scene, verb):
    mine = photo(play.near.actor)
    seen = play.do(verb, kind="no_access", upload_ids=[mine]).plain()
    assert seen["incidents"][0]["photos"] == [{"upload_id": str(mine), "sha256": SHA}]
    assert list(IncidentPhoto.objects.values_list("incident__job_id", "upload_id", "sha256")) == [(play.job_id, mine, SHA)]
    assert AuditLine.objects.get(object_id=play.job_id).after["photos"] == [SHA]


@pytest.mark.parametrize("verb", ["report_incident", "fail_job"])
def test_evidence_is_ones_own_and_there(play, scene, verb):
    mine = photo(play.near.actor)
    with pytest.raises(Unprocessable) as refused:
        play.do(verb, kind="no_access", upload_ids=[
            photo(play.far.actor), uuid7(scene.at), photo(play.near.actor, state="announced"), mine, mine])
    assert [(one.pointer, one.code) for one in refused.value.defects] == [
        ("/upload_ids/0", "not_found"), ("/upload_ids/1", "not_found"), ("/upload_ids/2", "photo_not_stored"),
        ("/upload_ids/4", "duplicate")]


@pytest.mark.parametrize("changes", [{"sha256": "b" * 64}, {"state": "announced"}])
def test_the_database_knows_evidence_too(play, scene, changes):
    play.do("report_incident", kind="no_access")
    upload = photo(play.near.actor, state=changes.get("state", "stored"))
    with pytest.raises(IntegrityError, match="evidence is a stored photo"), transaction.atomic():
        IncidentPhoto.objects.create(incident=Incident.objects.get(), upload_id=upload, sha256=changes.get("sha256", SHA))
