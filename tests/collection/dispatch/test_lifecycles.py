"""The tables of states are kept by the database: whoever writes, and by whatever means."""

from __future__ import annotations

import itertools

import pytest
from django.db import IntegrityError, connection, transaction

from collection.audit.models import StateChange
from collection.dispatch import operations as dispatch
from collection.dispatch.models import Job, Offer
from collection.dispatch.states import JOB_STEPS, OFFER_STEPS, job_actions, offer_actions, pickup_actions
from collection.pickups.models import Pickup
from collection.pickups.states import PICKUP_STEPS

pytestmark = pytest.mark.django_db

TABLES = {"pickups_pickup": ("pickup", PICKUP_STEPS), "dispatch_offer": ("offer", OFFER_STEPS),
          "dispatch_job": ("job", JOB_STEPS)}
#: What the other constraints ask of a state, so that only the lifecycle can refuse.
FIELDS = {
    "pickups_pickup": "reason = 'x', collector_id = %(org)s, collector_contract_id = CASE WHEN %(state)s IN "
                      "('submitted', 'offered', 'unserved') THEN NULL ELSE %(contract)s::uuid END, accepted_at = now()",
    "dispatch_offer": "reason = 'x', answered_at = CASE WHEN %(state)s = 'open' THEN NULL ELSE now() END",
    "dispatch_job": "reason = 'x'",
}


def put(table, pk, state, actors, *, kept=True):
    """UPDATE by raw SQL; with `kept` False the lifecycle looks away, to set the scene."""
    with connection.cursor() as cursor:
        if not kept:
            cursor.execute("RESET ROLE; SET LOCAL session_replication_role = replica")
        cursor.execute(f"UPDATE {table} SET state = %(state)s, {FIELDS[table]} WHERE id = %(id)s",
                       {"state": state, "id": pk, "org": actors[0], "contract": actors[1]})
        if not kept:
            cursor.execute("SET LOCAL session_replication_role = origin; SET ROLE house_app")


@pytest.fixture
def rows(scene):
    one, _ = scene.collector(), scene.recycler()
    pickup_id = scene.offered()
    accepted = scene.accept(one, pickup_id)
    return {"pickups_pickup": pickup_id, "dispatch_offer": accepted.offer_id, "dispatch_job": accepted.job_id}, (
        one.actor.organisation_id, one.contract_id)


@pytest.mark.parametrize("table", TABLES)
def test_every_step_the_table_does_not_allow_is_refused_by_raw_sql(rows, table):
    ids, actors = rows
    name, steps = TABLES[table]
    for was, became in itertools.permutations(steps, 2):
        put(table, ids[table], was, actors, kept=False)
        changes = StateChange.objects.filter(object_type=name, object_id=ids[table]).count()
        if became in steps[was]:
            put(table, ids[table], became, actors)
            last = StateChange.objects.filter(object_id=ids[table]).latest("id")
            assert (last.was, last.became) == (was, became)
        else:
            with pytest.raises(IntegrityError, match=f"may not go from {was} to {became}"), transaction.atomic():
                put(table, ids[table], became, actors)
            assert StateChange.objects.filter(object_type=name, object_id=ids[table]).count() == changes


@pytest.mark.parametrize("sql", [
    "INSERT INTO dispatch_offer SELECT gen_random_uuid(), wave, rank, distance_m, state, offered_at, expires_at, answered_at, "
    "reason, contract_id, facility_id, organisation_id, pickup_id, recycler_contract_id FROM dispatch_offer",
    "INSERT INTO dispatch_job (id, pickup_id, contract_id, organisation_id, state, assigned_at, reason, version) "
    "SELECT gen_random_uuid(), pickup_id, contract_id, organisation_id, state, assigned_at, reason, 1 FROM dispatch_job",
    "UPDATE dispatch_offer SET answered_at = NULL", "UPDATE dispatch_job SET state = 'failed', reason = ''",
    "UPDATE pickups_pickup SET collector_contract_id = NULL", "UPDATE pickups_pickup SET declared_g = 0",
    "UPDATE pickups_pickup SET window_to = window_from", "UPDATE pickups_pickup SET state = 'cancelled', reason = ''",
])
def test_the_tables_refuse_two_winners_and_halves(rows, sql):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("sql", ["UPDATE pickups_declared SET grams = grams + 1", "DELETE FROM pickups_declared",
                                 "DELETE FROM audit_statechange"])
def test_what_was_declared_stays_declared(rows, sql):
    from django.db import DatabaseError
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_every_step_leaves_exactly_one_line(scene, verbs):
    """The whole life of one pickup, with everything going wrong once."""
    from collection.audit.models import AuditLine

    near, far, third = (scene.collector(km=km) for km in (1, 2, 3))
    scene.recycler()
    at, everything = scene.at, lambda: AuditLine.objects.count()

    def one_line(verb, call):
        before = everything()
        done = call()
        lines = list(AuditLine.objects.order_by("id")[before:])
        assert [line.verb for line in lines] == [verb]
        return done

    pickup_id = one_line("pickup.submit", scene.submit)
    one_line("pickup.offer", lambda: scene.advance(pickup_id))
    one_line("offer.decline", lambda: dispatch.decline_offer(
        actor=far.actor, at=at, offer_id=scene.offer_of(far, pickup_id), reason="too_far"))
    job = one_line("offer.accept", lambda: scene.accept(near, pickup_id)).job_id
    one_line("job.withdraw", lambda: dispatch.withdraw_job(actor=near.actor, at=at, job_id=job, reason="breakdown"))
    one_line("pickup.unserved", lambda: scene.advance(pickup_id))
    one_line("pickup.assign", lambda: dispatch.assign_pickup(
        actor=scene.manager, at=at, pickup_id=pickup_id, contract_id=third.contract_id))
    job = Job.objects.get(pickup=pickup_id, state="assigned").id
    one_line("job.assign_driver", lambda: dispatch.assign_driver(
        actor=third.actor, at=at, job_id=job, driver_id=third.actor.user_id, vehicle_id=third.vehicle_id))
    one_line("job.en_route", lambda: dispatch.move_job(actor=third.actor, at=at, job_id=job, to="en_route"))
    one_line("job.incident", lambda: dispatch.report_incident(actor=third.actor, at=at, job_id=job, kind="no_access"))
    one_line("job.arrived", lambda: dispatch.move_job(actor=third.actor, at=at, job_id=job, to="arrived"))
    one_line("job.fail", lambda: dispatch.fail_job(actor=third.actor, at=at, job_id=job, kind="no_access"))
    assert Pickup.objects.get(pk=pickup_id).state == "failed"
    assert set(Offer.objects.filter(pickup=pickup_id).values_list("state", flat=True)) == {
        "declined", "withdrawn", "accepted"}


def test_what_a_role_may_do_next_is_what_the_table_of_rights_says():
    assert offer_actions("collector_admin")["open"] == ["accept", "decline"]
    assert offer_actions("driver")["open"] == ["accept"]
    assert not any(offer_actions("manager").values())
    assert job_actions("driver")["assigned"] == ["en_route", "arrive", "collect", "fail", "report_incident"]
    assert job_actions("manager")["assigned"] == ["assign_driver", "reassign"]
    assert not any(job_actions("recycler").values())
    assert pickup_actions("generator")["accepted"] == ["cancel", "missed"]
    assert pickup_actions("manager")["accepted"] == ["cancel", "missed", "assign"]
    assert not any(pickup_actions("driver").values())
