"""All orders of a register or none, and the bank's word on each."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection

from collection.contracts.models import Contract
from collection.kernel.actor import HOUSE
from collection.kernel.refusals import NotFound, SamePerson, StaleVersion, Unprocessable, WrongState
from collection.payouts import operations as payouts, queries
from collection.payouts.models import Paid, PaymentOrder, Register
from tests import cast
from tests.collection.custody.haul import TONNE, full_cycle
from tests.collection.custody.refusing import database_refuses, refused
from tests.collection.payouts.office import Office

MARCH = date(2026, 3, 1)


@pytest.fixture
def approved(haul, office):
    """The collector's and the recycler's claims of one load, both approved."""
    haul.recycled(cast.AT, [TONNE])
    office.accrue(cast.AT)
    return [office.approved(who, cast.AT, MARCH) for who in (haul.collector, haul.recycler)]


def ids(claims):
    return [one.id for one in claims]


def test_prepared_by_one_and_approved_by_another(approved, office, verbs):
    register = payouts.prepare_register(actor=office.finance, at=cast.AT, claim_ids=ids(approved))
    assert (register.orders_n, register.amount_tiyn) == (2, sum(one.amount_tiyn for one in approved))
    assert [one.iban for one in queries.orders(register.id)] == list(
        Contract.objects.filter(claim__in=ids(approved)).order_by("claim__number").values_list("iban", flat=True))
    assert {queries.claim(HOUSE, pk).state for pk in ids(approved)} == {"registered"}
    with refused(SamePerson):
        payouts.approve_register(actor=office.finance, at=cast.AT, register_id=register.id)
    with database_refuses("register_two_persons"), connection.cursor() as cursor:
        cursor.execute("UPDATE payouts_register SET state = 'approved', approved_by = prepared_by")
    with database_refuses("register_approved_by_somebody"), connection.cursor() as cursor:
        cursor.execute("UPDATE payouts_register SET state = 'approved'")
    with database_refuses("sent_is_sent"), connection.cursor() as cursor:
        cursor.execute("UPDATE payouts_register SET prepared_by = NULL")
    with refused(StaleVersion):
        payouts.approve_register(actor=office.second, at=cast.AT, register_id=register.id, version=5)
    sent = payouts.approve_register(actor=office.second, at=cast.AT, register_id=register.id, version=1)
    assert (sent.state, sent.allowed_actions) == ("approved", ("record_result",))
    assert verbs(register.id) == ["register.prepare", "register.approve"]


def test_every_bad_row_is_named_and_nothing_is_written(haul, approved, office):
    other = Office(cast.Scene(at=cast.AT))
    whole = full_cycle(other.scene)
    whole.recycled(cast.AT, [TONNE])
    other.accrue(cast.AT)
    foreign = other.approved(whole.collector, cast.AT, MARCH)
    Contract.objects.filter(pk=haul.collector.contract_id).update(iban="DE89370400440532013000")
    bad = [approved[0].id, approved[1].id, approved[1].id, uuid4(), foreign.id]
    with refused(payouts.RegisterRefused, claim_ids__0="iban_invalid", claim_ids__2="duplicate",
                 claim_ids__3="not_found", claim_ids__4="other_programme"):
        payouts.prepare_register(actor=office.finance, at=cast.AT, claim_ids=bad)
    with refused(payouts.RegisterRefused, claim_ids="too_few"):
        payouts.prepare_register(actor=office.finance, at=cast.AT, claim_ids=[])
    assert not Register.objects.exists() and not PaymentOrder.objects.exists()
    payouts.prepare_register(actor=office.finance, at=cast.AT, claim_ids=[approved[1].id])
    with refused(payouts.RegisterRefused, claim_ids__0="wrong_state"):
        payouts.prepare_register(actor=office.finance, at=cast.AT, claim_ids=[approved[1].id])


def test_every_approved_claim_of_the_programme(approved, office):
    register = payouts.prepare_register(actor=office.finance, at=cast.AT, programme=office.scene.code)
    assert [one.claim_id for one in queries.orders(register.id)] == ids(approved)
    with refused(payouts.RegisterRefused, claim_ids="too_few"):
        payouts.prepare_register(actor=office.finance, at=cast.AT, programme="no-such")


def test_the_banks_word(haul, approved, office, told):
    register = office.sent(ids(approved), cast.AT)
    settled = office.answered(register, cast.AT, rejected=[approved[1].id])
    assert (settled.state, settled.settled_at) == ("settled", cast.AT)
    first, second = (queries.claim(HOUSE, pk) for pk in ids(approved))
    assert (first.state, first.paid_at, second.state) == ("paid", cast.AT, "approved")
    assert "claim.paid" in told(haul.collector.actor.user_id, first.id)
    assert "claim.sent_back" in told(haul.recycler.actor.user_id, second.id)
    paid = {row.line.stage: (row.grams, row.tiyn) for row in Paid.objects.select_related("line")}
    assert paid == {"collection": (TONNE, 9_05 * 4325), "transport": (0, 7_41 * 4325)}
    with refused(WrongState):
        office.answered(register, cast.AT)

    again = office.sent([second.id], cast.AT + timedelta(days=1))
    office.answered(again, cast.AT + timedelta(days=1))
    grown = Paid.objects.get(line__stage="recycling")
    assert (grown.grams, grown.tiyn) == (0, 1_79 * 4325)  # the gram was counted when the collection was paid
    balances = {(one.contract_number, one.kind): one.balance_tiyn for one in queries.balances(HOUSE)}
    total = sum(one.amount_tiyn for one in approved)
    assert balances.pop((None, "cost")) == total and balances.pop((None, "bank")) == -total
    assert set(balances.values()) == {0}


def test_answers_may_come_in_parts_but_each_once(approved, office):
    register = office.sent(ids(approved), cast.AT)
    one, two = queries.orders(register.id)

    def record(*results):
        return payouts.record_bank_result(actor=office.finance, at=cast.AT, register_id=register.id, results=results)

    first = payouts.BankLine(one.id, True, "BR-1")
    with refused(Unprocessable, results="too_few"):
        record()
    with refused(Unprocessable, results__0__order_id="duplicate", results__1__order_id="duplicate",
                 results__1__bank_reference="bank_reference_missing", results__2__order_id="not_found",
                 results__2__reason="reason_missing"):
        record(first, payouts.BankLine(one.id, True), payouts.BankLine(uuid4(), False))
    assert record(first).state == "approved"
    with refused(Unprocessable, results__0__order_id="answered", results__1__bank_reference="bank_reference_reused"):
        record(payouts.BankLine(one.id, False, None, "x"), payouts.BankLine(two.id, True, "BR-1"))
    assert record(payouts.BankLine(two.id, True, "BR-2")).state == "settled"
    with database_refuses("sent_is_sent"), connection.cursor() as cursor:
        cursor.execute("UPDATE payouts_paymentorder SET iban = 'KZ1', amount_tiyn = 1")


def test_no_pay_before_the_register_is_approved(approved, office):
    register = payouts.prepare_register(actor=office.finance, at=cast.AT, claim_ids=ids(approved))
    with refused(WrongState):
        office.answered(register, cast.AT)
    with refused(NotFound):
        payouts.approve_register(actor=office.second, at=cast.AT, register_id=uuid4())
    with database_refuses("lifecycle"), connection.cursor() as cursor:
        cursor.execute("UPDATE payouts_register SET state = 'settled', approved_by = %s", [office.second.user_id])


def test_one_live_order_for_a_claim(approved, office):
    register = office.sent(ids(approved), cast.AT)
    with database_refuses("claim_paid_once"):
        PaymentOrder.objects.create(id=uuid4(), register_id=register.id, claim_id=approved[0].id, iban="KZ1",
                                    amount_tiyn=1)
