"""Who sees what of a pickup, an offer and a job; the addresses and the hand-over code above all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from collection.accounts.rights import MEMBER_ROLES
from collection.dispatch import operations as dispatch, queries
from collection.kernel.actor import Actor
from collection.kernel.clock import frozen
from collection.kernel.refusals import NotFound
from collection.pickups.models import Pickup
from tests import cast
from tests.cast import TONNE

pytestmark = pytest.mark.django_db


@pytest.fixture
def play(scene):
    """Three pickups: on offer, accepted by `one`, and unserved glass."""
    class Play:
        one, rival, plant = scene.collector(km=1), scene.collector(km=2), scene.recycler()
        on_offer = scene.offered(note="Ключ у сторожа")
        taken = scene.offered(note="Ключ у сторожа")
        job_id = scene.accept(one, taken).job_id
        glass = scene.submit(category="glass")
        driver = cast.member(one.actor.organisation_id, "driver")

    scene.advance(Play.glass)
    return Play


def ids(seen):
    return [one.id for one in seen]


def look(actor, pickup_id):
    return queries.pickup(actor, pickup_id).plain()


def test_the_generator_sees_its_own_newest_first(scene, play):
    assert set(ids(queries.pickups(scene.generator.actor))) == {play.on_offer, play.taken, play.glass}
    assert queries.pickups(scene.stranger.actor) == []
    for pickup_id in (play.on_offer, play.taken, play.glass):
        with pytest.raises(NotFound):
            look(scene.stranger.actor, pickup_id)


def test_only_the_generator_ever_sees_the_code(scene, play):
    code = Pickup.objects.get(pk=play.taken).handover_code
    assert look(scene.generator.actor, play.taken)["handover_code"] == code
    dispatch.assign_driver(actor=play.one.actor, at=scene.at, job_id=play.job_id, driver_id=play.driver.user_id,
                           vehicle_id=play.one.vehicle_id)
    everybody_else = [play.one.actor, play.driver, play.plant.actor, *(
        replace(scene.manager, role=role) for role in ("manager", "finance", "inspector", "auditor", "support"))]
    for actor in everybody_else:
        for seen in (queries.pickup(actor, play.taken), queries.job(actor, play.job_id)):
            assert f'"{code}"' not in seen.json
        assert all(f'"{code}"' not in seen.json for seen in queries.pickups(actor))
    assert look(scene.generator.actor, play.on_offer)["handover_code"] is None


def test_on_offer_a_collector_sees_what_and_roughly_where(scene, play):
    seen = look(play.rival.actor, play.on_offer)
    assert seen["place"] == {
        "region": cast.ALMATY, "district": seen["place"]["district"], "exact": False,
        "point": {"type": "Point", "coordinates": [76.93, 43.26]}, "name": None, "address": None}
    assert (seen["generator"], seen["site_id"], seen["note"], seen["photo_ids"]) == (None, None, None, None)
    assert (seen["category"], seen["declared_g"], seen["allowed_actions"]) == ("polymer", 2 * TONNE, [])
    [offer] = queries.offers(play.rival.actor, filters={"state": "open"})
    assert (offer.plain()["place"], offer.plain()["allowed_actions"]) == (seen["place"], ["accept", "decline"])
    for secret in ("Абай", "сторож", str(scene.generator.actor.organisation_id), "76.9286", "Дүкен"):
        assert secret not in offer.json
        assert secret not in queries.pickup(play.rival.actor, play.on_offer).json


def test_once_accepted_the_winner_sees_all_and_the_rival_nothing(scene, play):
    seen = look(play.one.actor, play.taken)
    assert (seen["place"]["address"], seen["note"], seen["place"]["exact"]) == ("Абай 1", "Ключ у сторожа", True)
    assert seen["generator"]["id"] == str(scene.generator.actor.organisation_id)
    with pytest.raises(NotFound):
        look(play.rival.actor, play.taken)
    assert ids(queries.pickups(play.rival.actor)) == [play.on_offer]
    assert set(ids(queries.pickups(play.one.actor))) == {play.on_offer, play.taken}


def test_an_offer_that_has_ended_shows_nothing_any_more(scene, play):
    with frozen(scene.at + timedelta(seconds=900)):
        with pytest.raises(NotFound):
            look(play.rival.actor, play.on_offer)
        assert queries.pickups(play.rival.actor) == []
        lapsed = queries.offers(play.rival.actor, filters={"state": "expired"})
        assert [one.plain()["pickup_id"] for one in lapsed] == [str(play.on_offer)]
        assert lapsed[0].plain()["allowed_actions"] == []


def test_a_driver_sees_what_is_assigned(scene, play):
    assert queries.pickups(play.driver) == [] == queries.jobs(play.driver)
    dispatch.assign_driver(actor=play.one.actor, at=scene.at, job_id=play.job_id, driver_id=play.driver.user_id,
                           vehicle_id=play.one.vehicle_id)
    assert (ids(queries.pickups(play.driver)), ids(queries.jobs(play.driver))) == ([play.taken], [play.job_id])
    seen = queries.job(play.driver, play.job_id).plain()
    assert (seen["place"]["address"], seen["facility"]["id"]) == ("Абай 1", str(play.plant.facility_id))
    assert seen["allowed_actions"] == ["en_route", "arrive", "collect", "fail", "report_incident"]
    other = cast.member(play.one.actor.organisation_id, "driver")
    assert queries.jobs(other) == []


def test_a_recycler_sees_what_is_on_its_way(scene, play):
    for role in ("recycler", "recycler_admin"):
        actor = replace(play.plant.actor, role=role)
        assert (ids(queries.pickups(actor)), ids(queries.jobs(actor))) == ([play.taken], [play.job_id])
        assert queries.job(actor, play.job_id).plain()["allowed_actions"] == []
    dispatch.withdraw_job(actor=play.one.actor, at=scene.at, job_id=play.job_id, reason="other")
    assert queries.pickups(play.plant.actor) == [] == queries.jobs(play.plant.actor)


def test_the_generator_sees_its_jobs_and_a_stranger_none(scene, play):
    assert ids(queries.jobs(scene.generator.actor)) == [play.job_id]
    assert queries.jobs(scene.stranger.actor) == [] == queries.jobs(play.rival.actor)
    with pytest.raises(NotFound):
        queries.job(scene.stranger.actor, play.job_id)
    with pytest.raises(NotFound):
        queries.offer(scene.stranger.actor, scene.offer_of(play.one, play.taken))


def test_staff_sees_all_and_support_masked(scene, play):
    for role in ("manager", "finance", "inspector", "auditor"):
        staff = replace(scene.manager, role=role)
        assert set(ids(queries.pickups(staff))) >= {play.on_offer, play.taken, play.glass}
        assert look(staff, play.taken)["place"]["address"] == "Абай 1"
    support = replace(scene.manager, role="support")
    masked = look(support, play.taken)
    assert (masked["place"]["address"], masked["note"], masked["generator"]) == (None, None, None)
    assert masked["allowed_actions"] == ["cancel", "missed"]
    assert queries.job(support, play.job_id).plain()["place"]["exact"] is False
    assert look(scene.manager, play.on_offer)["allowed_actions"] == ["cancel", "assign"]


def test_nobody_else_sees_anything(scene, play):
    """Every role of an organisation that has no part in it."""
    for role in (*MEMBER_ROLES, "newcomer", "anon"):
        if role in ("manager", "finance", "inspector", "auditor", "support"):
            continue
        actor = Actor(scene.stranger.actor.user_id, scene.stranger.actor.organisation_id, role)
        assert queries.pickups(actor) == queries.offers(actor) == queries.jobs(actor) == []
        with pytest.raises(NotFound):
            look(actor, play.on_offer)
    nobody = Actor(None, None, "collector_admin")
    assert queries.pickups(nobody) == queries.offers(nobody) == queries.jobs(nobody) == []


def test_filters_narrow(scene, play):
    manager = scene.manager
    here = {"programme": scene.code}
    assert set(ids(queries.pickups(manager, filters=here))) == {play.on_offer, play.taken, play.glass}
    assert ids(queries.pickups(manager, filters=here | {"state": "unserved"})) == [play.glass]
    assert ids(queries.pickups(manager, filters=here | {"category": "glass"})) == [play.glass]
    assert queries.pickups(manager, filters=here | {"region": cast.ASTANA}) == []
    assert len(queries.pickups(manager, filters=here | {"region": cast.ALMATY})) == 3
    assert queries.pickups(manager, filters={"programme": "unknown"}) == []
    assert ids(queries.jobs(manager, filters={"pickup": play.taken, "state": "assigned"})) == [play.job_id]
    assert len(queries.offers(manager, filters={"pickup": play.on_offer})) == 2


def test_pages_follow_each_other_without_gap_or_repeat(scene):
    made = [scene.submit(at=scene.at + timedelta(seconds=n // 2)) for n in range(7)]  # some at the same instant
    seen, after = [], None
    while page := queries.pickups(scene.generator.actor, after=after, limit=2):
        seen += ids(page)
        after = (page[-1].at, page[-1].id)
    assert len(seen) == len(set(seen)) == 7 and set(seen) == set(made)
    assert seen == sorted(seen, key=lambda pk: (Pickup.objects.get(pk=pk).submitted_at, pk), reverse=True)


def test_the_unserved_queue_is_longest_waiting_first(scene):
    waiting = [scene.submit(at=scene.at + timedelta(seconds=n)) for n in range(3)]
    for pickup_id in waiting:
        assert scene.advance(pickup_id) == "unserved"
    first = queries.unserved(scene.manager, programme=scene.code, limit=2)
    rest = queries.unserved(scene.manager, programme=scene.code, after=(first[-1].at, first[-1].id))
    assert ids(first) + ids(rest) == waiting


def test_each_list_is_one_statement(scene, play, django_assert_num_queries):
    for listed in (queries.pickups, queries.offers, queries.jobs, queries.unserved):
        for actor in (scene.generator.actor, play.one.actor, play.driver, play.plant.actor, scene.manager):
            with django_assert_num_queries(1):
                listed(actor)
