"""A certificate says what the facts said, once; corrected facts and a revocation are told of it, and nothing else changes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError

from collection.accounts.models import Organisation
from collection.audit.models import AuditLine
from collection.custody import operations as custody, queries
from collection.custody.models import Certificate
from collection.dispatch.models import Job
from collection.kernel.db import execute, transaction
from collection.kernel.ids import uuid7
from collection.kernel.refusals import NotFound, StaleVersion, Unprocessable, WrongState
from tests import cast
from tests.collection.custody.refusing import refused

MARCH, LATER = date(2026, 3, 1), cast.AT + timedelta(days=40)
TONNE = cast.TONNE


@pytest.fixture
def fetched(haul):
    """A load of the scene's shop: net 4.620 t, refused 0.380 t; returns its id."""
    scene, at = haul.scene, haul.scene.at
    job = scene.accept(haul.collector, scene.offered(declared_g=5 * TONNE))
    load_id = uuid7(at)
    custody.load(actor=haul.collector.actor, at=at, loads=[custody.Load(
        loaded_at=at, job_id=job.job_id, vehicle_id=haul.collector.vehicle_id, id=load_id,
        handover_code=Job.objects.get(pk=job.job_id).pickup.handover_code)])
    custody.weigh(actor=haul.recycler.actor, at=at, tickets=[haul.ticket(load_id, at, 4_620_000)])
    custody.deliver(actor=haul.collector.actor, at=at, consignment_ids=[load_id])
    custody.receive(actor=haul.recycler.actor, at=at, receipts=[
        custody.NewReceipt(load_id, 4_240_000, 380_000, at, "impurity")])
    return load_id


def issue(haul, at: datetime = LATER, **more):
    return custody.issue_certificate(**{
        "actor": haul.scene.generator.actor, "at": at, "programme": haul.scene.code, "month_from": MARCH,
        "month_to": MARCH} | more)


def test_it_says_what_was_weighed_accepted_and_processed(haul, fetched):
    first = issue(haul)
    [line] = first.lines
    assert (line.category, line.loads) == ("polymer", 1)
    assert (line.collected_g, line.received_g, line.recycled_g) == (4_620_000, 4_240_000, 0)
    assert first.state == "valid" and len(first.code) == 16 and AuditLine.objects.filter(verb="certificate.issue").count() == 1
    assert issue(haul).id == first.id and Certificate.objects.count() == 1  # nothing has changed: the same paper
    haul.batch(LATER, [fetched], 4_240_000)
    assert queries.certificate(haul.scene.generator.actor, first.id).state == "corrected"
    second = issue(haul)
    assert second.id != first.id and second.lines[0].recycled_g == 4_240_000 and second.number == first.number + 1
    assert [one.id for one in queries.certificates(haul.scene.generator.actor)] == [second.id, first.id]


def test_it_is_ones_own(haul, fetched):
    made = issue(haul)
    with refused(custody.NothingCertified):
        issue(haul, actor=haul.scene.stranger.actor)
    with refused(NotFound):
        queries.certificate(haul.scene.stranger.actor, made.id)
    assert queries.certificate(haul.scene.manager, made.id) == made == queries.certificate_by_code(made.code.lower())
    with refused(NotFound):
        queries.certificate_by_code("0" * 16)


def test_a_revocation_is_told_and_final(haul, fetched):
    made = issue(haul)
    with refused(StaleVersion):
        custody.revoke_certificate(actor=haul.scene.manager, at=LATER, certificate_id=made.id, reason="x", version=9)
    taken = custody.revoke_certificate(actor=haul.scene.manager, at=LATER, certificate_id=made.id, reason="issued in error",
                                       version=1)
    assert (taken.state, taken.reason, taken.version) == ("revoked", "issued in error", 2)
    assert queries.certificate_by_code(made.code).state == "revoked"
    with refused(WrongState):
        custody.revoke_certificate(actor=haul.scene.manager, at=LATER, certificate_id=made.id, reason="again")
    assert issue(haul).id != made.id  # a revoked paper is not given again


@pytest.mark.parametrize(("months", "code"), [
    ({"month_to": date(2026, 4, 1)}, "month_not_over"), ({"month_from": date(2026, 3, 1), "month_to": date(2026, 2, 1)},
                                                         "ends_before_it_starts"),
    ({"month_from": date(2023, 3, 1)}, "too_many_months"),
])
def test_months_that_cannot_be(haul, fetched, months, code):
    with pytest.raises(Unprocessable) as no:
        issue(haul, **months)
    assert [one.code for one in no.value.defects] == [code]


@pytest.mark.parametrize("change", [
    "UPDATE custody_certificate SET lines = '[]'", "UPDATE custody_certificate SET code = 'X'",
    "DELETE FROM custody_certificate", "TRUNCATE custody_certificate CASCADE"])
def test_what_it_says_does_not_change(haul, fetched, change):
    issue(haul)
    with pytest.raises(DatabaseError), transaction():
        execute(change)


def test_the_paper_is_the_same_each_time(haul, fetched):
    made = issue(haul)
    asked = {"actor": haul.scene.generator.actor, "certificate_id": made.id, "address": f"https://example.kz/check/{made.code}"}
    first = queries.certificate_pdf(asked["actor"], made.id, address=asked["address"])
    assert first[:5] == b"%PDF-" and first == queries.certificate_pdf(asked["actor"], made.id, address=asked["address"])
    assert Organisation.objects.get(pk=made.generator_id).name == made.generator
