"""The worked examples of the programme's money rules, each to the tiyn."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from collection.contracts.models import Contract
from collection.custody import operations as custody, queries as kilograms
from collection.custody.models import Fact
from collection.kernel.actor import HOUSE
from collection.kernel.calendar import ALMATY
from collection.kernel.db import rows
from collection.payouts import operations as payouts, queries
from collection.payouts.models import AccrualLine, LedgerEntry, Paid, PaymentOrder
from collection.payouts.operations import RegisterRefused
from tests.collection.custody.haul import TONNE, full_cycle, many_collectors, two_contracts


def almaty(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=ALMATY)  # type: ignore[misc]


def by_stage(ids) -> dict[str, tuple[str, int | None]]:
    return {one.stage: (one.status, one.amount_tiyn) for one in queries.money_of(HOUSE, ids)}


@pytest.mark.parametrize(("weighed", "total"), [
    (almaty(2024, 12, 31, 12), 235_826_50), (almaty(2025, 1, 1, 12), 251_156_50),
])
def test_polymer_by_the_year_it_was_weighed_in(whole, office, weighed, total):
    """3.5 t of polymer, full cycle: 235,826.50 if weighed on 31 December 2024, 251,156.50 a day later.

    The batch and the claim follow in February 2025; the first stays as it was.
    """
    february = almaty(2025, 2, 10, 12)
    whole.recycled(weighed, [3_500_000], processed_at=february)
    accrued = office.accrue(february)
    assert (accrued.lines, accrued.held, accrued.amount_tiyn) == (3, 0, total)
    claim = office.paid(whole.collector, february, date(2025, 2, 1))
    assert (claim.amount_tiyn, claim.state) == (total, "paid")
    assert claim.vat_tiyn == {235_826_50: 25_267_13, 251_156_50: 26_909_63}[total]  # 12 / 112 of it


def test_what_was_declared_weighed_refused_and_paid(scene, haul, office):
    """Declared 5.000 t, net 4.620 t, refused 0.380 t: payable 4.240 t; the generator sees all three."""
    accepted = scene.accept(haul.collector, scene.offered(declared_g=5 * TONNE))
    pickup = scene.generator.actor
    code = rows("SELECT handover_code FROM pickups_pickup WHERE id = %s", [accepted.pickup_id])[0]["handover_code"]
    load = custody.load(actor=haul.collector.actor, at=scene.at, loads=[custody.Load(
        loaded_at=scene.at, job_id=accepted.job_id, handover_code=code, vehicle_id=haul.collector.vehicle_id)])[0]
    custody.weigh(actor=haul.recycler.actor, at=scene.at, tickets=[haul.ticket(load.id, scene.at, 4_620_000)])
    custody.deliver(actor=haul.collector.actor, at=scene.at, consignment_ids=[load.id])
    custody.receive(actor=haul.recycler.actor, at=scene.at, receipts=[
        custody.NewReceipt(load.id, 4_240_000, 380_000, scene.at, "impurity")])
    haul.batch(scene.at, [load.id], 4_240_000)
    seen = kilograms.consignment(pickup, load.id).masses
    assert (seen.declared_g, seen.net_g, seen.refused_g, seen.accepted_g) == (5_000_000, 4_620_000, 380_000, 4_240_000)
    office.accrue(scene.at)
    masses = set(AccrualLine.objects.values_list("mass_g", flat=True))
    assert masses == {4_240_000}
    # MRP 4,325 in 2026: 9.05, 7.41 and 1.79 of it a tonne
    assert by_stage([load.id]) == {
        "collection": ("payable", 165_958_90), "transport": ("payable", 135_884_58), "recycling": ("payable", 32_825_02),
        "whole": ("not_payable", None)}
    assert {one.amount_tiyn for one in queries.money_of(pickup, [load.id])} == {None}  # sums are not the generator's


def test_metal_packaging(scene, office):
    """1 t of metal packaging in 2024: 775.32 for collection; transport and recycling are not payable, which is not zero."""
    haul = two_contracts(scene, quotas={"metal": 10**12}, collector={"quotas": {"metal": 10**12}})
    ids = haul.recycled(almaty(2024, 5, 5, 12), [TONNE], category="metal")
    office.accrue(scene.at)
    assert by_stage(ids) == {"collection": ("payable", 775_32), "transport": ("not_payable", None),
                             "recycling": ("not_payable", None), "whole": ("not_payable", None)}
    assert AccrualLine.objects.count() == 1


def test_a_plant_licensed_for_200_tonnes_claims_350(scene, office):
    """150 t are held for capacity. After selling 210 t of product against 200 t of stock the claim is blocked."""
    haul = two_contracts(scene, capacity_g=200 * TONNE)
    at = almaty(2025, 6, 10, 12)
    ids = haul.received(at, [25 * TONNE] * 14)
    # 350 t in, 230 t of product out: every gram is accounted for
    custody.process(actor=HOUSE, at=at, batches=[custody.NewBatch(
        haul.recycler.contract_id, "polymer", tuple(ids), 230 * TONNE, 40 * TONNE, 80 * TONNE, at)])
    custody.sell(actor=haul.recycler.actor, at=at, sales=[custody.NewSale(
        haul.recycler.facility_id, "polymer", 30 * TONNE, "ТОО Покупатель", "ESF-30", at)])  # 200 t are left
    accrued = office.accrue(at)
    assert accrued.held == 6
    held = [one for one in queries.money_of(HOUSE, ids) if one.status == "held"]
    assert {one.stage for one in held} == {"recycling"} and sum(one.mass_g for one in held) == 150 * TONNE
    assert {one.rules for one in held} == {("capacity_exceeded",)}
    assert [one.consignment_id for one in held] == ids[8:]  # in the order of the batch
    claim = office.submitted(haul.recycler, at, date(2025, 6, 1))
    assert claim.lines_n == 8 and claim.mass_g == 200 * TONNE
    custody.sell(actor=haul.recycler.actor, at=at, sales=[custody.NewSale(
        haul.recycler.facility_id, "polymer", 210 * TONNE, "ТОО Покупатель", "ESF-210", at)])
    returned = office.verify(claim, at)
    assert (returned.state, returned.reason) == ("returned", "negative_stock")
    verdict = {one.rule: one for one in queries.verdicts(claim.id)}["negative_stock"]
    assert not verdict.passed and verdict.params == {"stocks": [
        {"category": "polymer", "material": "product", "made_g": 230 * TONNE, "sold_g": 240 * TONNE}]}


def test_a_register_of_74_orders_with_one_bad_iban(scene, office):
    """Nothing is sent, one row error; after the fix 74 are sent; the bank rejects one: 73 paid, one re-issuable."""
    at = almaty(2025, 6, 10, 12)
    haul = two_contracts(scene)
    collectors = many_collectors(scene, 74)
    ids = [one.id for one in custody.load(actor=HOUSE, at=at, loads=[
        haul.load(at, collector_contract_id=one.contract_id) for one in collectors])]
    custody.weigh(actor=HOUSE, at=at, tickets=[haul.ticket(pk, at, TONNE) for pk in ids])
    custody.deliver(actor=HOUSE, at=at, consignment_ids=ids)
    custody.receive(actor=HOUSE, at=at, receipts=[custody.NewReceipt(pk, TONNE, 0, at) for pk in ids])
    office.accrue(at)
    claims = [office.approved(one, at, date(2025, 6, 1)).id for one in collectors]
    good = Contract.objects.get(claim=claims[40]).iban
    Contract.objects.filter(claim=claims[40]).update(iban="KZ00" + good[4:])
    with pytest.raises(RegisterRefused) as caught:
        payouts.prepare_register(actor=office.finance, at=at, claim_ids=claims)
    assert [(one.pointer, one.code) for one in caught.value.defects] == [("/claim_ids/40", "iban_invalid")]
    assert not PaymentOrder.objects.exists()

    Contract.objects.filter(claim=claims[40]).update(iban=good)
    register = office.sent(claims, at)
    assert (register.orders_n, register.amount_tiyn) == (74, 74 * (9_05 + 7_41) * 3932)
    settled = office.answered(register, at, rejected=[claims[10]])
    assert settled.state == "settled"
    states = [queries.claim(HOUSE, pk).state for pk in claims]
    assert (states.count("paid"), states[10]) == (73, "approved")

    again = office.sent([claims[10]], at + timedelta(days=1))
    order = queries.orders(again.id)[0]
    first = PaymentOrder.objects.get(claim=claims[10], state="rejected")
    assert order.reissue_of == first.pk and order.id != first.pk
    office.answered(again, at + timedelta(days=1))
    assert queries.claim(HOUSE, claims[10]).state == "paid"
    assert sum(Paid.objects.values_list("tiyn", flat=True)) == 74 * (9_05 + 7_41) * 3932
    assert sum(Paid.objects.values_list("grams", flat=True)) == 74 * TONNE  # collection and transport: each gram once


def test_a_correction_after_payment(whole, office):
    """4.240 t is corrected to 4.040 t: original, reversal and new entry are all in the ledger; the current period changes."""
    march, april = almaty(2025, 3, 10, 12), almaty(2025, 4, 10, 12)
    pk = whole.recycled(march, [4_620_000], refused_g=380_000)[0]
    office.accrue(march)
    first = office.paid(whole.collector, march, date(2025, 3, 1))
    assert first.amount_tiyn == 150_878_70 + 123_537_15 + 29_842_31  # each line rounded once

    shown = queries.correction_effect(whole.recycler.actor, pk, accepted_g=4_040_000, on=april.date())
    assert [(one.stage, one.difference_tiyn, one.claim_state) for one in shown] == [
        ("collection", 143_761_78 - 150_878_70, "paid"), ("transport", 117_709_92 - 123_537_15, "paid"),
        ("recycling", 28_434_65 - 29_842_31, "paid")]
    whole.correct(pk, 4_040_000, at=april, reason="the scale's slip was misread")
    office.accrue(april)
    of_collection = AccrualLine.objects.filter(stage="collection").order_by("id")
    assert sorted((one.mass_g, one.amount_tiyn, one.claim_month.isoformat()) for one in of_collection) == [
        (-4_240_000, -150_878_70, "2025-04-01"), (4_040_000, 143_761_78, "2025-04-01"),
        (4_240_000, 150_878_70, "2025-03-01")]
    entries = LedgerEntry.objects.filter(line__stage="collection", account__kind="cost").order_by("id")
    assert sorted(one.amount_tiyn for one in entries) == [-150_878_70, 143_761_78, 150_878_70]
    assert queries.claim(HOUSE, first.id).amount_tiyn == first.amount_tiyn  # what was paid stays paid
    # The restatement mark: March stays as it was closed, and says by how much it was corrected since, and when.
    closed, _, corrections = queries.month_statement(HOUSE, whole.collector.contract_id, date(2025, 3, 1))
    restated = 143_761_78 + 117_709_92 + 28_434_65
    assert (closed.accrued_tiyn, closed.corrected_tiyn) == (first.amount_tiyn, restated - first.amount_tiyn)
    assert {(one.at, one.claim_month) for one in corrections} == {(april, date(2025, 4, 1))} and len(corrections) == 6

    # The current period: another load of April brings the money the correction is taken from.
    whole.recycled(april, [TONNE])
    office.accrue(april)
    claim = office.paid(whole.collector, april, date(2025, 4, 1))
    taken_back = first.amount_tiyn - (143_761_78 + 117_709_92 + 28_434_65)
    assert claim.amount_tiyn == 71_759_00 - taken_back
    paid = {month: (grams, tiyn) for month, grams, tiyn in (
        (row["month"], row["grams"], row["tiyn"]) for row in rows(
            "SELECT extract(month FROM occurred_on)::int AS month, sum(grams)::bigint AS grams, sum(tiyn)::bigint AS tiyn "
            "FROM payouts_paid GROUP BY 1"))}
    assert paid == {3: (4_240_000, 304_258_16), 4: (TONNE - 200_000, claim.amount_tiyn)}
    recycled = {row["month"]: row["grams"] for row in rows(
        "SELECT extract(month FROM occurred_on)::int AS month, sum(grams)::bigint AS grams FROM custody_fact "
        "WHERE measure = 'recycled' GROUP BY 1")}
    assert recycled == {3: 4_240_000, 4: TONNE - 200_000}
    assert queries.recompute_check().differences == ()


def test_the_last_half_hour_of_august(whole, office):
    """31 August 2025, 23:30 in Almaty counts as August: for the tariff, the statistics and the claim."""
    last = almaty(2025, 8, 31, 23, 30)
    whole.recycled(last, [TONNE], processed_at=almaty(2025, 8, 31, 23, 45))
    assert {one.occurred_on for one in Fact.objects.all()} == {date(2025, 8, 31)}
    office.accrue(almaty(2025, 9, 1, 0, 30))
    assert set(AccrualLine.objects.values_list("claim_month", flat=True)) == {date(2025, 8, 1)}
    assert office.prepared(whole.collector, almaty(2025, 9, 2, 12), date(2025, 8, 1)).lines_n == 3


def test_the_hour_that_happened_twice(whole, office):
    """On 29 February 2024 Almaty went from UTC+6 to UTC+5: two loads an hour apart both count as February."""
    first = datetime.fromisoformat("2024-02-29T23:30:00+06:00")
    second = datetime.fromisoformat("2024-02-29T23:30:00+05:00")
    assert second - first == timedelta(hours=1)
    whole.recycled(first, [TONNE], processed_at=first + timedelta(minutes=10))
    whole.recycled(second, [TONNE], processed_at=second + timedelta(minutes=10))
    assert {one.supply_on for one in Fact.objects.all()} == {date(2024, 2, 29)}
    office.accrue(almaty(2024, 3, 1, 12))
    claim = office.prepared(whole.collector, almaty(2024, 3, 1, 12), date(2024, 2, 1))
    # twice 9.05, 7.41 and 1.79 of MRP 3,692
    assert (claim.lines_n, claim.amount_tiyn) == (6, 2 * (33_412_60 + 27_357_72 + 6_608_68))


def test_an_unsplit_rate_is_paid_once_to_the_party_the_programme_names(scene, office):
    """Tyres, 13.50 of the index: after the batch, to the recycler by default, to the full-cycle contract where there is one."""
    at = almaty(2025, 5, 5, 12)
    tyres = {"quotas": {"tyres": 10**12}}
    apart, together = two_contracts(scene, collector=tyres, **tyres), full_cycle(scene, **tyres)
    for haul, payee in ((apart, apart.recycler), (together, together.collector)):
        ids = haul.received(at, [TONNE], category="tyres")
        office.accrue(at)
        assert {one.status for one in queries.money_of(HOUSE, ids)} == {"not_payable", "awaiting"}
        haul.batch(at, ids, TONNE, category="tyres")
        office.accrue(at)
        lines = AccrualLine.objects.filter(consignment=ids[0])
        assert [(one.stage, one.contract_id, one.amount_tiyn) for one in lines] == [
            ("whole", payee.contract_id, 53_082_00)]
