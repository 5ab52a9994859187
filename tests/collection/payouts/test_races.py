"""Real threads on real connections, as the house's role: whatever order they come in, nothing is paid twice or overspent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection

from collection.audit.models import AuditLine
from collection.contracts.models import Programme
from collection.custody import operations as custody
from collection.custody.models import Fact, Weighing
from collection.kernel.actor import HOUSE
from collection.kernel.db import in_transaction, transaction
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Refusal
from collection.payouts import operations as payouts, queries
from collection.payouts.models import AccrualLine, Claim, LedgerEntry
from collection.payouts.rules.sampling import drawn
from collection.pickups.models import Upload
from tests import cast
from tests.collection.custody.haul import TONNE, Haul, many_collectors, two_contracts
from tests.collection.payouts.office import Office

MARCH = date(2026, 3, 1)
CLAIMS, ROOM = 12, 5
ONE_TONNE = (9_05 + 7_41) * 4325


@pytest.fixture
def haul(transactional_db, reference) -> Haul:
    with transaction():
        return two_contracts(cast.Scene())


@pytest.fixture
def office(haul) -> Office:
    with transaction():
        return Office(haul.scene)


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Each in a transaction of its own thread, all started together; a refusal is an answer too."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE house_app")
        try:
            barrier.wait(20)
            return in_transaction(work)
        except (Refusal, IntegrityError) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def verified_claims(haul: Haul, office: Office) -> list[queries.ClaimView]:
    """One-tonne claims of as many contracts, all verified."""
    collectors = many_collectors(haul.scene, CLAIMS)
    ids = [one.id for one in custody.load(actor=HOUSE, at=cast.AT, loads=[
        haul.load(cast.AT, collector_contract_id=one.contract_id) for one in collectors])]
    custody.weigh(actor=HOUSE, at=cast.AT, tickets=[haul.ticket(pk, cast.AT, TONNE) for pk in ids])
    custody.deliver(actor=HOUSE, at=cast.AT, consignment_ids=ids)
    custody.receive(actor=HOUSE, at=cast.AT, receipts=[custody.NewReceipt(pk, TONNE, 0, cast.AT) for pk in ids])
    office.accrue(cast.AT)
    return [office.verify(office.submitted(one, cast.AT, MARCH), cast.AT) for one in collectors]


def committed_tiyn() -> int:
    return sum(Claim.objects.filter(state="approved").values_list("amount_tiyn", flat=True))


def set_ceiling(haul: Haul, tiyn: int) -> None:
    Programme.objects.filter(pk=haul.scene.programme.id).update(ceiling_tiyn=tiyn)


def set_cap(haul: Haul, tiyn: int) -> None:
    with transaction():
        payouts.set_cap(actor=HOUSE, at=cast.AT, programme=haul.scene.code, limit_tiyn=tiyn, why="budget",
                        category="polymer", region=cast.ALMATY, month=MARCH)


@pytest.mark.parametrize("limit", [set_ceiling, set_cap])
def test_concurrent_approvals_never_overspend_and_the_rest_queues_in_order(haul, office, limit):
    with transaction():
        claims = verified_claims(haul, office)
    limit(haul, ROOM * ONE_TONNE + 1)
    answers = at_once([lambda one=one, n=n: office.approve(one, cast.AT + timedelta(seconds=n))
                       for n, one in enumerate(claims)])
    assert sorted(one.state for one in answers) == ["approved"] * ROOM + ["queued"] * (CLAIMS - ROOM)
    assert committed_tiyn() == ROOM * ONE_TONNE
    # Room for three more: officers ask again while the queue is walked
    limit(haul, (ROOM + 3) * ONE_TONNE)
    waiting = [one for one in answers if one.state == "queued"]
    at_once([lambda: payouts.approve_queued(actor=HOUSE, at=cast.AT, programme_id=haul.scene.programme.id)] * 3
            + [lambda one=one: office.approve(one, cast.AT) for one in waiting])
    assert committed_tiyn() == (ROOM + 3) * ONE_TONNE
    left = [one.id for one in waiting if queries.claim(HOUSE, one.id).state == "queued"]
    assert left == [one.id for one in sorted(waiting, key=lambda one: (one.approved_at, one.number))][3:]  # the first three
    approvals = LedgerEntry.objects.filter(transaction__what="approval", account__kind="approved")
    assert -sum(approvals.values_list("amount_tiyn", flat=True)) == committed_tiyn()
    assert queries.recompute_check().differences == ()


def test_many_accruals_at_once_rate_each_fact_once(haul, office):
    with transaction():
        haul.recycled(cast.AT, [TONNE] * 20)
    results = at_once([lambda: office.accrue(cast.AT)] * 6)
    assert sum(one.facts for one in results) == 40 and sum(one.lines for one in results) == 60
    assert AccrualLine.objects.count() == 60 and LedgerEntry.objects.count() == 120
    assert queries.recompute_check().differences == ()


def test_a_claim_is_prepared_once_while_facts_keep_coming(haul, office):
    with transaction():
        haul.recycled(cast.AT, [TONNE] * 3)
        office.accrue(cast.AT)
        haul.recycled(cast.AT, [TONNE] * 3)

    def prepare() -> queries.ClaimView | None:
        return payouts.prepare_claim(actor=HOUSE, at=cast.AT, contract_id=haul.collector.contract_id, month=MARCH)

    answers = at_once([prepare, prepare, lambda: office.accrue(cast.AT), prepare])
    claims = [one for one in answers if isinstance(one, queries.ClaimView)]
    assert len(claims) == 1
    assert sum(isinstance(one, payouts.ClaimExists) for one in answers) == 2
    claim = Claim.objects.get()
    assert claim.amount_tiyn == sum(claim.lines.values_list("amount_tiyn", flat=True))
    assert claim.lines_n in (6, 12)
    left = AccrualLine.objects.filter(claim=None, contract_id=haul.collector.contract_id)
    assert {one.claim_month for one in left} <= {date(2026, 4, 1)}  # what came after the closing is April's


def test_one_ticket_for_two_loads_at_once(haul):
    with transaction():
        ids = haul.loaded(cast.AT, 8)
    tickets = [haul.ticket(pk, cast.AT, TONNE, ticket_number="T-1") for pk in ids]
    answers = at_once([lambda one=one: custody.weigh(actor=HOUSE, at=cast.AT, tickets=[one]) for one in tickets])
    assert sum(isinstance(one, list) for one in answers) == 1
    assert Weighing.objects.count() == Fact.objects.count() == 1


def test_one_load_weighed_by_two(haul):
    with transaction():
        pk = haul.loaded(cast.AT)[0]
    answers = at_once([lambda: custody.weigh(actor=HOUSE, at=cast.AT, tickets=[haul.ticket(pk, cast.AT, TONNE)])] * 6)
    assert sum(isinstance(one, list) for one in answers) == 1 and Fact.objects.count() == 1


def test_batches_of_one_plant_are_judged_one_after_another(transactional_db, reference):
    """Six batches of 10 t at a plant licensed for 25: whatever the order, two are within and four beyond."""
    with transaction():
        haul = two_contracts(cast.Scene(), capacity_g=25 * TONNE)
        loads = haul.received(cast.AT, [10 * TONNE] * 6)
        office = Office(haul.scene)

    def process(pk):
        haul.batch(cast.AT, [pk], 10 * TONNE)
        return office.accrue(cast.AT)

    at_once([lambda pk=pk: process(pk) for pk in loads])
    with transaction():
        office.accrue(cast.AT)
    held = [one for one in queries.money_of(HOUSE, loads) if one.status == "held"]
    assert len(held) == 4 and {one.rules for one in held} == {("capacity_exceeded",)}


def test_a_correction_and_a_claim_at_once(haul, office):
    """Either the claim takes the wrong line and the next one nets it, or both cancel out: never a claim of half of it."""
    for n in range(6):
        at = cast.AT + timedelta(days=31 * n)
        with transaction():
            pk = haul.recycled(at, [TONNE])[0]
            office.accrue(at)
            custody.correct_receipts(actor=HOUSE, at=at, corrections=[custody.NewCorrection(pk, 900_000, "slip")])
        at_once([
            lambda at=at: office.accrue(at),
            lambda at=at: payouts.prepare_claim(
                actor=HOUSE, at=at, contract_id=haul.collector.contract_id, month=at.date())])
    with transaction():
        office.accrue(at)
    lines = list(AccrualLine.objects.filter(stage="collection").prefetch_related("holds"))
    claimed = sum(one.mass_g for one in lines if one.claim_id)
    payable = sum(one.mass_g for one in lines if not one.claim_id and not one.holds.all())
    assert claimed + payable == 6 * 900_000
    for claim in Claim.objects.all():
        assert claim.amount_tiyn == sum(claim.lines.values_list("amount_tiyn", flat=True)) > 0
    assert queries.recompute_check().differences == ()


@pytest.mark.parametrize("turn", range(6))
def test_a_failed_inspection_and_an_approval_or_a_register_at_once(haul, office, turn):
    """Whoever comes first: a claim of a load that nobody found is never on its way to the bank unnoticed."""
    april = cast.AT + timedelta(days=40)
    with transaction():
        [load] = haul.received(cast.AT, [TONNE])
        office.accrue(cast.AT)
        claim = office.verify(office.submitted(haul.collector, april, MARCH), april)
        if turn % 2:
            office.approve(claim, april)
        seed = next(one for one in map(str, range(10_000)) if drawn(one, MARCH, load))
        payouts.draw_inspections(actor=haul.scene.manager, at=april, programme=haul.scene.code, month=MARCH, seed=seed)
        owner = office.inspector.organisation_id
        photo = Upload.objects.create(id=uuid7(april), organisation_id=owner, content_type="image/jpeg", size=1,
                                      sha256="ab" * 32, state="stored", created_at=april, stored_at=april).pk
    lot = queries.inspections()[0]
    said, _ = at_once([
        lambda: payouts.record_inspection(
            actor=office.inspector, at=april, inspection_id=lot.id, outcome="not_found", inspected_at=april, note="nobody there",
            upload_ids=[photo]),
        (lambda: payouts.prepare_register(actor=office.finance, at=april, claim_ids=[claim.id])) if turn % 2
        else lambda: office.approve(claim, april)])
    assert not isinstance(said, Exception), said
    state = queries.claim(HOUSE, claim.id).state
    sent = AuditLine.objects.get(verb="inspection.record").after["sent"]
    assert (state, sent) in (("returned", []), ("registered", [claim.number])), (state, sent)
    assert turn % 2 or state == "returned"
    assert queries.recompute_check().differences == ()
