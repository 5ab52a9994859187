"""A generator asks: what is said before, what is written down, and everything that is refused, at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from collection.audit.models import AuditLine, StateChange
from collection.contracts.models import Allotment
from collection.dispatch import operations as dispatch, queries
from collection.dispatch.models import Job, Offer
from collection.dispatch.operations import ForeignOrigin, NotEnrolled
from collection.kernel.actor import HOUSE
from collection.kernel.clock import frozen
from collection.kernel.ids import uuid7
from collection.kernel.refusals import IdTaken, NotFound, StaleVersion, Unprocessable, WrongState
from collection.pickups.models import Declared, Pickup
from tests import cast
from tests.cast import ALMATY, TONNE

pytestmark = pytest.mark.django_db


def submit(scene, by=None, **changes):
    return dispatch.submit_pickup(actor=by or scene.generator.actor, at=scene.at, new=scene.request(**changes))


def check(scene, **changes):
    return dispatch.check_pickup(actor=scene.generator.actor, at=scene.at, new=scene.request(**changes))


def defects(refusal):
    return {one.pointer: one.code for one in refusal.value.defects}


def test_it_is_written_down_with_its_declared_tonnes_one_line_one_notice_and_work(scene, told, work):
    done = submit(scene, note="Қақпа 2", waste_code="150102", occurred_at=scene.at - timedelta(hours=30))
    pickup = Pickup.objects.get(pk=done.pickup.id)
    assert (pickup.state, pickup.declared_g, pickup.category_id, pickup.waste_code_id, pickup.note) == (
        "submitted", 2 * TONNE, "polymer", "150102", "Қақпа 2")
    assert (pickup.region_id, pickup.district_id[:4], pickup.version) == (ALMATY, "7511", 1)
    assert (pickup.submitted_at, pickup.occurred_at) == (scene.at, scene.at - timedelta(hours=30))
    assert pickup.created_by == scene.generator.actor.user_id
    declared = Declared.objects.get(pickup=pickup)
    assert (declared.grams, declared.n, declared.occurred_on, declared.region_id, declared.category_id) == (
        2 * TONNE, 1, date(2026, 3, 2), ALMATY, "polymer")
    line = AuditLine.objects.get(object_id=pickup.id)
    assert (line.verb, line.actor_id, line.after["declared_g"]) == ("pickup.submit", pickup.created_by, 2 * TONNE)
    assert told(pickup.created_by) == ["pickup.submitted"]
    assert work(pickup.id) == ["waiting"]
    assert list(StateChange.objects.filter(object_id=pickup.id).values_list("was", "became")) == [("", "submitted")]


def test_what_the_generator_sees_is_what_was_written(scene):
    seen = submit(scene, note="Қақпа 2").pickup.plain()
    assert seen == queries.pickup(scene.generator.actor, UUID(seen["id"])).plain()
    assert (seen["place"]["point"], seen["place"]["exact"]) == (
        {"type": "Point", "coordinates": [76.9286, 43.2567]}, True)
    assert (seen["submitted_at"], seen["window_from"]) == ("2026-03-02T04:00:00.000000Z", "2026-03-02T08:00:00.000000Z")
    assert (seen["state"], seen["handover_code"], seen["allowed_actions"]) == ("submitted", None, ["cancel"])


def test_submitting_takes_five_statements(scene, django_assert_num_queries):
    with django_assert_num_queries(5):  # judge, write, audit, notice, work
        submit(scene, id=uuid7(scene.at))


def test_before_submission_it_is_told_whether_it_is_payable_and_served(scene):
    assert not check(scene).served
    scene.collector()
    told = check(scene)
    assert (told.payable, told.served, told.reasons, told.region) == (True, True, [], ALMATY)
    assert told.stages == ["collection", "recycling", "transport"]
    assert (Pickup.objects.count(), AuditLine.objects.filter(verb__startswith="pickup").count()) == (0, 0)


@pytest.mark.parametrize(("changes", "reasons"), [
    ({"origin": "central_municipal"}, ["origin_excluded"]),
    ({"origin": "sorting_plant"}, ["origin_excluded"]),
    ({"category": "glass"}, ["not_served"]),
])
def test_what_is_not_paid_for_is_said_and_taken_all_the_same(scene, changes, reasons):
    scene.collector(quotas={"polymer": TONNE})
    told = check(scene, **changes)
    assert (told.payable, told.reasons) == (reasons == ["not_served"], reasons)
    assert submit(scene, **changes).checked == told


def test_a_haulers_own_containers_are_payable_since_the_middle_of_2025(scene):
    for day, payable in ((date(2025, 6, 30), False), (date(2025, 7, 1), True)):
        at = scene.at.replace(year=day.year, month=day.month, day=day.day)
        with frozen(at):
            told = dispatch.check_pickup(actor=scene.generator.actor, at=at, new=scene.request(
                origin="separate_collection", window_from=at, window_to=at + timedelta(hours=2)))
        assert told.payable is payable


def test_a_likely_duplicate_is_pointed_out(scene):
    first = submit(scene).pickup.id
    assert check(scene).duplicates == [first]
    assert check(scene, category="paper").duplicates == []
    after = scene.at + timedelta(days=2)
    assert check(scene, window_from=after, window_to=after + timedelta(hours=1)).duplicates == []
    dispatch.cancel_pickup(actor=scene.generator.actor, at=scene.at, pickup_id=first, reason="mistake")
    assert check(scene).duplicates == []


def test_every_defect_is_named_at_once(scene):
    with pytest.raises(Unprocessable) as refusal:
        submit(scene, category="moon_dust", waste_code="999999", declared_g=40 * TONNE + 1,
               window_from=scene.at + timedelta(days=366), window_to=scene.at - timedelta(hours=1))
    assert [(one.pointer, one.code) for one in refusal.value.defects] == [
        ("/category", "unknown_category"), ("/waste_code", "unknown_waste_code"), ("/declared_g", "over_road_limit"),
        ("/window_to", "window_ends_before_it_starts"), ("/window_to", "window_is_past"),
        ("/window_from", "too_far_ahead")]
    assert not Pickup.objects.exists()


@pytest.mark.parametrize(("window", "code"), [
    (("-26h", "-24h"), {"/window_to": "window_is_past"}),  # yesterday
    (("+5y", "+5y+2h"), {"/window_from": "too_far_ahead"}),
    (("+4h", "+3h"), {"/window_to": "window_ends_before_it_starts"}),
    (("+4h", "+4h"), {"/window_to": "window_ends_before_it_starts"}),
])
def test_windows_that_cannot_be_kept(scene, window, code):
    """B44."""
    hours = {"-26h": -26, "-24h": -24, "+5y": 5 * 8766, "+5y+2h": 5 * 8766 + 2, "+4h": 4, "+3h": 3}
    start, end = (scene.at + timedelta(hours=hours[one]) for one in window)
    with pytest.raises(Unprocessable) as refusal:
        submit(scene, window_from=start, window_to=end)
    assert defects(refusal) == code
    with pytest.raises(Unprocessable) as refusal:
        check(scene, window_from=start, window_to=end)
    assert defects(refusal) == code


def test_forty_tonnes_go_on_one_lorry_and_a_gram_more_does_not(scene):
    """B12."""
    assert submit(scene, declared_g=40 * TONNE).pickup.state == "submitted"
    with pytest.raises(Unprocessable) as refusal:
        submit(scene, declared_g=40 * TONNE + 1)
    assert defects(refusal) == {"/declared_g": "over_road_limit"}


def test_a_code_of_another_category(scene):
    with pytest.raises(Unprocessable) as refusal:
        submit(scene, waste_code="150107")  # glass packaging
    assert defects(refusal) == {"/waste_code": "code_not_in_category"}


def test_waste_from_abroad_is_refused(scene):
    with pytest.raises(ForeignOrigin):
        submit(scene, origin="foreign")
    with pytest.raises(ForeignOrigin):
        check(scene, origin="foreign")


def test_a_stranger_s_site_is_no_site(scene):
    for site in (scene.stranger.site_id, uuid7(scene.at)):
        with pytest.raises(NotFound) as refusal:
            submit(scene, site_id=site)
        assert defects(refusal) == {"/site_id": "not_found"}


def test_only_those_enrolled_may_ask(scene):
    other = cast.Scene()
    with pytest.raises(NotEnrolled):
        submit(scene, programme=other.code)
    with pytest.raises(NotFound):
        submit(scene, programme="no-such-programme")


def test_outside_the_programme_s_period(scene):
    short = cast.Scene(ends_on=date(2026, 3, 2))
    assert short.submit()
    with pytest.raises(Unprocessable) as refusal:
        short.submit(window_from=short.at + timedelta(hours=16), window_to=short.at + timedelta(hours=18))  # past midnight
    assert defects(refusal) == {"/window_from": "outside_programme_period"}


def test_an_officer_asks_for_a_generator_and_the_line_says_who(scene, told):
    done = submit(scene, by=scene.manager)
    pickup = Pickup.objects.get(pk=done.pickup.id)
    assert (pickup.generator_id, pickup.created_by) == (scene.generator.actor.organisation_id, scene.manager.user_id)
    assert AuditLine.objects.get(object_id=pickup.id).actor_role == "manager"
    assert told(scene.generator.actor.user_id) == ["pickup.submitted"]
    assert told(scene.manager.user_id) == []


def test_the_phone_s_own_id_said_again_answers_as_the_first_time(scene, told):
    mine = uuid7(scene.at)
    first, again = submit(scene, id=mine), submit(scene, id=mine)
    assert (first.replayed, again.replayed) == (False, True)
    assert first.pickup.plain() == again.pickup.plain()
    assert (Pickup.objects.count(), Declared.objects.count()) == (1, 1)
    assert told(scene.generator.actor.user_id) == ["pickup.submitted"]
    for changes in ({"declared_g": 1}, {"mass_assumed": True}, {"note": "x"}, {"category": "paper"}):
        with pytest.raises(IdTaken):
            submit(scene, id=mine, **changes)


def test_another_s_id_is_taken_and_nothing_is_learnt(scene):
    mine = uuid7(scene.at)
    submit(scene, id=mine)
    with pytest.raises(IdTaken) as refusal:
        submit(scene, by=scene.stranger.actor, id=mine, site_id=scene.stranger.site_id)
    assert (defects(refusal), refusal.value.fields) == ({"/id": "id_taken"}, {})
    assert Pickup.objects.get().generator_id == scene.generator.actor.organisation_id


def test_an_assumed_mass_is_marked_and_stays_so_in_every_hand(scene):
    near = scene.collector()
    scene.recycler()
    pickup_id = scene.offered(mass_assumed=True)
    assert Pickup.objects.values_list("declared_g", "mass_assumed").get() == (2 * TONNE, True)
    assert AuditLine.objects.get(verb="pickup.submit").after["mass_assumed"] is True
    offers = queries.offers(near.actor)
    job = scene.accept(near, pickup_id).job_id
    seen = [queries.pickup(scene.generator.actor, pickup_id), *offers, queries.job(near.actor, job)]
    assert [one.plain()["mass_assumed"] for one in seen] == [True, True, True]
    assert submit(scene).pickup.plain()["mass_assumed"] is False


def test_a_clock_far_ahead_is_kept_and_flagged(scene):
    assert submit(scene, occurred_at=scene.at + timedelta(days=1)).pickup.plain()["flags"] == ["device_clock_ahead"]
    assert submit(scene, occurred_at=scene.at - timedelta(days=1)).pickup.plain()["flags"] == []


# --- and changes their mind -----------------------------------------------------------------------------------------

def cancel(scene, pickup_id, by=None, version=None):
    return dispatch.cancel_pickup(
        actor=by or scene.generator.actor, at=scene.at, pickup_id=pickup_id, reason="no_longer_needed", version=version)


def test_cancelled_before_anybody_was_asked(scene, verbs, work):
    pickup_id = scene.submit()
    seen = cancel(scene, pickup_id, version=1).plain()
    assert (seen["state"], seen["reason"], seen["allowed_actions"], seen["version"]) == (
        "cancelled", "no_longer_needed", [], 2)
    assert verbs(pickup_id) == ["pickup.submit", "pickup.cancel"]
    assert work(pickup_id) == ["done"]
    assert scene.advance(pickup_id) == "cancelled"


def test_cancelled_while_unserved(scene, verbs):
    pickup_id = scene.submit()
    assert scene.advance(pickup_id) == "unserved"
    assert cancel(scene, pickup_id).state == "cancelled"
    assert verbs(pickup_id) == ["pickup.submit", "pickup.unserved", "pickup.cancel"]


def test_cancelled_while_on_offer_withdraws_the_offers_and_tells(scene, told):
    one, other = scene.collector(km=1), scene.collector(km=2)
    scene.recycler()
    pickup_id = scene.offered()
    cancel(scene, pickup_id)
    assert set(Offer.objects.filter(pickup=pickup_id).values_list("state", flat=True)) == {"withdrawn"}
    assert told(one.actor.user_id) == told(other.actor.user_id) == ["offer.new", "pickup.cancelled"]


def test_cancelled_after_acceptance_gives_everything_back(scene, told, verbs):
    one, plant = scene.collector(), scene.recycler()
    pickup_id = scene.offered()
    accepted = scene.accept(one, pickup_id)
    cancel(scene, pickup_id)
    job = Job.objects.get(pk=accepted.job_id)
    assert (job.state, job.reason) == ("withdrawn", "pickup_cancelled")
    assert Offer.objects.get(pickup=pickup_id).state == "withdrawn"
    assert sum(Allotment.objects.filter(object_id=pickup_id).values_list("amount", flat=True)) == 0
    assert Allotment.objects.filter(object_id=pickup_id).count() == 6  # two quotas and the plant's month, and back
    assert told(one.actor.user_id) == ["offer.new", "pickup.cancelled"]
    assert told(plant.actor.user_id) == ["pickup.cancelled", "pickup.inbound"]
    assert verbs(pickup_id) == ["pickup.submit", "pickup.offer", "offer.accept", "pickup.cancel"]


def test_over_is_over(scene):
    """B66."""
    one, _ = scene.collector(), scene.recycler()
    pickup_id = scene.offered()
    dispatch.fail_job(actor=one.actor, at=scene.at, job_id=scene.accept(one, pickup_id).job_id, kind="nobody_there")
    with pytest.raises(WrongState) as refusal:
        cancel(scene, pickup_id)
    assert refusal.value.fields == {"state": "failed", "allowed_actions": []}


def test_whose_it_is_and_which_version(scene):
    pickup_id = scene.submit()
    for who in (scene.stranger.actor, replace(scene.stranger.actor, role="collector_admin")):
        with pytest.raises(NotFound):
            cancel(scene, pickup_id, by=who)
    with pytest.raises(StaleVersion):
        cancel(scene, pickup_id, version=7)
    assert cancel(scene, pickup_id, by=scene.manager, version=1).state == "cancelled"
    with pytest.raises(NotFound):
        cancel(scene, uuid7(scene.at), by=HOUSE)
