"""A month ends in Almaty. What comes later is the next month's, and what was closed only gets dated corrections."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from collection.custody import operations as custody
from collection.kernel.actor import HOUSE
from collection.kernel.calendar import ALMATY
from collection.kernel.clock import frozen
from collection.kernel.refusals import NotFound, Unprocessable
from collection.payouts import operations as payouts, queries
from collection.payouts.models import AccrualLine, Claim, MonthStatement
from tests.collection.custody.haul import TONNE
from tests.collection.custody.refusing import database_refuses, refused

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
WHOLE = (9_05 + 7_41 + 1_79) * 4325  # a tonne of polymer, all stages, in 2026


def almaty(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=ALMATY)  # type: ignore[misc]


TENTH, CLOSING = almaty(2026, 3, 10, 12), almaty(2026, 4, 2, 9)


def close(whole, at: datetime = CLOSING, month: date = MARCH) -> payouts.Closed:
    return payouts.close_month(actor=HOUSE, at=at, programme=whole.scene.code, month=month)


def figures(whole, month: date = MARCH) -> tuple[int, ...]:
    """Opening, accrued, reversed, rejected, paid, closing."""
    one = queries.month_statement(whole.collector.actor, whole.collector.contract_id, month)[0]
    return (one.opening_tiyn, one.accrued_tiyn, one.reversed_tiyn, one.rejected_tiyn, one.paid_tiyn, one.closing_tiyn)


def test_a_month_ends_when_it_ends_in_almaty(whole, office):
    """31 March, 23:30 in Almaty is March; half an hour later, still 31 March in UTC, is April."""
    whole.received(almaty(2026, 3, 31, 23, 30), [TONNE])
    whole.received(almaty(2026, 4, 1, 0, 30), [2 * TONNE])
    office.accrue(CLOSING)
    with refused(payouts.MonthNotOver):
        close(whole, almaty(2026, 3, 31, 23, 59))
    done = close(whole, almaty(2026, 4, 1, 1))
    assert (done.claims, done.amount_tiyn) == (1, (9_05 + 7_41) * 4325)
    claim = queries.claims(HOUSE, month=MARCH)[0]
    assert (claim.state, claim.mass_g, claim.prepared_by) == ("draft", 2 * TONNE, None)  # a tonne at two stages
    assert set(AccrualLine.objects.filter(claim=None).values_list("claim_month", flat=True)) == {APRIL}


def test_late_facts_go_to_the_next_month_at_their_own_rate(whole, office):
    """Weighed in December 2025, uploaded after March was closed: April's claim, December's tariff and index."""
    whole.recycled(TENTH, [TONNE])
    office.accrue(CLOSING)
    close(whole)
    late = almaty(2026, 3, 31, 23, 59)
    whole.received(almaty(2025, 12, 31, 12), [TONNE], received_at=late)
    assert office.accrue(CLOSING).lines == 2
    line = AccrualLine.objects.filter(claim=None, stage="collection").get()
    assert (line.supply_on, line.claim_month, line.amount_tiyn) == (date(2025, 12, 31), APRIL, 9_05 * 3932)
    with refused(Unprocessable, month="month_closed"):
        payouts.prepare_claim(actor=whole.collector.actor, at=CLOSING, contract_id=whole.collector.contract_id, month=MARCH)


def test_who_closes_what_and_when(whole, office):
    whole.received(TENTH, [TONNE])
    with refused(NotFound):
        payouts.close_month(actor=HOUSE, at=CLOSING, programme="nowhere", month=MARCH)
    with refused(payouts.AccrualBehind):
        close(whole)
    office.accrue(CLOSING)
    close(whole)
    for month in (MARCH, date(2026, 2, 1)):
        with refused(payouts.MonthClosed):
            close(whole, month=month)
    assert [(one.month, one.claims_n) for one in queries.periods(whole.scene.code)] == [(MARCH, 1)]


def test_closing_tells_the_contractor_and_writes_it_down(whole, office, told, verbs):
    whole.recycled(TENTH, [TONNE])
    office.accrue(CLOSING)
    close(whole)
    claim = Claim.objects.get()
    assert told(whole.collector.actor.user_id, claim.pk) == ["claim.draft"]
    assert verbs(claim.pk) == ["claim.prepare"] and verbs(whole.scene.programme.id)[-1] == "period.close"
    assert claim.vat_tiyn == round(WHOLE * 16 / 116)  # the rate of 2026


def test_a_statement_of_two_months_to_the_tiyn(whole, office):
    whole.recycled(TENTH, [TONNE])
    office.accrue(CLOSING)
    close(whole)
    assert figures(whole) == (0, WHOLE, 0, 0, 0, WHOLE)
    may = almaty(2026, 5, 2, 9)
    claim = Claim.objects.get()
    payouts.submit_claim(actor=whole.collector.actor, at=CLOSING, claim_id=claim.pk, act_number="A", einvoice_number="E",
                         declaration="2026-1")
    office.answered(office.sent([office.approve(office.verify(queries.claim(HOUSE, claim.pk), CLOSING), CLOSING).id],
                                CLOSING), CLOSING)
    whole.recycled(almaty(2026, 4, 10, 12), [2 * TONNE])
    office.accrue(may)
    close(whole, may, APRIL)
    assert figures(whole, APRIL) == (WHOLE, 2 * WHOLE, 0, 0, WHOLE, 2 * WHOLE)
    assert figures(whole) == (0, WHOLE, 0, 0, 0, WHOLE)  # as it was
    assert [one.month for one in queries.month_statements(whole.collector.actor, whole.collector.contract_id)] == [
        APRIL, MARCH]
    with refused(NotFound):
        queries.month_statements(whole.scene.stranger.actor, whole.collector.contract_id)


def test_what_was_held_that_day_is_in_the_statement_but_not_in_the_claim(scene, office):
    from tests.collection.custody.haul import full_cycle
    whole = full_cycle(scene)
    whole.recycled(TENTH, [TONNE])
    whole.recycled(TENTH, [TONNE], scale_id=whole.scale(until=date(2026, 1, 1)))  # calibration had expired
    office.accrue(CLOSING)
    close(whole)
    parts = queries.month_statement(HOUSE, whole.collector.contract_id, MARCH)[1]
    assert {(one.part, one.stage): one.lines_n for one in parts} == {
        (part, stage): 1 for part in ("claimed", "held") for stage in ("collection", "transport", "recycling")}
    assert figures(whole)[1] == 2 * WHOLE and Claim.objects.get().amount_tiyn == WHOLE


def test_a_closed_month_only_gets_dated_corrections(whole, office):
    """4.240 t is corrected to 4.040 t after March is closed and paid: March stays, April changes, marked and dated."""
    pk = whole.received(TENTH, [4_240_000])[0]
    office.accrue(CLOSING)
    close(whole)
    before = queries.month_statement(HOUSE, whole.collector.contract_id, MARCH)
    later = CLOSING + timedelta(days=5)
    custody.correct_receipts(actor=HOUSE, at=later, corrections=[custody.NewCorrection(pk, 4_040_000, "impurity")])
    office.accrue(later)
    head, parts, corrections = queries.month_statement(HOUSE, whole.collector.contract_id, MARCH)
    assert parts == before[1] and before[2] == []
    assert (head.closing_tiyn, head.accrued_tiyn) == (before[0].closing_tiyn, before[0].accrued_tiyn)
    assert [(one.stage, one.mass_g, one.at, one.claim_month) for one in corrections] == [
        ("collection", 4_040_000, later, APRIL), ("transport", 4_040_000, later, APRIL),
        ("collection", -4_240_000, later, APRIL), ("transport", -4_240_000, later, APRIL)]
    assert head.corrected_tiyn == sum(one.amount_tiyn for one in corrections) == -round((9_05 + 7_41) * 4325 * 0.2)
    may = almaty(2026, 5, 2, 9)
    whole.received(almaty(2026, 4, 10, 12), [TONNE])
    office.accrue(may)
    close(whole, may, APRIL)
    opening, accrued, taken_back, *_, closing = figures(whole, APRIL)
    assert (opening, taken_back) == (before[0].closing_tiyn, -before[0].closing_tiyn)
    assert closing == opening + accrued + taken_back == round((9_05 + 7_41) * 4325 * 5.04)
    assert queries.recompute_check().differences == ()


@pytest.mark.parametrize("table", ["period", "monthstatement", "statementline"])
@pytest.mark.parametrize("sql", ["UPDATE payouts_{} SET id = id", "DELETE FROM payouts_{}", "TRUNCATE payouts_{} CASCADE"])
def test_nobody_rewrites_a_closed_month(whole, office, table, sql):
    whole.recycled(TENTH, [TONNE])
    office.accrue(CLOSING)
    close(whole)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(table))
    if "TRUNCATE" in sql:
        return  # the owner flushes tests with it
    with database_refuses(""), connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(sql.format(table))


def test_a_statement_adds_up_or_is_none(whole, office):
    with database_refuses("statement_adds_up"):
        MonthStatement.objects.create(
            contract_id=whole.collector.contract_id, month=MARCH, closed_at=CLOSING, opening_tiyn=1, accrued_tiyn=1,
            reversed_tiyn=0, rejected_tiyn=0, paid_tiyn=0, closing_tiyn=3)


def test_the_number_of_statements_does_not_grow(whole, office, django_assert_max_num_queries):
    whole.recycled(TENTH, [TONNE] * 30)
    office.accrue(CLOSING)
    with django_assert_max_num_queries(30):
        close(whole)
    assert Claim.objects.get().lines_n == 90


def test_the_command_prices_and_closes(whole):
    whole.received(TENTH, [TONNE])
    out = io.StringIO()
    with frozen(CLOSING):
        call_command("close_month", whole.scene.code, "2026-03", stdout=out)
    assert out.getvalue() == f"{whole.scene.code} 2026-03 closed: 1 claims of 71189.50 KZT, 1 statements\n"
    for wrong, said in (((whole.scene.code, "2026-03"), "month_closed"), (("nowhere", "2026-03"), "no programme"),
                        ((whole.scene.code, "March"), "not a month"), ((whole.scene.code, "2030-01"), "month_not_over")):
        with pytest.raises(CommandError, match=said), frozen(CLOSING):
            call_command("close_month", *wrong)
