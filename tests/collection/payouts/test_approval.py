"""The second person, and the ceiling."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction

from collection.accounts.models import Membership
from collection.contracts.models import Allotment, Contract, Programme
from collection.kernel.actor import HOUSE
from collection.kernel.refusals import SamePerson, StaleVersion, WrongState
from collection.payouts import operations as payouts, queries
from collection.payouts.models import Claim
from tests import cast
from tests.collection.custody.haul import TONNE, Haul
from tests.collection.custody.refusing import database_refuses, refused

MARCH = date(2026, 3, 1)
ONE_TONNE = (9_05 + 7_41) * 4325  # of polymer, collection and transport, in 2026


def verified(haul, office, *, tonnes: int = 1, contractor: cast.Contractor | None = None) -> queries.ClaimView:
    who = contractor or haul.scene.collector()
    Haul(haul.scene, who, haul.recycler).received(cast.AT, [tonnes * TONNE])
    office.accrue(cast.AT)
    return office.verify(office.submitted(who, cast.AT, MARCH), cast.AT)


def test_whoever_had_it_in_hand_may_not_approve(haul, office):
    claim = verified(haul, office)
    for person in (claim.prepared_by, claim.submitted_by, claim.verified_by):
        with refused(SamePerson):
            payouts.approve_claim(actor=cast.Actor(person, office.finance.organisation_id, "finance"), at=cast.AT,
                                  claim_id=claim.id)
    with refused(StaleVersion):
        payouts.approve_claim(actor=office.finance, at=cast.AT, claim_id=claim.id, version=claim.version - 1)
    approved = office.approve(claim, cast.AT)
    assert (approved.state, approved.approved_by) == ("approved", office.finance.user_id)


@pytest.mark.parametrize("column", ["prepared_by", "submitted_by", "verified_by"])
def test_nor_by_sql_as_the_house(haul, office, column):
    """`as_house_app`: the role of web, workers and commands."""
    claim = verified(haul, office)
    with database_refuses("claim_two_persons"), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("house_app",)
        cursor.execute(f"UPDATE payouts_claim SET state = 'approved', approved_at = now(), approved_by = {column} "
                       "WHERE id = %s", [claim.id])


@pytest.mark.parametrize("sql", [
    "prepared_by = NULL", "submitted_by = NULL", "verified_by = NULL", "amount_tiyn = amount_tiyn + 1",
    "contract_id = contract_id, month = '2026-02-01'", "approved_by = gen_random_uuid()", "lines_n = 1",
    "state = 'submitted', submitted_by = NULL",
])
def test_nor_by_rewriting_who_did_what(haul, office, sql):
    claim = verified(haul, office)
    with database_refuses("claim_is_sealed" if "state" not in sql else ""), connection.cursor() as cursor:
        cursor.execute(f"UPDATE payouts_claim SET {sql} WHERE id = %s", [claim.id])


@pytest.mark.parametrize("state", ["approved", "registered", "paid", "queued"])
def test_nor_without_anybody(haul, office, state):
    claim = verified(haul, office)
    with database_refuses(""), connection.cursor() as cursor:
        cursor.execute("UPDATE payouts_claim SET state = %s, paid_at = now() WHERE id = %s", [state, claim.id])


def test_what_does_not_fit_under_the_ceiling_waits_in_order(haul, office):
    claims = [verified(haul, office, tonnes=tonnes) for tonnes in (3, 4, 2, 1)]
    programme = Programme.objects.filter(pk=haul.scene.programme.id)
    programme.update(ceiling_tiyn=5 * ONE_TONNE)
    states = [office.approve(claim, cast.AT + timedelta(minutes=n)).state for n, claim in enumerate(claims)]
    assert states == ["approved", "queued", "queued", "queued"]  # 2 would fit, but nobody goes past who came before
    waiting = queries.claim(HOUSE, claims[1].id)
    assert (waiting.reason, waiting.approved_by) == ("ceiling_reached", office.finance.user_id)
    assert [office.approve(claim, cast.AT).state for claim in claims[1:]] == ["queued"] * 3  # nor by asking again
    programme.update(ceiling_tiyn=9 * ONE_TONNE)
    assert payouts.approve_queued(actor=HOUSE, at=cast.AT, programme_id=haul.scene.programme.id) == [
        claims[1].id, claims[2].id]
    assert office.approve(claims[3], cast.AT).state == "queued"
    programme.update(ceiling_tiyn=None)
    assert office.approve(claims[3], cast.AT).state == "approved"
    assert queries.claim(HOUSE, claims[3].id).approved_by == office.finance.user_id


def test_a_contracts_own_cap(haul, office):
    collector = haul.scene.collector(cap_tiyn=ONE_TONNE)
    claim = verified(haul, office, tonnes=2, contractor=collector)
    queued = office.approve(claim, cast.AT)
    assert (queued.state, queued.reason) == ("queued", "cap_reached")
    Contract.objects.filter(pk=collector.contract_id).update(cap_tiyn=2 * ONE_TONNE)
    assert office.approve(claim, cast.AT).state == "approved"


def test_a_final_no_gives_the_money_back(haul, office, verbs):
    claim = verified(haul, office)
    rejected = payouts.reject_claim(actor=office.finance, at=cast.AT, claim_id=claim.id, reason="phantom load")
    assert (rejected.state, rejected.reason, rejected.allowed_actions) == ("rejected", "phantom load", ("appeal",))
    assert verbs(claim.id)[-1] == "claim.reject"
    cap = Allotment.objects.filter(of="cap", contract_id=claim.contract_id)
    assert [one.amount for one in cap.order_by("id")] == [ONE_TONNE, -ONE_TONNE]
    assert {one.kind: one.balance_tiyn for one in queries.balances(HOUSE)} == {"cost": 0, "accrued": 0}
    with refused(WrongState):
        office.approve(claim, cast.AT)
    assert Claim.objects.get(pk=claim.id).state == "rejected"


def insider(haul, office) -> tuple[cast.Actor, queries.ClaimView]:
    """A finance officer who also is a member of the company that is to be paid."""
    claim = verified(haul, office)
    person = cast.Actor(office.finance.user_id, haul.scene.manager.organisation_id, "finance")
    company = queries.claim(HOUSE, claim.id).organisation_id
    Membership.objects.create(id=uuid4(), user_id=person.user_id, organisation_id=company, role="driver", created_at=cast.AT)
    return person, claim


def test_nobody_approves_the_claims_of_their_own_company(haul, office):
    person, claim = insider(haul, office)
    with refused(payouts.OwnCompany):
        payouts.approve_claim(actor=person, at=cast.AT, claim_id=claim.id)
    with database_refuses("approver_is_no_payee"), connection.cursor() as cursor:
        cursor.execute("UPDATE payouts_claim SET state = 'approved', approved_at = now(), approved_by = %s WHERE id = %s",
                       [person.user_id, claim.id])
    assert payouts.approve_claim(actor=office.second, at=cast.AT, claim_id=claim.id).state == "approved"


def test_nor_does_anybody_who_is_not_of_the_operators_finance(haul, office):
    claim = verified(haul, office)
    for person in (haul.recycler.actor, haul.scene.manager, haul.scene.stranger.actor):
        with database_refuses("approver_is_finance"), connection.cursor() as cursor:
            cursor.execute("UPDATE payouts_claim SET state = 'approved', approved_at = now(), approved_by = %s "
                           "WHERE id = %s", [person.user_id, claim.id])


@pytest.mark.parametrize("table", ["claim", "register", "paymentorder"])
def test_nothing_comes_into_the_world_approved(haul, office, table):
    claim = verified(haul, office)
    office.answered(office.sent([office.approve(claim, cast.AT).id], cast.AT), cast.AT)
    with database_refuses("papers_begin"), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO payouts_{table} SELECT * FROM payouts_{table}")


@pytest.mark.parametrize("column", ["claim_id", "amount_tiyn"])
def test_what_a_claim_takes_of_the_caps_is_never_rewritten(haul, office, column):
    verified(haul, office)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE payouts_claimshare SET {column} = {column}")


def test_nor_politely(haul, office):
    claim = verified(haul, office)
    for person in (office.inspector, haul.scene.manager):
        with refused(SamePerson if person is office.inspector else payouts.NotFinance):
            payouts.approve_claim(actor=person, at=cast.AT, claim_id=claim.id)
