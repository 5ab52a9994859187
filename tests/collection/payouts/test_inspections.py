"""Inspections by lot: kept as drawn, drawn again to the same loads; a failed one stops its tonne, a second look may free it."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import ProgrammingError

from collection.audit.models import AuditLine
from collection.contracts import operations as contracts
from collection.contracts.models import Programme
from collection.kernel.actor import HOUSE
from collection.kernel.db import execute, transaction
from collection.kernel.ids import uuid7
from collection.kernel.refusals import NotFound, SamePerson, StaleVersion, Unprocessable, WrongState
from collection.payouts import operations as payouts, queries
from collection.payouts.declarations import CURRENT as DECLARATION
from collection.payouts.models import AccrualLine, Claim, Hold, InspectionDraw, LedgerTransaction
from collection.payouts.operations.closing import AccrualBehind, MonthNotOver
from collection.payouts.operations.holds import HoldNotLiftable
from collection.payouts.queries import recompute_check
from collection.payouts.queries.sampling import inspection_sample
from collection.payouts.rules.sampling import drawn
from collection.pickups.models import Upload
from tests import cast
from tests.collection.custody.refusing import refused

MARCH, APRIL = date(2026, 3, 1), cast.AT + timedelta(days=40)
TONNE = cast.TONNE


def seed_for(load: UUID) -> str:
    return next(seed for seed in map(str, range(10_000)) if drawn(seed, MARCH, load))


@pytest.fixture
def second(office):
    return cast.member(office.inspector.organisation_id, "inspector")


@pytest.fixture
def photo(office) -> UUID:
    return Upload.objects.create(
        id=uuid7(cast.AT), organisation_id=office.inspector.organisation_id, content_type="image/jpeg", size=1, sha256="ab" * 32,
        state="stored", created_at=cast.AT, stored_at=cast.AT).pk


@pytest.fixture
def lot(haul, office):
    """The inspection of a load that was received and paid nothing for yet."""
    [load] = haul.received(cast.AT, [4 * TONNE])
    office.accrue(cast.AT)
    made = payouts.draw_inspections(actor=office.scene.manager, at=APRIL, programme=office.scene.code, month=MARCH,
                                    seed=seed_for(load))
    [one] = queries.inspections(draw_id=made.id, waiting=True)
    assert one.consignment_id == load
    return one


def record(actor, lot, outcome, **more):
    return payouts.record_inspection(**{
        "actor": actor, "at": APRIL, "inspection_id": lot.id, "outcome": outcome, "inspected_at": APRIL, "note": "seen"} | more)


def held(load) -> set[tuple[str, str]]:
    return set(Hold.objects.filter(line__consignment_id=load, lifted_at=None).values_list("line__stage", "rule"))


def test_a_draw_is_kept_and_drawn_again_to_the_same_loads(haul, office):
    loads = haul.received(cast.AT, [TONNE] * 20)
    office.accrue(cast.AT)
    scene = office.scene
    made = payouts.draw_inspections(actor=scene.manager, at=APRIL, programme=scene.code, month=MARCH, seed="7")
    assert (made.loads, made.month, made.seed, made.drawn_by, made.drawn_at) == (20, MARCH, "7", scene.manager.user_id, APRIL)
    kept = {one.consignment_id for one in queries.inspections(draw_id=made.id)}
    assert kept == {one.consignment_id for one in inspection_sample(scene.programme.id, MARCH, seed="7")}
    assert made.reproduced and made.drawn == len(kept) and set(InspectionDraw.objects.get().loads) == set(loads)
    assert queries.draws(scene.code) == [made] and queries.draw(made.id) == made
    assert AuditLine.objects.filter(verb="inspection.draw", object_id=scene.programme.id).count() == 1
    assert AuditLine.objects.filter(verb="inspection.drawn").count() == len(kept)
    with refused(payouts.AlreadyDrawn):
        payouts.draw_inspections(actor=scene.manager, at=APRIL, programme=scene.code, month=MARCH, seed="8")


def test_when_nothing_is_drawn(haul, office):
    haul.received(cast.AT, [TONNE])
    asked = {"actor": office.scene.manager, "programme": office.scene.code, "month": MARCH, "seed": "s"}
    with refused(AccrualBehind):
        payouts.draw_inspections(at=APRIL, **asked)
    with refused(MonthNotOver):
        payouts.draw_inspections(at=cast.AT, **asked)
    with refused(NotFound):
        payouts.draw_inspections(at=APRIL, **asked | {"programme": "nobody's"})


def test_a_load_that_nobody_finds_is_not_paid_until_somebody_else_finds_it(haul, office, lot, photo, second):
    load = lot.consignment_id
    found = record(office.inspector, lot, "not_found", upload_ids=[photo])
    assert [(one.look, one.outcome, one.photos) for one in found.results] == [(1, "not_found", ((photo, "ab" * 32),))]
    assert held(load) == {("collection", "inspected_not_found"), ("transport", "inspected_not_found")}
    assert payouts.prepare_claim(actor=haul.collector.actor, at=APRIL, contract_id=haul.collector.contract_id,
                                 month=MARCH) is None
    with refused(HoldNotLiftable):
        payouts.lift_hold(actor=second, at=APRIL, hold_id=Hold.objects.first().pk, why="never mind")
    with refused(SamePerson):
        record(office.inspector, lot, "confirmed")
    with refused(StaleVersion):
        record(second, lot, "confirmed", version=1)
    record(second, lot, "confirmed", version=2, note="behind the shed")
    assert held(load) == set()
    assert set(Hold.objects.values_list("lifted_by", "lifted_why")) == {(second.user_id, "behind the shed")}
    assert office.prepared(haul.collector, APRIL, MARCH).mass_g == 2 * 4 * TONNE
    with refused(WrongState):
        record(cast.member(second.organisation_id, "inspector"), lot, "confirmed")
    assert [one["after"]["outcome"] for one in AuditLine.objects.filter(verb="inspection.record").order_by("pk").values("after")
            ] == ["not_found", "confirmed"]


def test_another_mass_holds_the_tonne_until_it_is_corrected_to_it(haul, office, lot, photo):
    load = lot.consignment_id
    record(office.inspector, lot, "mass_differs", found_g=3 * TONNE, upload_ids=[photo])
    assert held(load) == {("collection", "inspected_mass_differs"), ("transport", "inspected_mass_differs")}
    haul.correct(load, 3 * TONNE, at=APRIL)
    office.accrue(APRIL)
    open_lines = AccrualLine.objects.filter(consignment_id=load, mass_g=3 * TONNE)
    assert {one.stage for one in open_lines} == {"collection", "transport"}
    assert not Hold.objects.filter(line__in=open_lines, lifted_at=None).exists()
    assert office.prepared(haul.collector, APRIL, APRIL.date()).mass_g == 2 * 3 * TONNE


def test_a_claim_that_has_the_load_is_returned(haul, office, photo):
    [load] = haul.received(cast.AT, [4 * TONNE])
    office.accrue(cast.AT)
    claim = office.submitted(haul.collector, APRIL, MARCH)
    payouts.draw_inspections(actor=office.scene.manager, at=APRIL, programme=office.scene.code, month=MARCH,
                             seed=seed_for(load))
    record(office.inspector, queries.inspections()[0], "not_found", upload_ids=[photo])
    claim = office.verify(claim, APRIL)
    assert (claim.state, claim.reason) == ("returned", "inspected_not_found")


def test_a_line_made_later_asks_too(haul, office, lot, photo):
    record(office.inspector, lot, "not_found", upload_ids=[photo])
    haul.batch(APRIL, [lot.consignment_id], 4 * TONNE)
    office.accrue(APRIL)
    assert ("recycling", "inspected_not_found") in held(lot.consignment_id)


@pytest.mark.parametrize(("outcome", "more", "codes"), [
    ("mass_differs", {"upload_ids": []}, {"mass_needed", "evidence_needed"}),
    ("not_found", {"found_g": 5, "upload_ids": []}, {"mass_not_expected", "evidence_needed"}),
    ("confirmed", {"inspected_at": APRIL + timedelta(seconds=1)}, {"in_the_future"}),
    ("confirmed", {"inspected_at": APRIL - timedelta(days=30)}, {"before_draw"}),
    ("confirmed", {"upload_ids": [UUID(int=1)]}, {"not_found"}),
])
def test_all_that_is_wrong_with_a_result_is_said_at_once(office, lot, outcome, more, codes):
    with pytest.raises(Unprocessable) as no:
        record(office.inspector, lot, outcome, **more)
    assert {one.code for one in no.value.defects} == codes


@pytest.mark.parametrize("change", [
    "UPDATE payouts_inspectiondraw SET seed = 'other'", "DELETE FROM payouts_inspection",
    "UPDATE payouts_inspectionresult SET outcome = 'confirmed'", "DELETE FROM payouts_inspectionphoto"])
def test_nobody_changes_what_was_drawn_and_found(office, lot, photo, change):
    record(office.inspector, lot, "not_found", upload_ids=[photo])
    with pytest.raises(ProgrammingError, match="permission denied"), transaction():
        execute(change)


def ceiling(office, tiyn: int | None) -> None:
    programme = Programme.objects.get(code=office.scene.code)
    contracts.change_programme(actor=office.scene.manager, at=APRIL, code=programme.code, version=programme.version,
                               changes={"ceiling_tiyn": tiyn})


def drawn_of(office, load: UUID):
    payouts.draw_inspections(actor=office.scene.manager, at=APRIL, programme=office.scene.code, month=MARCH, seed=seed_for(load))
    return next(one for one in queries.inspections() if one.consignment_id == load)


@pytest.mark.parametrize("state", ["verified", "queued", "approved"])
def test_a_failed_inspection_stops_a_claim_wherever_it_is_before_the_bank(haul, office, photo, second, state):
    """And once a second look found the load, the same claim goes its way again, approved by whoever may."""
    if state == "queued":
        ceiling(office, 1)
    [load] = haul.received(cast.AT, [4 * TONNE])
    office.accrue(cast.AT)
    claim = office.verify(office.submitted(haul.collector, APRIL, MARCH), APRIL)
    claim = claim if state == "verified" else office.approve(claim, APRIL)
    assert claim.state == state
    lot = drawn_of(office, load)
    record(second, lot, "not_found", upload_ids=[photo])
    claim = queries.claim(HOUSE, claim.id)
    assert (claim.state, claim.reason) == ("returned", "inspected_not_found")
    assert queries.verdicts(claim.id)[-1].rule == "inspected_not_found" and not queries.verdicts(claim.id)[-1].passed
    row = Claim.objects.get(pk=claim.id)
    assert (row.refused_by, row.approved_by, row.approved_at) == (second.user_id, None, None)
    assert LedgerTransaction.objects.filter(claim=row, what="recall").count() == (state == "approved")
    assert recompute_check().differences == ()
    assert payouts.approve_queued(actor=HOUSE, at=APRIL, programme_id=office.scene.programme.id) == []
    with refused(WrongState):
        payouts.approve_claim(actor=office.finance, at=APRIL, claim_id=claim.id)
    with refused(payouts.RegisterRefused):
        payouts.prepare_register(actor=office.finance, at=APRIL, claim_ids=[claim.id])
    line = AuditLine.objects.filter(verb="inspection.record").get()
    assert (line.after["returned"], line.after["sent"]) == ([claim.number], [])

    record(office.inspector, lot, "confirmed", version=2)
    if state == "queued":
        ceiling(office, None)
    payouts.submit_claim(actor=haul.collector.actor, at=APRIL, claim_id=claim.id, act_number="A-again",
                         einvoice_number="ESF-again", declaration=DECLARATION)
    claim = office.approve(office.verify(claim, APRIL), APRIL)
    office.answered(office.sent([claim.id], APRIL), APRIL)
    assert queries.claim(HOUSE, claim.id).state == "paid" and recompute_check().differences == ()


def test_what_was_sent_to_the_bank_is_named(haul, office, photo):
    [load] = haul.received(cast.AT, [4 * TONNE])
    office.accrue(cast.AT)
    claim = office.approved(haul.collector, APRIL, MARCH)
    office.sent([claim.id], APRIL)
    record(office.inspector, drawn_of(office, load), "not_found", upload_ids=[photo])
    assert queries.claim(HOUSE, claim.id).state == "registered"
    line = AuditLine.objects.filter(verb="inspection.record").get()
    assert (line.after["returned"], line.after["sent"]) == ([], [claim.number])


def test_a_mass_that_was_corrected_to_what_was_found_stops_nothing(haul, office, photo, second):
    [load, other] = haul.received(cast.AT, [4 * TONNE, 2 * TONNE])
    office.accrue(cast.AT)
    claim = office.approved(haul.collector, APRIL, MARCH)
    lot = drawn_of(office, load)
    record(second, lot, "mass_differs", found_g=4 * TONNE, upload_ids=[photo])  # what it says was found is what is claimed
    assert queries.claim(HOUSE, claim.id).state == "approved"
    record(office.inspector, lot, "mass_differs", found_g=3 * TONNE, upload_ids=[photo], version=2)
    assert queries.claim(HOUSE, claim.id).reason == "inspected_mass_differs"
    assert other
