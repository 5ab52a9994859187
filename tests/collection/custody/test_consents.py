"""What two have signed one does not change: proposed, consented to by every party, and only then corrected."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from collection.custody import operations as custody, queries
from collection.custody.models import Consent, Correction, Fact, Proposal
from collection.kernel.actor import HOUSE
from collection.kernel.refusals import NotFound, StaleVersion, Unprocessable, WrongState
from tests import cast
from tests.collection.custody.haul import TONNE
from tests.collection.custody.refusing import database_refuses, refused

LATER = cast.AT + timedelta(days=40)


def propose(haul, pk, accepted_g=900_000, **changes):
    return custody.propose_correction(actor=haul.recycler.actor, at=LATER, new=custody.NewCorrection(
        **{"consignment_id": pk, "accepted_g": accepted_g, "reason": "typing slip"} | changes))


def consent(actor, proposal_id):
    return custody.consent_to_correction(actor=actor, at=LATER, proposal_id=proposal_id)


def test_nothing_changes_until_the_other_party_agrees(scene, haul, verbs, told):
    pk = haul.received(cast.AT, [TONNE])[0]
    proposal_id = propose(haul, pk)
    assert not Correction.objects.exists() and Fact.objects.filter(measure="received").count() == 1
    seen = queries.proposal(haul.collector.actor, proposal_id)
    assert (seen.state, seen.was_g, seen.accepted_g, seen.waits_for) == ("open", TONNE, 900_000, ("collector",))
    assert [(one.party, one.agrees) for one in seen.consents] == [("recycler", True)]
    assert "consignment.correction_proposed" in told(haul.collector.actor.user_id, pk)
    for actor in (haul.recycler.actor, cast.member(scene.manager.organisation_id, "inspector"), scene.finance):
        with refused(custody.ConsentNeeded):
            consent(actor, proposal_id)
    with refused(NotFound):
        consent(scene.stranger.actor, proposal_id)
    assert consent(haul.collector.actor, proposal_id) == "agreed"
    assert [one.grams for one in Fact.objects.filter(measure="received").order_by("id")] == [TONNE, -TONNE, 900_000]
    correction = Correction.objects.get()
    assert (correction.proposal_id, correction.corrected_by) == (proposal_id, haul.recycler.actor.user_id)
    assert verbs(proposal_id) == ["correction.propose", "correction.consent"]
    assert queries.proposals(HOUSE, state="open") == [] and queries.proposals(scene.stranger.actor) == []
    with refused(WrongState):
        consent(haul.collector.actor, proposal_id)


def test_where_one_company_is_both_parties_the_operator_is_the_second(scene, whole):
    pk = whole.received(cast.AT, [TONNE])[0]
    proposal_id = propose(whole, pk)
    assert queries.proposal(HOUSE, proposal_id).waits_for == ("operator",)
    for actor in (whole.collector.actor, scene.manager, scene.finance):
        with refused(custody.ConsentNeeded):
            consent(actor, proposal_id)
    assert consent(whole.second, proposal_id) == "agreed"
    assert sorted(Consent.objects.values_list("party", flat=True)) == ["collector", "operator", "recycler"]


def test_a_no_and_a_withdrawal_leave_the_receipt_as_it_is(haul, told):
    pk = haul.received(cast.AT, [TONNE])[0]
    first = propose(haul, pk)
    with refused(custody.CorrectionProposed):
        propose(haul, pk, 800_000)
    custody.decline_correction(actor=haul.collector.actor, at=LATER, proposal_id=first, reason="the scale was right")
    assert "consignment.correction_declined" in told(haul.recycler.actor.user_id, pk)
    second = propose(haul, pk, 800_000)
    with refused(custody.ConsentNeeded):
        custody.withdraw_correction(actor=haul.collector.actor, at=LATER, proposal_id=second)
    custody.withdraw_correction(actor=haul.recycler.actor, at=LATER, proposal_id=second)
    assert sorted(Proposal.objects.values_list("state", flat=True)) == ["declined", "withdrawn"]
    assert not Correction.objects.exists()
    with refused(WrongState):
        consent(haul.collector.actor, second)


def test_what_was_agreed_to_must_still_be_what_happens(haul):
    first, second = haul.recycled(cast.AT, [TONNE, TONNE])  # 200 kg were lost
    one, two = propose(haul, first, 850_000), propose(haul, second, 850_000)
    assert consent(haul.collector.actor, one) == "agreed"
    with refused(custody.BatchDoesNotClose, accepted_g="batch_does_not_close"):
        consent(haul.collector.actor, two)  # only 50 kg of the loss are left
    custody.correct_receipts(actor=HOUSE, at=LATER, corrections=[custody.NewCorrection(second, 990_000, "on paper")])
    with refused(StaleVersion):
        consent(haul.collector.actor, propose_anew(haul, two, second))


def propose_anew(haul, old, pk):
    """A proposal that the house overtakes with papers signed meanwhile."""
    custody.withdraw_correction(actor=haul.recycler.actor, at=LATER, proposal_id=old)
    proposal_id = propose(haul, pk, 980_000)
    custody.correct_receipts(actor=HOUSE, at=LATER, corrections=[custody.NewCorrection(pk, 970_000, "on paper")])
    return proposal_id


@pytest.mark.parametrize(("changes", "refusal"), [
    ({"accepted_g": TONNE + 1}, custody.ReceiptDoesNotDivideNet), ({"accepted_g": TONNE}, Unprocessable),
    ({"version": 1}, StaleVersion),
])
def test_nonsense_is_not_even_proposed(haul, changes, refusal):
    pk = haul.received(cast.AT, [TONNE])[0]
    with refused(refusal):
        propose(haul, pk, **changes)
    with refused(NotFound):
        custody.propose_correction(actor=haul.collector.actor, at=LATER, new=custody.NewCorrection(pk, 1, "x"))
    with refused(WrongState):
        propose(haul, haul.weighed(cast.AT, [TONNE])[0])
    assert not Proposal.objects.exists()


def run(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)


PROPOSAL = ("INSERT INTO custody_proposal (id, consignment_id, was_g, accepted_g, reason, state, recorded_at, decided_at) "
            "VALUES (%s, %s, %s, %s, %s, %s, now(), {})")
CONSENT = ("INSERT INTO custody_consent (proposal_id, party, organisation_id, agrees, reason, recorded_at) "
           "VALUES (%s, %s, %s, %s, %s, now())")
CORRECTION = ("INSERT INTO custody_correction (id, proposal_id, consignment_id, edition, was_g, accepted_g, reason, recorded_at) "
              "VALUES (%s, %s, %s, 2, 1000000, %s, 'x', now())")


@pytest.mark.parametrize("said", [
    (), (("recycler", True),), (("collector", True),), (("recycler", True), ("operator", True)),
    (("collector", True), ("recycler", False)), (("collector", True), ("recycler", True), ("operator", False)),
])
def test_the_database_corrects_nothing_without_every_consent(haul, said):
    pk = haul.received(cast.AT, [TONNE])[0]
    with database_refuses("correction_has_consent"):
        run(PROPOSAL.format("now()"), pk, pk, TONNE, 900_000, "slip", "agreed")
        for party, agrees in said:
            run(CONSENT, pk, party, None, agrees, "" if agrees else "no")
        run(CORRECTION, pk, pk, pk, 900_000)


def test_nor_anything_but_what_was_consented_to(haul, whole):
    pk, own = haul.received(cast.AT, [TONNE])[0], whole.received(cast.AT, [TONNE])[0]
    for load, accepted_g, state in ((pk, 900_001, "agreed"), (pk, 900_000, "open"), (own, 900_000, "agreed")):
        with database_refuses("correction_has_consent"):
            run(PROPOSAL.format("NULL" if state == "open" else "now()"), load, load, TONNE, 900_000, "slip", state)
            for party in ("collector", "recycler"):
                run(CONSENT, load, party, None, True, "")
            run(CORRECTION, load, load, load, accepted_g)
    with database_refuses("correction_has_consent"):
        run(CORRECTION, pk, None, pk, 900_000)
    with database_refuses("agreed_is_corrected"):
        run(PROPOSAL.format("now()"), pk, pk, TONNE, 900_000, "slip", "agreed")
        run("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_database_keeps_proposals_and_consents_as_they_were(scene, haul):
    pk = haul.received(cast.AT, [TONNE])[0]
    proposal_id = propose(haul, pk)
    for name, values in (
        ("proposal_open_once", (TONNE, 800_000, "slip", "open")), ("proposal_corrects", (TONNE, TONNE, "slip", "open")),
        ("proposal_corrects", (TONNE, 0, "slip", "open")), ("proposal_corrects", (TONNE, 800_000, "", "open")),
        ("proposal_decided_at_a_time", (TONNE, 800_000, "slip", "declined")),
    ):
        with database_refuses(name):
            run(PROPOSAL.format("NULL"), pk, pk, *values)
    for change in ("accepted_g = 800000", "reason = 'other'", "was_g = 1", "consignment_id = consignment_id, proposed_by = id"):
        with database_refuses("proposal_is_sealed"):
            run(f"UPDATE custody_proposal SET {change}")
    with database_refuses("lifecycle"):
        run("UPDATE custody_proposal SET state = 'withdrawn', decided_at = now()")
        run("UPDATE custody_proposal SET state = 'open', decided_at = NULL")
    stranger, operator = scene.stranger.actor.organisation_id, scene.manager.organisation_id
    for party, speaker in (("collector", stranger), ("collector", operator), ("operator", stranger),
                           ("operator", haul.collector.actor.organisation_id)):
        with database_refuses("consent_is_the_partys"):
            run(CONSENT, proposal_id, party, speaker, True, "")
    with database_refuses("consent_once"):
        run(CONSENT, proposal_id, "recycler", haul.recycler.actor.organisation_id, True, "")
    with database_refuses("dissent_has_reason"):
        run(CONSENT, proposal_id, "collector", haul.collector.actor.organisation_id, False, "")
