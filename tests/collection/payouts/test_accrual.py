"""Facts become lines once, with their holds, their ledger entries and their share of the cap."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from collection.contracts.models import Allotment
from collection.custody import operations as custody
from collection.kernel.actor import HOUSE
from collection.kernel.db import transaction
from collection.kernel.refusals import NotFound
from collection.payouts import operations as payouts, queries
from collection.payouts.models import AccrualLine, Hold, LedgerEntry, LedgerTransaction
from collection.payouts.operations.holds import HoldNotLiftable
from collection.payouts.tasks import accrue_facts
from notifications.models import OutboxRow
from tests import cast
from tests.collection.custody.haul import TONNE, Haul, two_contracts
from tests.collection.custody.refusing import refused


def holds() -> dict[str, set[str]]:
    """stage -> the rules that hold its lines."""
    found: dict[str, set[str]] = {}
    for stage, rule in Hold.objects.filter(lifted_at=None).values_list("line__stage", "rule"):
        found.setdefault(stage, set()).add(rule)
    return found


def test_running_it_again_adds_nothing(haul, office, verbs):
    pk = haul.recycled(cast.AT, [TONNE])[0]
    first, again = office.accrue(cast.AT), office.accrue(cast.AT)
    assert (first.facts, first.lines, first.held) == (2, 3, 0)
    assert (again.facts, again.lines) == (0, 0)
    assert LedgerTransaction.objects.count() == 3 and LedgerEntry.objects.count() == 6
    assert verbs(pk)[-1] == "money.accrue"
    cap = Allotment.objects.filter(of="cap", contract_id=haul.collector.contract_id)
    assert [one.amount for one in cap] == [(9_05 + 7_41) * 4325]


def test_only_what_is_new_is_looked_at(haul, office):
    haul.recycled(cast.AT, [TONNE])
    office.accrue(cast.AT)
    haul.received(cast.AT, [TONNE])
    assert office.accrue(cast.AT).facts == 1


def test_chosen_loads_only(haul, office):
    first, second = haul.recycled(cast.AT, [TONNE, TONNE])
    assert payouts.accrue(actor=HOUSE, at=cast.AT, programme_id=haul.scene.programme.id,
                          consignment_ids=[second]).lines == 3
    assert set(AccrualLine.objects.values_list("consignment_id", flat=True)) == {second}
    assert office.accrue(cast.AT).lines == 3
    assert {one.status for one in queries.money_of(HOUSE, [first]) if one.stage != "whole"} == {"payable"}


def test_what_holds_a_line(scene, told):
    """Lapsed scale, light lorry, excluded origin: accrued and shown with its reasons, claimed by nobody."""
    haul = two_contracts(scene, collector={"valid_to": date(2026, 3, 31)})
    lapsed = haul.scale(until=date(2026, 3, 1))
    late = datetime(2026, 4, 1, 6, tzinfo=UTC)
    for rule, ids in (
        ("calibration_expired", haul.received(cast.AT, [TONNE], scale_id=lapsed)),
        ("over_payload", haul.received(cast.AT, [5_000_001], vehicle_id=haul.collector.vehicle_id, plate="")),
        ("origin_excluded", haul.received(cast.AT, [TONNE], origin="sorting_plant")),
        ("region_not_in_contract", haul.received(
            cast.AT, [TONNE], point=(71.4304, 51.1282), loaded_at=cast.AT - timedelta(days=1), plate="777FAR01")),
        ("contract_not_valid_on_supply_date", haul.loaded(cast.AT)),
    ):
        if rule == "contract_not_valid_on_supply_date":  # loaded in time, weighed a month later
            custody.weigh(actor=HOUSE, at=late, tickets=[haul.ticket(ids[0], late, TONNE)])
            custody.deliver(actor=HOUSE, at=late, consignment_ids=ids)
            custody.receive(actor=HOUSE, at=late, receipts=[custody.NewReceipt(ids[0], TONNE, 0, late)])
        payouts.accrue(actor=HOUSE, at=late, programme_id=scene.programme.id)
        money = [one for one in queries.money_of(haul.collector.actor, ids) if one.stage in ("collection", "transport")]
        assert {(one.status, one.rules) for one in money} == {("held", (rule,))}, rule
        assert "money.held" in told(haul.collector.actor.user_id, ids[0])
    claim = payouts.prepare_claim(actor=haul.collector.actor, at=late, contract_id=haul.collector.contract_id,
                                  month=date(2026, 4, 1))
    assert claim is None
    assert queries.recompute_check().differences == ()


def test_the_capacity_of_a_month_is_used_in_the_order_of_sealing(scene, office):
    haul = two_contracts(scene, capacity_g=25 * TONNE)
    one = haul.recycled(cast.AT, [10 * TONNE])
    other_month = datetime(2026, 4, 2, 6, tzinfo=UTC)
    two = haul.recycled(cast.AT, [10 * TONNE])
    three = haul.recycled(cast.AT, [10 * TONNE])
    april = haul.recycled(other_month, [10 * TONNE])
    paper = haul.recycled(cast.AT, [10 * TONNE], category="paper")
    office.accrue(other_month)  # whenever it is accrued, the order of sealing decides
    held = {one.consignment_id for one in queries.money_of(HOUSE, one + two + three + april + paper)
            if one.status == "held"}
    assert held == set(three)
    assert holds() == {"recycling": {"capacity_exceeded"}}


def test_a_line_of_a_closed_month_goes_to_the_next_open_one_at_the_same_rate(whole, office):
    december, january = datetime(2024, 12, 20, 6, tzinfo=UTC), datetime(2025, 1, 5, 6, tzinfo=UTC)
    whole.recycled(december, [TONNE])
    office.accrue(december)
    office.prepared(whole.collector, december + timedelta(days=5), date(2024, 12, 1))  # closes December early
    whole.recycled(december, [TONNE])
    office.accrue(january)
    late = AccrualLine.objects.filter(claim=None)
    assert {(one.claim_month, one.index_tiyn) for one in late} == {(date(2025, 1, 1), 369_200)}
    assert office.prepared(whole.collector, january, date(2025, 1, 1)).lines_n == 3


def test_a_correction_before_the_claim_cancels_out(haul, office):
    pk = haul.recycled(cast.AT, [TONNE])[0]
    office.accrue(cast.AT)
    custody.correct_receipts(actor=HOUSE, at=cast.AT, corrections=[custody.NewCorrection(pk, 900_000, "slip")])
    office.accrue(cast.AT)
    lines = list(AccrualLine.objects.filter(stage="collection").order_by("mass_g"))
    assert [one.mass_g for one in lines] == [-TONNE, 900_000, TONNE] and lines[0].reverses_id == lines[2].pk
    assert holds() == {stage: {"corrected_before_claim"} for stage in ("collection", "transport", "recycling")}
    claim = office.prepared(haul.collector, cast.AT, date(2026, 3, 1))
    assert (claim.lines_n, claim.mass_g) == (2, 1_800_000)  # collection and transport of what was right
    with refused(HoldNotLiftable):
        payouts.lift_hold(actor=office.inspector, at=cast.AT, hold_id=Hold.objects.first().pk, why="please")
    cap = Allotment.objects.filter(of="cap", contract_id=haul.collector.contract_id)
    assert sum(one.amount for one in cap) == claim.amount_tiyn
    assert queries.recompute_check().differences == ()


def test_a_correction_while_the_claim_is_on_its_way_is_netted_in_the_next(haul, office):
    pk = haul.recycled(cast.AT, [TONNE])[0]
    office.accrue(cast.AT)
    first = office.approved(haul.collector, cast.AT, date(2026, 3, 1))
    custody.correct_receipts(actor=HOUSE, at=cast.AT, corrections=[custody.NewCorrection(pk, 900_000, "slip")])
    office.accrue(cast.AT)
    april = cast.AT + timedelta(days=40)
    assert holds() == {"recycling": {"corrected_before_claim"}}  # the recycler had not claimed yet
    # What is to be taken back is more than what was earned: it waits, and the month stays open
    assert payouts.prepare_claim(actor=HOUSE, at=april, contract_id=haul.collector.contract_id,
                                 month=date(2026, 4, 1)) is None
    haul.recycled(april, [TONNE])
    office.accrue(april)
    second = office.prepared(haul.collector, april, date(2026, 4, 1))
    # 1.000 t and 0.900 t: 9.05 and 7.41 of 4,325 a tonne, each line rounded half up (35,227.125 and 28,843.425)
    assert first.amount_tiyn + second.amount_tiyn == (9_05 + 7_41) * 4325 + 35_227_13 + 28_843_43
    assert second.lines_n == 6


def test_a_rejected_claim_is_not_revived_by_a_correction(haul, office):
    pk = haul.recycled(cast.AT, [TONNE])[0]
    office.accrue(cast.AT)
    claim = office.verify(office.submitted(haul.collector, cast.AT, date(2026, 3, 1)), cast.AT)
    payouts.reject_claim(actor=office.finance, at=cast.AT, claim_id=claim.id, reason="no such load")
    custody.correct_receipts(actor=HOUSE, at=cast.AT, corrections=[custody.NewCorrection(pk, 900_000, "slip")])
    office.accrue(cast.AT)
    assert holds()["collection"] == {"corrected_before_claim", "rejected_before"}
    assert payouts.prepare_claim(actor=HOUSE, at=cast.AT + timedelta(days=40),
                                 contract_id=haul.collector.contract_id, month=date(2026, 4, 1)) is None
    accrued = {one.contract_id: one.balance_tiyn for one in queries.balances(HOUSE) if one.kind == "accrued"}
    assert accrued[haul.collector.contract_id] == -(35_227_13 + 28_843_43)  # held for good, in no claim
    cap = Allotment.objects.filter(of="cap", contract_id=haul.collector.contract_id)
    assert sum(one.amount for one in cap) == 35_227_13 + 28_843_43
    assert queries.recompute_check().differences == ()


def test_lifting_a_hold(scene, haul, office, verbs):
    pk = haul.received(cast.AT, [TONNE], origin="sorting_plant")[0]
    office.accrue(cast.AT)
    hold = Hold.objects.filter(line__stage="collection").get()
    payouts.lift_hold(actor=office.inspector, at=cast.AT, hold_id=hold.pk, why="papers of own containers seen")
    assert verbs(pk)[-1] == "hold.lift"
    with refused(HoldNotLiftable):
        payouts.lift_hold(actor=office.inspector, at=cast.AT, hold_id=hold.pk, why="again")
    with refused(NotFound):
        payouts.lift_hold(actor=office.inspector, at=cast.AT, hold_id=0, why="none")
    claim = office.submitted(haul.collector, cast.AT, date(2026, 3, 1))
    assert (claim.lines_n, office.verify(claim, cast.AT).state) == (1, "verified")  # lifted stays lifted


def test_why_a_tonne_is_not_paid_yet(haul, office):
    """From the lorry to the bank: what is said of each stage, and to whom the sum is shown."""
    def said(actor=HOUSE):
        return [one.status for one in queries.money_of(actor, [pk])]

    pk = haul.loaded(cast.AT)[0]
    assert said() == ["awaiting"] * 4
    custody.weigh(actor=HOUSE, at=cast.AT, tickets=[haul.ticket(pk, cast.AT, TONNE)])
    assert said() == ["awaiting", "awaiting", "awaiting", "not_payable"]
    custody.deliver(actor=HOUSE, at=cast.AT, consignment_ids=[pk])
    custody.receive(actor=HOUSE, at=cast.AT, receipts=[custody.NewReceipt(pk, TONNE, 0, cast.AT)])
    assert said() == ["accruing", "accruing", "awaiting", "not_payable"]
    office.accrue(cast.AT)
    assert said() == ["payable", "payable", "awaiting", "not_payable"]
    claim = office.approved(haul.collector, cast.AT, date(2026, 3, 1))
    assert said() == ["claimed", "claimed", "awaiting", "not_payable"]
    office.answered(office.sent([claim.id], cast.AT), cast.AT)
    assert said() == ["paid", "paid", "awaiting", "not_payable"]
    shown = {actor.organisation_id: queries.money_of(actor, [pk])[0] for actor in (
        haul.collector.actor, haul.recycler.actor)}
    assert shown[haul.collector.actor.organisation_id].amount_tiyn == 9_05 * 4325
    assert shown[haul.recycler.actor.organisation_id].amount_tiyn is None
    assert queries.money_of(haul.scene.stranger.actor, [pk]) == []


def test_a_full_refusal_is_not_payable(haul):
    pk = haul.received(cast.AT, [TONNE], refused_g=TONNE)[0]
    assert {one.status for one in queries.money_of(HOUSE, [pk])} == {"not_payable"}


@pytest.mark.parametrize("kind", ["collector", "recycler"])
def test_a_contracts_statement_adds_up(haul, office, kind):
    haul.recycled(cast.AT, [TONNE])
    haul.recycled(cast.AT, [2 * TONNE], origin="sorting_plant")
    office.accrue(cast.AT)
    who: cast.Contractor = getattr(haul, kind)
    rows = queries.statement(who.actor, who.contract_id, month=date(2026, 3, 1))
    stages = {"collector": {"collection", "transport"}, "recycler": {"recycling"}}[kind]
    assert {(one.stage, one.status): one.mass_g for one in rows} == {
        (stage, status): mass_g for stage in stages for status, mass_g in (("payable", TONNE), ("held", 2 * TONNE))}
    other = haul.recycler if kind == "collector" else haul.collector
    with refused(NotFound):
        queries.statement(other.actor, who.contract_id)


def test_the_two_programmes_do_not_touch(scene, haul, office):
    other = cast.Scene(at=cast.AT)
    company = other.contract("full_cycle")
    Haul(other, company, company).recycled(cast.AT, [TONNE])
    haul.recycled(cast.AT, [TONNE])
    office.accrue(cast.AT)
    assert set(AccrualLine.objects.values_list("programme_id", flat=True)) == {scene.programme.id}
    assert queries.recompute_check(other.programme.id).facts == 0


def test_custody_rings_and_the_worker_accrues(transactional_db, reference):
    """Sealing leaves a row of work; the task takes it once, and a second ring for the same facts finds nothing to do."""
    with transaction():
        haul = two_contracts(cast.Scene())
        haul.recycled(cast.AT, [TONNE])
    rings = list(OutboxRow.objects.filter(task="facts.sealed").order_by("id").values_list("pk", flat=True))
    assert len(rings) == 3  # weighed, received, processed
    for ring in (*rings, *rings):
        accrue_facts(ring)
    assert AccrualLine.objects.count() == 3
    assert set(OutboxRow.objects.filter(pk__in=rings).values_list("state", flat=True)) == {"done"}
