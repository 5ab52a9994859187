"""A rate that changes for days that have begun: taken back and accrued anew, to the tiyn, and nothing paid is touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection

from collection.contracts import operations as contracts
from collection.contracts.models import Allotment, Tariff
from collection.contracts.operations import NewTariff
from collection.custody import operations as custody
from collection.kernel.actor import HOUSE
from collection.kernel.db import rows, transaction
from collection.kernel.refusals import SamePerson, WrongState
from collection.payouts import operations as payouts, queries
from collection.payouts.models import AccrualLine, Hold
from collection.payouts.tasks import reprice_facts
from notifications.models import OutboxRow
from tests import cast
from tests.collection.custody.haul import TONNE, two_contracts
from tests.collection.custody.refusing import refused

MARCH = date(2026, 3, 1)


def change(scene, coefficient="10.00", *, stage="collection", category="polymer", first=MARCH, last=None, at=cast.AT):
    """Proposed by the manager, approved by finance, and priced anew."""
    made = contracts.propose_tariff_change(
        actor=scene.manager, at=at, programme=scene.code, reason="decree No 5, in force from 1 March", tariffs=[NewTariff(
            category, stage, Decimal(coefficient), first, "decree No 5", last)])
    contracts.approve_tariff_change(actor=scene.finance, at=at, programme=scene.code, change_id=made.id)
    return payouts.reprice(actor=HOUSE, at=at, programme_id=scene.programme.id)


def lines(stage="collection"):
    return [(one.edition, one.mass_g, one.amount_tiyn, one.claim_month, one.claim_id is not None)
            for one in AccrualLine.objects.filter(stage=stage).order_by("id")]


def test_before_the_claim_the_old_line_and_its_reversal_cancel_out(scene, haul, office, verbs):
    pk = haul.recycled(cast.AT, [1_234_567])[0]
    office.accrue(cast.AT)
    done = change(scene)
    # 9.05 x 432,500 x 1.234567 t = 4,832,249.56 tiyn and 10.00 x: 5,339,502.28; transport 7.41 x: 3,956,571.19
    assert lines() == [(1, 1_234_567, 48_322_50, MARCH, False), (2, -1_234_567, -48_322_50, MARCH, False),
                       (3, 1_234_567, 53_395_02, MARCH, False)]
    assert (done.facts, done.lines, done.amount_tiyn) == (1, 2, 53_395_02 - 48_322_50)
    assert verbs(pk)[-1] == "money.reprice"
    assert set(Hold.objects.values_list("line__edition", "rule")) == {
        (1, "corrected_before_claim"), (2, "corrected_before_claim")}
    assert [one.claim_month for one in AccrualLine.objects.filter(stage="transport")] == [MARCH]  # untouched
    claim = office.paid(haul.collector, cast.AT, MARCH)
    transport = 39_565_71
    assert (claim.lines_n, claim.amount_tiyn) == (2, 53_395_02 + transport)
    cap = Allotment.objects.filter(of="cap", contract_id=haul.collector.contract_id)
    assert sum(one.amount for one in cap) == 53_395_02 + transport
    again = payouts.reprice(actor=HOUSE, at=cast.AT, programme_id=scene.programme.id)
    assert (again.facts, again.lines) == (0, 0)
    assert queries.recompute_check().differences == ()


def test_what_was_paid_stays_and_the_difference_goes_to_the_next_open_month(scene, haul, office):
    haul.recycled(cast.AT, [TONNE])
    office.accrue(cast.AT)
    paid = office.paid(haul.collector, cast.AT, MARCH)
    april = datetime(2026, 4, 10, 6, tzinfo=UTC)
    change(scene, at=april)
    assert lines() == [(1, TONNE, 39_141_25, MARCH, True), (2, -TONNE, -39_141_25, date(2026, 4, 1), False),
                       (3, TONNE, 43_250_00, date(2026, 4, 1), False)]
    assert queries.claim(HOUSE, paid.id).amount_tiyn == paid.amount_tiyn
    assert queries.recompute_check().differences == ()
    second = office.paid(haul.collector, april, date(2026, 4, 1))
    assert (second.lines_n, second.amount_tiyn) == (2, 43_250_00 - 39_141_25)
    # A gram is paid once, however often its rate changes
    assert rows("SELECT sum(grams)::bigint AS g FROM payouts_paid JOIN payouts_accrualline line ON line.id = line_id "
                "WHERE line.stage = 'collection'")[0]["g"] == TONNE
    assert queries.recompute_check().differences == ()
    change(scene, "9.05", at=april)  # and back again
    assert [one[:3] for one in lines()][3:] == [(4, -TONNE, -43_250_00), (5, TONNE, 39_141_25)]
    assert queries.recompute_check().differences == ()


@pytest.mark.parametrize("rate", ["10.00", "9.05"])  # another one; and the same anew, by another row
def test_a_claim_on_its_way_goes_on_at_the_rate_it_was_made_at(scene, haul, office, rate):
    """What changes is in the next month: a defect that the contractor cannot cure would hold the claim for ever."""
    haul.recycled(cast.AT, [TONNE])
    office.accrue(cast.AT)
    claim = office.submitted(haul.collector, cast.AT, MARCH)
    change(scene, rate)
    verified = office.verify(claim, cast.AT)
    assert (verified.state, verified.reason) == ("verified", "")
    assert office.approve(verified, cast.AT).amount_tiyn == claim.amount_tiyn
    april = [one[1:3] for one in lines() if one[3] == date(2026, 4, 1)]
    assert april == ([(-TONNE, -39_141_25), (TONNE, 43_250_00)] if rate == "10.00" else [])
    assert queries.recompute_check().differences == ()


def test_only_the_days_it_names(scene, whole, office):
    """The row is cut around them: before and after, the old rate stays."""
    days = [datetime(2026, 3, day, 6, tzinfo=UTC) for day in (9, 10, 20, 21)]
    for at in days:
        whole.received(at, [TONNE])
    late = days[-1] + timedelta(days=1)
    office.accrue(late)
    change(scene, first=date(2026, 3, 10), last=date(2026, 3, 20), at=late)
    live = AccrualLine.objects.filter(stage="collection", reverses=None, reversed_by=None).order_by("supply_on")
    assert [(one.supply_on.day, one.coefficient, one.amount_tiyn) for one in live] == [
        (9, Decimal("9.05"), 39_141_25), (10, Decimal(10), 43_250_00), (20, Decimal(10), 43_250_00),
        (21, Decimal("9.05"), 39_141_25)]
    periods = Tariff.objects.filter(programme=scene.programme.id, category="polymer", stage="collection").order_by("valid")
    assert [(one.coefficient, one.valid.lower, one.valid.upper) for one in periods] == [
        (Decimal("9.05"), date(2024, 1, 1), date(2026, 3, 10)), (Decimal(10), date(2026, 3, 10), date(2026, 3, 21)),
        (Decimal("9.05"), date(2026, 3, 21), None)]
    assert queries.recompute_check().differences == ()


def test_a_row_that_is_replaced_on_all_its_days_stays_for_the_lines_that_name_it(scene, haul, office):
    haul.recycled(cast.AT, [TONNE])
    office.accrue(cast.AT)
    change(scene, first=date(2020, 1, 1))
    old, new = AccrualLine.objects.filter(stage="collection", reverses=None).order_by("edition")
    assert old.tariff.valid.isempty and new.tariff.coefficient == Decimal(10)
    assert queries.recompute_check().differences == ()


def test_a_stage_that_had_no_rate_gets_one(scene, haul, office):
    haul.recycled(cast.AT, [TONNE])
    office.accrue(cast.AT)
    with transaction():
        rate = NewTariff("polymer", "whole", Decimal(1), MARCH, "decree No 6")
        for later in (MARCH, date(2027, 1, 1)):  # one person's word is not enough, for coming days neither
            with refused(contracts.SecondPersonNeeded):
                contracts.set_tariffs(actor=scene.manager, at=cast.AT, programme=scene.code, tariffs=[
                    replace(rate, valid_from=later)])
        contracts.set_tariffs(actor=HOUSE, at=cast.AT, programme=scene.code, tariffs=[rate])
    ring = OutboxRow.objects.filter(task="tariffs.changed").latest("id")
    assert ring.object_id == scene.programme.id
    done = payouts.reprice(actor=HOUSE, at=cast.AT, programme_id=scene.programme.id)
    assert (done.lines, done.amount_tiyn) == (1, 4_325_00)
    assert queries.recompute_check().differences == ()


def test_a_correction_afterwards_takes_back_the_last_price(scene, haul, office):
    pk = haul.recycled(cast.AT, [TONNE])[0]
    office.accrue(cast.AT)
    change(scene)
    custody.correct_receipts(actor=HOUSE, at=cast.AT, corrections=[custody.NewCorrection(pk, 900_000, "slip")])
    office.accrue(cast.AT)
    assert [one[:3] for one in lines()][3:] == [(1, 900_000, 38_925_00), (1, -TONNE, -43_250_00)]
    change(scene, "12.00")  # what was taken back is worth nothing at any rate
    assert [one[:3] for one in lines()][5:] == [(2, -900_000, -38_925_00), (3, 900_000, 46_710_00)]
    assert queries.recompute_check().differences == ()
    assert office.prepared(haul.collector, cast.AT, MARCH).amount_tiyn == 46_710_00 + 28_843_43


def test_a_rejected_claim_is_not_revived_and_a_lifted_hold_stays_lifted(scene, office):
    haul = two_contracts(scene)
    haul.received(cast.AT, [TONNE], origin="sorting_plant")
    office.accrue(cast.AT)
    hold = Hold.objects.get(line__stage="collection")
    payouts.lift_hold(actor=office.inspector, at=cast.AT, hold_id=hold.pk, why="papers of own containers seen")
    change(scene)
    last = AccrualLine.objects.get(stage="collection", edition=3)
    assert {(one.rule, one.lifted_why) for one in last.holds.all()} == {
        ("origin_excluded", "papers of own containers seen")}
    claim = office.verify(office.submitted(haul.collector, cast.AT, MARCH), cast.AT)
    payouts.reject_claim(actor=office.finance, at=cast.AT, claim_id=claim.id, reason="no such load")
    done = change(scene, "11.00")
    assert done.lines == 0
    assert queries.recompute_check().differences == ()


def test_a_change_that_is_withdrawn_changes_nothing(scene, verbs):
    made = contracts.propose_tariff_change(
        actor=scene.manager, at=cast.AT, programme=scene.code, reason="decree", tariffs=[
            NewTariff("glass", "collection", Decimal(1), MARCH, "decree")])
    gone = contracts.withdraw_tariff_change(actor=scene.manager, at=cast.AT, programme=scene.code, change_id=made.id)
    assert gone.state == "withdrawn" and verbs(made.id) == ["tariff_change.propose", "tariff_change.withdraw"]
    with refused(WrongState):
        contracts.approve_tariff_change(actor=scene.finance, at=cast.AT, programme=scene.code, change_id=made.id)


def test_two_persons(scene):
    made = contracts.propose_tariff_change(
        actor=scene.manager, at=cast.AT, programme=scene.code, reason="decree", tariffs=[
            NewTariff("glass", "collection", Decimal(1), MARCH, "decree")])
    with refused(SamePerson):
        contracts.approve_tariff_change(actor=scene.manager, at=cast.AT, programme=scene.code, change_id=made.id)
    with pytest.raises(IntegrityError, match="tariff_change_two_persons"), transaction(), connection.cursor() as cursor:
        cursor.execute("UPDATE contracts_tariffchange SET approved_by = proposed_by WHERE id = %s", [made.id])


def test_the_database_keeps_editions_in_order(scene, haul, office):
    haul.recycled(cast.AT, [TONNE])
    office.accrue(cast.AT)
    with pytest.raises(IntegrityError, match="must take back"), transaction(), connection.cursor() as cursor:
        cursor.execute("""
            INSERT INTO payouts_accrualline (programme_id, contract_id, consignment_id, fact_id, stage, category_id, tariff_id,
                coefficient, index_tiyn, mass_g, amount_tiyn, supply_on, claim_month, accrued_at, edition)
            SELECT programme_id, contract_id, consignment_id, fact_id, stage, category_id, tariff_id, coefficient, index_tiyn,
                mass_g, amount_tiyn, supply_on, claim_month, accrued_at, 2 FROM payouts_accrualline LIMIT 1""")


def test_payouts_is_rung_and_prices_once(transactional_db, reference):
    with transaction():
        scene = cast.Scene()
        haul = two_contracts(scene)
        haul.recycled(cast.AT, [TONNE])
        payouts.accrue(actor=HOUSE, at=cast.AT, programme_id=scene.programme.id)
        made = contracts.propose_tariff_change(
            actor=scene.manager, at=cast.AT, programme=scene.code, reason="decree", tariffs=[
                NewTariff("polymer", "collection", Decimal(10), MARCH, "decree")])
        contracts.approve_tariff_change(actor=scene.finance, at=cast.AT, programme=scene.code, change_id=made.id)
    rings = list(OutboxRow.objects.filter(task="tariffs.changed").values_list("pk", flat=True))
    for ring in (*rings, *rings):
        reprice_facts(ring)
    assert AccrualLine.objects.filter(stage="collection").count() == 3
