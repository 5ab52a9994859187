"""A load the recycler refused as a whole goes back, and that closes its sheet; and what else goes wrong on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from collection.custody import operations as custody, queries
from collection.custody.models import Consignment, Fact, Incident, IncidentPhoto, Return
from collection.dispatch.models import Job
from collection.kernel.actor import HOUSE
from collection.kernel.ids import uuid7
from collection.kernel.refusals import NotFound, Unprocessable, WrongState
from collection.pickups.models import Upload
from tests import cast
from tests.collection.custody.haul import TONNE
from tests.collection.custody.refusing import database_refuses, refused

LATER = cast.AT + timedelta(hours=2)
SHA = "a" * 64


def run(sql, params=()):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


@pytest.fixture
def refused_load(scene, haul):
    """A pickup's load that the plant wanted nothing of, and the generator's code."""
    accepted = scene.accept(haul.collector, scene.offered())
    code = Job.objects.select_related("pickup").get(pk=accepted.job_id).pickup.handover_code
    pk = custody.load(actor=haul.collector.actor, at=cast.AT, loads=[custody.Load(
        loaded_at=cast.AT, job_id=accepted.job_id, handover_code=code, vehicle_id=haul.collector.vehicle_id)])[0].id
    custody.weigh(actor=HOUSE, at=cast.AT, tickets=[haul.ticket(pk, cast.AT, 2 * TONNE)])
    custody.deliver(actor=HOUSE, at=cast.AT, consignment_ids=[pk])
    custody.receive(actor=haul.recycler.actor, at=cast.AT, receipts=[custody.NewReceipt(pk, 0, 2 * TONNE, cast.AT, "wet")])
    return pk, code


def back(pk, **changes):
    return custody.NewReturn(**{"consignment_id": pk, "place": "generator", "occurred_at": LATER} | changes)


def bring(haul, new):
    custody.bring_back(actor=haul.collector.actor, at=LATER, returns=[new])


def test_it_goes_back_to_the_generator_whose_code_says_so(scene, haul, refused_load, verbs, told):
    pk, code = refused_load
    assert queries.sheet(haul.collector.actor, pk).closed_by is None
    bring(haul, back(pk, handover_code=code))
    row = Return.objects.get()
    assert (row.place, row.mass_g, row.taken_by, row.brought_by) == (
        "generator", 2 * TONNE, "code", haul.collector.actor.user_id)
    load = queries.consignment(haul.collector.actor, pk)
    assert (load.state, load.allowed_actions) == ("taken_back", ())
    sheet = queries.sheet(haul.collector.actor, pk)
    assert (sheet.closed_by, sheet.closed_at, [one.party for one in sheet.signatures]) == (
        "return", LATER, ["generator", "driver", "recycler"])
    assert queries.timeline(pk)[-1].step == "taken_back"
    assert verbs(pk)[-1] == "consignment.bring_back"
    assert told(scene.generator.actor.user_id, pk)[-1] == "consignment.weighed"
    assert "consignment.taken_back" in told(scene.generator.actor.user_id, pk)
    assert list(Fact.objects.values_list("measure", flat=True)) == ["collected"]  # nothing was received, nothing is paid
    with refused(WrongState):
        custody.sign_sheet(actor=haul.recycler.actor, at=LATER, consignment_id=pk, party="recycler")
    with refused(WrongState):
        bring(haul, back(pk))


def test_what_goes_back_wrongly(haul, refused_load):
    pk, code = refused_load
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for changes, refusal, defect in (
        ({"handover_code": wrong}, custody.HandoverCodeWrong, {"handover_code": "handover_code_wrong"}),
        ({"handover_code": code, "place": "collector"}, custody.HandoverCodeWrong, {"handover_code": "handover_code_wrong"}),
        ({"occurred_at": cast.AT - timedelta(minutes=1)}, Unprocessable, {"occurred_at": "before_receipt"}),
        ({"occurred_at": LATER + timedelta(days=2)}, custody.OccurredInFuture, {"occurred_at": "occurred_in_future"}),
    ):
        with refused(refusal, **defect):
            bring(haul, back(pk, **changes))
    with refused(NotFound):
        custody.bring_back(actor=haul.recycler.actor, at=LATER, returns=[back(pk)])
    assert Consignment.objects.get(pk=pk).state == "returned" and not Return.objects.exists()
    bring(haul, back(pk, place="collector", note="nobody there"))
    assert Return.objects.get().taken_by == "none"


def test_only_what_was_wholly_refused_goes_back(haul):
    taken, on_its_way = haul.received(cast.AT, [TONNE], refused_g=1000)[0], haul.weighed(cast.AT, [TONNE])[0]
    for pk in (taken, on_its_way):
        with refused(WrongState):
            bring(haul, back(pk))
    with refused(Unprocessable, place="no_generator"):
        custody.deliver(actor=HOUSE, at=cast.AT, consignment_ids=[on_its_way])
        custody.receive(actor=HOUSE, at=cast.AT, receipts=[custody.NewReceipt(on_its_way, 0, TONNE, cast.AT, "wet")])
        bring(haul, back(on_its_way))


RETURN = ("INSERT INTO custody_return (consignment_id, place, mass_g, taken_by, note, occurred_at, recorded_at) "
          "VALUES (%s, %s, %s, %s, '', now(), now())")


def test_the_database_knows_returns_too(haul, refused_load):
    pk, _ = refused_load
    taken = haul.received(cast.AT, [TONNE])[0]
    for load, place, mass_g, taken_by, constraint in (
        (pk, "generator", 2 * TONNE - 1, "none", "return_is_of_a_refusal"),
        (taken, "generator", 0, "none", "return_is_of_a_refusal"),
        (pk, "river", 2 * TONNE, "none", "return_is_known"), (pk, "generator", 2 * TONNE, "word", "return_is_known"),
        (pk, "collector", 2 * TONNE, "code", "code_is_the_generators"),
        (pk, "generator", 2 * TONNE, "none", "taken_back_has_return"),
    ):
        with database_refuses(constraint):
            run(RETURN, [load, place, mass_g, taken_by])
            run("SET CONSTRAINTS ALL IMMEDIATE")
    with database_refuses("taken_back_has_return"):
        run("UPDATE custody_consignment SET state = 'taken_back' WHERE id = %s", [pk])
        run("SET CONSTRAINTS ALL IMMEDIATE")
    bring(haul, back(pk))
    with database_refuses("sheet_is_closed"):
        run("INSERT INTO custody_signature (id, consignment_id, party, method, signer_number, certificate_serial, verified_by, "
            "digest, content, container, signed_at, recorded_at) VALUES (gen_random_uuid(), %s, 'generator', 'session', '', '', "
            "'', '', '', '', now(), now())", [pk])
    run("RESET ROLE")
    for sql in ("UPDATE custody_return SET mass_g = 1", "DELETE FROM custody_return"):
        with database_refuses("rows are history"):
            run(sql)


def photo(actor, *, state="stored", sha256=SHA):
    pk = uuid7(cast.AT)
    Upload.objects.create(id=pk, organisation_id=actor.organisation_id, content_type="image/jpeg", size=1, sha256=sha256,
                          state=state, created_at=cast.AT)
    return pk


def happened(pk, **changes):
    return custody.NewIncident(**{"consignment_id": pk, "kind": "spill", "occurred_at": cast.AT, "note": "road 12"} | changes)


def test_an_incident_is_kept_with_the_hash_of_its_photo(scene, haul, verbs, told):
    pk = haul.weighed(cast.AT, [TONNE])[0]
    upload = photo(haul.collector.actor)
    made = custody.report_incident(actor=haul.collector.actor, at=cast.AT, new=happened(pk, upload_ids=[upload]))
    assert list(IncidentPhoto.objects.values_list("incident_id", "upload_id", "sha256")) == [(made, upload, SHA)]
    (seen,) = queries.incidents(haul.recycler.actor, pk)
    assert (seen.kind, seen.note, seen.photos) == ("spill", "road 12", ((upload, SHA),))
    assert Consignment.objects.get(pk=pk).state == "weighed" and verbs(pk)[-1] == "consignment.incident"
    assert "consignment.incident" in told(haul.recycler.actor.user_id, pk)
    with refused(NotFound):
        queries.incidents(scene.stranger.actor, pk)


def test_evidence_is_ones_own_and_there(scene, haul):
    pk, mine = haul.weighed(cast.AT, [TONNE])[0], photo(haul.collector.actor)
    new = happened(pk, upload_ids=[photo(haul.recycler.actor), uuid4(), photo(haul.collector.actor, state="announced"),
                                   mine, mine])
    with refused(Unprocessable, upload_ids__0="not_found", upload_ids__1="not_found", upload_ids__2="photo_not_stored",
                 upload_ids__4="duplicate"):
        custody.report_incident(actor=haul.collector.actor, at=cast.AT, new=new)
    for changes, defect in (({"note": ""}, {"note": "evidence_needed"}),
                            ({"occurred_at": cast.AT - timedelta(days=1)}, {"occurred_at": "before_loading"})):
        with refused(Unprocessable, **defect):
            custody.report_incident(actor=haul.collector.actor, at=cast.AT, new=replace(happened(pk), **changes))
    for actor in (scene.stranger.actor, scene.generator.actor):
        with refused(NotFound):
            custody.report_incident(actor=actor, at=cast.AT, new=happened(pk))
    assert not Incident.objects.exists()


def test_the_database_knows_evidence_too(haul):
    pk = haul.weighed(cast.AT, [TONNE])[0]
    mine, other, announced = (photo(haul.collector.actor, state=state) for state in ("stored", "stored", "announced"))
    made = custody.report_incident(actor=haul.collector.actor, at=cast.AT, new=happened(pk, upload_ids=[mine]))
    insert = "INSERT INTO custody_incidentphoto (incident_id, upload_id, sha256) VALUES (%s, %s, %s)"
    for upload, sha256, constraint in ((other, "b" * 64, "evidence_is_the_photo"), (announced, SHA, "evidence_is_the_photo"),
                                       (mine, SHA, "evidence_once")):
        with database_refuses(constraint):
            run(insert, [made, upload, sha256])
    with database_refuses("load_incident_is_known"):
        run("INSERT INTO custody_incident (id, consignment_id, kind, note, occurred_at, recorded_at) "
            "VALUES (gen_random_uuid(), %s, 'boredom', '', now(), now())", [pk])
    run("RESET ROLE")
    for table in ("incident", "incidentphoto"):
        with database_refuses("rows are history"):
            run(f"DELETE FROM custody_{table}")
