"""From a month's lines to a verified claim."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from collection.contracts.models import Contract, ContractRegion
from collection.custody import operations as custody
from collection.custody.models import Sale
from collection.kernel.actor import HOUSE
from collection.kernel.refusals import NotFound, SamePerson, StaleVersion, Unprocessable, WrongState
from collection.payouts import operations as payouts, queries
from collection.payouts.declarations import CURRENT as DECLARATION
from collection.payouts.models import AccrualLine, Claim, Verdict
from collection.payouts.rules import RULES
from tests import cast
from tests.collection.custody.haul import TONNE
from tests.collection.custody.refusing import database_refuses, refused

MARCH = date(2026, 3, 1)


@pytest.fixture
def ready(haul, office):
    """A month with one payable load."""
    haul.recycled(cast.AT, [TONNE])
    office.accrue(cast.AT)
    return haul


def test_a_claim_is_the_sum_of_its_lines(ready, office, verbs, told):
    claim = office.prepared(ready.collector, cast.AT, MARCH)
    assert (claim.lines_n, claim.amount_tiyn, claim.state) == (2, (9_05 + 7_41) * 4325, "draft")
    assert claim.vat_tiyn == 9_819_24  # 16 / 116 of 71,189.50 since 2026
    lines = queries.claim_lines(ready.collector.actor, claim.id)
    assert [one.stage for one in lines] == ["collection", "transport"]
    assert {one.stage: one.amount_tiyn for one in queries.stage_sums(claim.id)} == {
        "collection": 9_05 * 4325, "transport": 7_41 * 4325}
    filed = payouts.submit_claim(actor=ready.collector.actor, at=cast.AT, claim_id=claim.id, act_number="A-1",
                                 einvoice_number="ESF-1", declaration=DECLARATION, version=1)
    assert (filed.state, filed.version) == ("submitted", 2)
    verified = office.verify(filed, cast.AT)
    assert (verified.state, verified.verified_by) == ("verified", office.inspector.user_id)
    assert Verdict.objects.filter(claim_id=claim.id, passed=True).count() == len(RULES) - 1  # it is a new company
    assert verbs(claim.id) == ["claim.prepare", "claim.submit", "claim.verify"]
    assert told(ready.collector.actor.user_id, claim.id) == ["claim.submitted", "claim.verified"]


def test_no_vat_where_the_payee_is_not_registered(ready, office):
    Contract.objects.filter(pk=ready.collector.contract_id).update(vat_payer=False)
    assert office.prepared(ready.collector, cast.AT, MARCH).vat_tiyn == 0


def test_a_month_is_claimed_once_and_never_before_it_comes(ready, office):
    contract = ready.collector.contract_id
    with refused(Unprocessable, month="month_in_future"):
        payouts.prepare_claim(actor=HOUSE, at=cast.AT, contract_id=contract, month=date(2026, 4, 1))
    assert payouts.prepare_claim(actor=HOUSE, at=cast.AT, contract_id=contract, month=date(2026, 2, 1)) is None
    claim = office.prepared(ready.collector, cast.AT, MARCH)
    with pytest.raises(payouts.ClaimExists) as caught:
        office.prepared(ready.collector, cast.AT, MARCH)
    assert caught.value.fields == {"claim_id": str(claim.id), "state": "draft"}


def test_only_ones_own(ready, office):
    for stranger in (ready.recycler.actor, ready.scene.stranger.actor):
        with refused(NotFound):
            payouts.prepare_claim(actor=stranger, at=cast.AT, contract_id=ready.collector.contract_id, month=MARCH)
    claim = office.prepared(ready.collector, cast.AT, MARCH)
    with refused(NotFound):
        payouts.submit_claim(actor=ready.recycler.actor, at=cast.AT, claim_id=claim.id, act_number="A",
                             einvoice_number="E", declaration=DECLARATION)
    for read in (queries.claim, queries.claim_lines):
        with refused(NotFound):
            read(ready.recycler.actor, claim.id)
    assert queries.claims(ready.recycler.actor) == []
    assert [one.id for one in queries.claims(ready.collector.actor, month=MARCH, state="draft")] == [claim.id]


def test_an_einvoice_number_stands_on_one_document(ready, office):
    claim = office.submitted(ready.collector, cast.AT, MARCH)
    other = office.prepared(ready.recycler, cast.AT, MARCH)
    custody.sell(actor=HOUSE, at=cast.AT, sales=[custody.NewSale(
        ready.recycler.facility_id, "polymer", 5, "ТОО", "ESF-SOLD", cast.AT)])
    for taken in (claim.einvoice_number, "ESF-SOLD"):
        with refused(payouts.EinvoiceReused, einvoice_number="einvoice_reused"):
            payouts.submit_claim(actor=ready.recycler.actor, at=cast.AT, claim_id=other.id, act_number="A",
                                 einvoice_number=taken, declaration=DECLARATION)
    with database_refuses("claim_einvoice_once"):
        Claim.objects.filter(pk=other.id).update(einvoice_number=claim.einvoice_number)


def test_all_defects_at_once_and_filed_again(ready, office):
    """The contract was narrowed, and its number went onto a sale after filing: both are said; cured, it passes."""
    claim = office.submitted(ready.recycler, cast.AT, MARCH)
    Sale.objects.create(id=claim.id, facility_id=ready.recycler.facility_id, category_id="polymer", mass_g=2 * TONNE,
                        buyer="ТОО", einvoice_number=claim.einvoice_number, occurred_at=cast.AT, recorded_at=cast.AT)
    served = list(ContractRegion.objects.filter(contract_id=ready.recycler.contract_id))
    ContractRegion.objects.filter(contract_id=ready.recycler.contract_id).delete()
    returned = office.verify(claim, cast.AT)
    assert (returned.state, returned.reason) == (
        "returned", "region_not_in_contract, einvoice_reused, negative_stock")
    said = {one.rule: one for one in queries.verdicts(claim.id) if not one.passed and one.severity != "flag"}
    assert said["region_not_in_contract"].params["lines"] == 1
    assert said["region_not_in_contract"].severity == "hold"

    ContractRegion.objects.bulk_create(served)
    ready.recycled(cast.AT, [2 * TONNE])  # enough product for what was sold
    later = cast.AT + timedelta(days=1)
    payouts.submit_claim(actor=ready.recycler.actor, at=later, claim_id=claim.id, act_number="A",
                         einvoice_number="ESF-NEW", declaration=DECLARATION)
    assert office.verify(claim, later).state == "verified"
    assert {one.rule for one in queries.verdicts(claim.id) if not one.passed} == {"new_company"}  # of the last verification
    assert Verdict.objects.filter(claim_id=claim.id).count() == 2 * len(RULES)


def test_flags_mark_and_stop_nothing(haul, office):
    late = cast.AT + timedelta(days=4)
    pk = haul.loaded(cast.AT)[0]
    custody.weigh(actor=HOUSE, at=late, tickets=[haul.ticket(pk, cast.AT - timedelta(hours=1), TONNE)])
    custody.deliver(actor=HOUSE, at=late, consignment_ids=[pk])
    custody.receive(actor=HOUSE, at=late, receipts=[custody.NewReceipt(pk, TONNE, 0, late)])
    office.accrue(late)
    claim = office.verify(office.submitted(haul.collector, late, MARCH), late)
    assert claim.state == "verified"
    assert {one.rule for one in queries.verdicts(claim.id) if not one.passed} == {
        "late_upload", "weighed_before_loaded", "new_company"}


def test_returned_with_the_inspectors_own_words(ready, office):
    claim = office.submitted(ready.collector, cast.AT, MARCH)
    back = payouts.return_claim(actor=office.inspector, at=cast.AT, claim_id=claim.id, reason="act is not signed")
    assert (back.state, back.reason, back.allowed_actions) == ("returned", "act is not signed", ("submit", "appeal"))


def test_b66_verbs_out_of_order(ready, office):
    claim = office.prepared(ready.collector, cast.AT, MARCH)
    for verb in (office.verify, office.approve):
        with pytest.raises(WrongState) as caught:
            verb(claim, cast.AT)
        assert caught.value.fields == {"state": "draft", "allowed_actions": ["submit"]}
    with refused(StaleVersion):
        payouts.submit_claim(actor=HOUSE, at=cast.AT, claim_id=claim.id, act_number="A", einvoice_number="E",
                             declaration=DECLARATION, version=9)
    with refused(Unprocessable, declaration="declaration_outdated"):
        payouts.submit_claim(actor=HOUSE, at=cast.AT, claim_id=claim.id, act_number="A", einvoice_number="E",
                             declaration="2021-1")


def test_who_filed_it_may_not_verify_it(ready, office):
    claim = office.prepared(ready.collector, cast.AT, MARCH)
    payouts.submit_claim(actor=HOUSE, at=cast.AT, claim_id=claim.id, act_number="A", einvoice_number="E", declaration=DECLARATION)
    busybody = cast.Actor(ready.collector.actor.user_id, office.inspector.organisation_id, "inspector")
    with refused(SamePerson):
        payouts.verify_claim(actor=busybody, at=cast.AT, claim_id=claim.id)


def test_lines_of_a_claim_are_its_own_for_ever(ready, office):
    claim = office.submitted(ready.collector, cast.AT, MARCH)
    ready.recycled(cast.AT, [TONNE])
    office.accrue(cast.AT)
    free = AccrualLine.objects.filter(claim=None, contract_id=ready.collector.contract_id).first()
    with database_refuses("line_is_a_calculation"):  # the claim is no draft any more
        AccrualLine.objects.filter(pk=free.pk).update(claim_id=claim.id)
    with database_refuses("line_is_a_calculation"):
        AccrualLine.objects.filter(claim_id=claim.id).update(claim_id=None)
    with database_refuses("line_is_a_calculation"):
        AccrualLine.objects.filter(pk=free.pk).update(amount_tiyn=1)
