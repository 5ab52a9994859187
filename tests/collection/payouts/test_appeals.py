"""A contractor may answer a no; somebody else than who said it decides, and the database counts persons too."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.db import connection

from collection.contracts.models import Allotment
from collection.custody import operations as custody
from collection.kernel.actor import HOUSE
from collection.kernel.db import transaction
from collection.kernel.refusals import NotFound, SamePerson, StaleVersion, WrongState
from collection.payouts import operations as payouts, queries
from collection.payouts.declarations import CURRENT
from collection.payouts.models import AccrualLine
from collection.payouts.tasks import reprice_facts
from notifications.models import OutboxRow
from tests import cast
from tests.collection.custody.haul import TONNE, two_contracts
from tests.collection.custody.refusing import database_refuses, refused
from tests.collection.payouts.office import Office
from tests.collection.payouts.test_repricing import change

MARCH = date(2026, 3, 1)


@pytest.fixture
def second(office):
    """A second inspector."""
    return cast.member(office.inspector.organisation_id, "inspector")


@pytest.fixture
def returned(haul, office):
    haul.received(cast.AT, [TONNE])
    office.accrue(cast.AT)
    claim = office.submitted(haul.collector, cast.AT, MARCH)
    return payouts.return_claim(actor=office.inspector, at=cast.AT, claim_id=claim.id, reason="photo is blurred")


@pytest.fixture
def rejected(haul, office):
    haul.received(cast.AT, [TONNE])
    office.accrue(cast.AT)
    claim = office.verify(office.submitted(haul.collector, cast.AT, MARCH), cast.AT)
    return payouts.reject_claim(actor=office.finance, at=cast.AT, claim_id=claim.id, reason="phantom load")


def appeal(haul, claim, words="it is our lorry") -> queries.AppealView:
    return payouts.file_appeal(actor=haul.collector.actor, at=cast.AT, claim_id=claim.id, words=words)


def decide(person, one, granted=True) -> queries.AppealView:
    return payouts.decide_appeal(actor=person, at=cast.AT, appeal_id=one.id, granted=granted, answer="seen on site")


def test_a_granted_appeal_against_a_return(haul, office, second, returned, told, verbs):
    filed = appeal(haul, returned)
    assert (filed.state, filed.of_state) == ("open", "returned")
    with refused(payouts.AppealOpen):
        appeal(haul, returned)
    with refused(SamePerson):
        decide(office.inspector, filed)  # who said the no
    assert decide(second, filed).state == "granted"
    claim = queries.claim(HOUSE, returned.id)
    assert (claim.state, claim.verified_by, claim.reason) == ("verified", second.user_id, "")
    assert verbs(claim.id)[-2:] == ["appeal.file", "appeal.grant"]
    assert "claim.verified" in told(haul.collector.actor.user_id, claim.id)
    assert office.approve(claim, cast.AT).state == "approved"
    with refused(WrongState):
        decide(second, filed)


def test_a_granted_appeal_against_a_rejection_brings_the_money_back(haul, office, second, rejected):
    filed = appeal(haul, rejected)
    decide(second, filed)
    cap = Allotment.objects.filter(of="cap", contract_id=rejected.contract_id).order_by("id")
    assert [(one.why, one.amount // rejected.amount_tiyn) for one in cap] == [
        ("accrued", 1), ("rejected", -1), ("reinstated", 1)]
    claim = queries.claim(HOUSE, rejected.id)
    assert (claim.state, claim.approved_by) == ("verified", None)
    paid = office.approve(claim, cast.AT)
    office.answered(office.sent([paid.id], cast.AT), cast.AT)
    assert {one.kind: one.balance_tiyn for one in queries.balances(HOUSE)} == {
        "cost": paid.amount_tiyn, "accrued": 0, "approved": 0, "bank": -paid.amount_tiyn}
    assert queries.recompute_check().differences == ()


def test_what_came_back_has_the_rate_of_its_day(transactional_db, reference):
    """The rate changed while the claim was rejected, and repricing passed it by: the appeal rings for it again."""
    with transaction():
        haul = two_contracts(cast.Scene())
        office = Office(haul.scene)
        haul.received(cast.AT, [TONNE])
        office.accrue(cast.AT)
        claim = office.verify(office.submitted(haul.collector, cast.AT, MARCH), cast.AT)
        claim = payouts.reject_claim(actor=office.finance, at=cast.AT, claim_id=claim.id, reason="phantom load")
        change(haul.scene, "10.00")
    assert collection_lines() == [(1, TONNE, 39_141_25, MARCH, claim.id)]  # what is finally rejected stays as it was
    reprice_facts(OutboxRow.objects.get(task="tariffs.changed").pk)
    with transaction():
        decide(cast.member(office.inspector.organisation_id, "inspector"), appeal(haul, claim))
    ring, = OutboxRow.objects.filter(task="tariffs.changed", state="waiting")
    reprice_facts(ring.pk)
    april = date(2026, 4, 1)  # March is closed for the contract: it has a claim of it
    assert collection_lines() == [
        (1, TONNE, 39_141_25, MARCH, claim.id), (2, -TONNE, -39_141_25, april, None), (3, TONNE, 43_250_00, april, None)]
    assert queries.claim(HOUSE, claim.id).amount_tiyn == claim.amount_tiyn
    assert queries.recompute_check().differences == ()


def collection_lines():
    return list(AccrualLine.objects.filter(stage="collection").order_by("id").values_list(
        "edition", "mass_g", "amount_tiyn", "claim_month", "claim_id"))


def test_a_dismissed_appeal_leaves_the_no(haul, office, second, rejected, told):
    one = decide(second, appeal(haul, rejected), granted=False)
    assert (one.state, one.answer) == ("dismissed", "seen on site")
    assert queries.claim(HOUSE, rejected.id).state == "rejected"
    assert "claim.appeal_dismissed" in told(haul.collector.actor.user_id, rejected.id)
    assert appeal(haul, rejected, "we have another photo").state == "open"  # and again, in other words
    assert [one.state for one in queries.appeals(haul.collector.actor, claim_id=rejected.id)] == ["open", "dismissed"]


def test_what_was_corrected_since_is_claimed_by_itself(haul, office, second, rejected):
    pk = queries.claim_lines(HOUSE, rejected.id)[0].consignment_id
    filed = appeal(haul, rejected)
    custody.correct_receipts(actor=HOUSE, at=cast.AT, corrections=[custody.NewCorrection(pk, 900_000, "slip")])
    office.accrue(cast.AT)
    with refused(payouts.CorrectedSince):
        decide(second, filed)
    assert queries.recompute_check().differences == ()


def test_an_appeal_is_of_the_no_it_was_filed_against(haul, office, second, returned):
    """Filed again instead of waiting, and rejected then: the old appeal is no way around the new no. It may be dismissed."""
    filed = appeal(haul, returned)
    payouts.submit_claim(actor=haul.collector.actor, at=cast.AT, claim_id=returned.id, act_number="A-2",
                         einvoice_number="ESF-AGAIN", declaration=CURRENT)
    with refused(WrongState):
        decide(second, filed)  # it is on its way again
    third = cast.member(office.inspector.organisation_id, "inspector")
    payouts.verify_claim(actor=third, at=cast.AT, claim_id=returned.id)
    payouts.reject_claim(actor=office.finance, at=cast.AT, claim_id=returned.id, reason="phantom load")
    with refused(WrongState):
        decide(second, filed)
    with refused(SamePerson):
        decide(office.finance, filed, granted=False)  # who said the no there is now
    assert decide(second, filed, granted=False).state == "dismissed"
    assert decide(second, appeal(haul, returned)).state == "granted"
    assert queries.claim(HOUSE, returned.id).state == "verified"


def test_whose_appeals_one_sees(haul, office, returned):
    filed = appeal(haul, returned)
    stranger = haul.scene.stranger.actor
    assert queries.appeals(stranger) == []
    for ask in (lambda: queries.appeal(stranger, filed.id),
                lambda: payouts.file_appeal(actor=stranger, at=cast.AT, claim_id=returned.id, words="x"),
                lambda: payouts.decide_appeal(actor=office.inspector, at=cast.AT, appeal_id=uuid4(), granted=True, answer="x")):
        with refused(NotFound):
            ask()
    with refused(StaleVersion):
        payouts.decide_appeal(actor=office.inspector, at=cast.AT, appeal_id=filed.id, granted=True, answer="x", version=9)
    assert queries.appeal(haul.collector.actor, filed.id) == filed


@pytest.mark.parametrize(("by", "named"), [("against", "appeal_second_person"), ("filed_by", "appeal_second_person")])
def test_nor_by_sql_as_the_house(haul, office, returned, by, named):
    filed = appeal(haul, returned)
    with database_refuses(named), connection.cursor() as cursor:
        cursor.execute(f"UPDATE payouts_appeal SET state = 'granted', answer = 'x', decided_at = now(), decided_by = {by} "
                       "WHERE id = %s", [filed.id])
    with database_refuses("verified_on_appeal"), connection.cursor() as cursor:
        cursor.execute("UPDATE payouts_claim SET state = 'verified', verified_by = %s, verified_at = now(), reason = '' "
                       "WHERE id = %s", [office.inspector.user_id, returned.id])
    with database_refuses("sent_is_sent"), connection.cursor() as cursor:
        cursor.execute("UPDATE payouts_appeal SET words = 'other'")
