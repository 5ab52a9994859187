"""Caps by category, region, month and contract: each holds, the rest queues in order, and claims that need none of it pass."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection

from collection.kernel.actor import HOUSE
from collection.kernel.refusals import NotFound, Unprocessable
from collection.payouts import operations as payouts, queries
from tests import cast
from tests.collection.custody.haul import TONNE, Haul
from tests.collection.custody.refusing import database_refuses, refused

MARCH = date(2026, 3, 1)
POLYMER = (9_05 + 7_41) * 4325  # a tonne of it, collected and brought, in 2026
PAPER = (5_82 + 4_23) * 4325


def verified(haul, office, **tonnes: int) -> queries.ClaimView:
    """A collector's claim of so many tonnes of each category."""
    who = haul.scene.collector(quotas={"polymer": 10**12, "paper": 10**12})
    for category, count in tonnes.items():
        Haul(haul.scene, who, haul.recycler).received(cast.AT, [count * TONNE], category=category)
    office.accrue(cast.AT)
    return office.verify(office.submitted(who, cast.AT, MARCH), cast.AT)


def cap(haul, tiyn: int, **scope) -> queries.CapView:
    return payouts.set_cap(actor=haul.scene.manager, at=cast.AT, programme=haul.scene.code, limit_tiyn=tiyn,
                           why="budget of 2026", **scope)


@pytest.mark.parametrize("scope", [
    {"category": "polymer"}, {"region": cast.ALMATY}, {"month": MARCH}, {"category": "polymer", "month": MARCH},
    {"category": "polymer", "region": cast.ALMATY, "month": MARCH}])
def test_a_cap_holds_and_the_rest_queues(haul, office, scope):
    first, second = (verified(haul, office, polymer=2) for _ in range(2))
    made = cap(haul, 3 * POLYMER, **scope)
    assert [office.approve(one, cast.AT).state for one in (first, second)] == ["approved", "queued"]
    waits = queries.room([second.id])
    assert [(one.key, one.needed_tiyn, one.committed_tiyn, one.limit_tiyn) for one in waits] == [
        (str(made.id), 2 * POLYMER, 2 * POLYMER, 3 * POLYMER)]
    assert queries.claim(HOUSE, second.id).reason == "cap_reached"
    seen = queries.caps(haul.scene.code)
    assert [(one.committed_tiyn, one.queued_tiyn) for one in seen if one.id] == [(2 * POLYMER, 2 * POLYMER)]
    assert cap(haul, 4 * POLYMER, **scope).id == made.id
    assert payouts.approve_queued(actor=HOUSE, at=cast.AT, programme_id=haul.scene.programme.id) == [second.id]


@pytest.mark.parametrize("scope", [{"category": "glass"}, {"month": date(2026, 4, 1)}, {"region": "710000000"}])
def test_a_cap_of_something_else_stops_nothing(haul, office, scope):
    claim = verified(haul, office, polymer=1)
    cap(haul, 0, **scope)
    assert office.approve(claim, cast.AT).state == "approved"


def test_only_what_needs_the_full_cap_waits(haul, office):
    """Polymer is full: a claim with a gram of it waits whole; paper alone passes, polymer that came later does not."""
    claims = [verified(haul, office, **one) for one in (
        {"polymer": 2}, {"polymer": 2, "paper": 1}, {"paper": 3}, {"polymer": 1})]
    cap(haul, 3 * POLYMER, category="polymer")
    states = [office.approve(one, cast.AT + timedelta(minutes=n)).state for n, one in enumerate(claims)]
    assert states == ["approved", "queued", "approved", "queued"]
    contract = claims[3].contract_id
    cap(haul, 0, category="polymer", contract_id=contract)
    cap(haul, 5 * POLYMER, category="polymer")
    assert payouts.approve_queued(actor=HOUSE, at=cast.AT, programme_id=haul.scene.programme.id) == [claims[1].id]
    assert {one.kind for one in queries.room([claims[3].id])} == {"cap"}


def test_nor_by_sql_as_the_house(haul, office):
    claim = verified(haul, office, polymer=2)
    cap(haul, 2 * POLYMER - 1, category="polymer")
    with database_refuses("claim_within_caps"), connection.cursor() as cursor:
        cursor.execute("UPDATE payouts_claim SET state = 'approved', approved_at = now(), approved_by = %s WHERE id = %s",
                       [office.finance.user_id, claim.id])
    cap(haul, 2 * POLYMER, category="polymer")
    assert office.approve(claim, cast.AT).state == "approved"


def test_what_is_no_cap(haul):
    with refused(NotFound):
        payouts.set_cap(actor=HOUSE, at=cast.AT, programme="nowhere", limit_tiyn=1, why="x", category="polymer")
    with refused(Unprocessable, category="not_found", region="not_found", contract_id="not_found"):
        cap(haul, 1, category="gold", region="1", contract_id=haul.scene.programme.id)
    with pytest.raises(Unprocessable, match="too_wide"):
        cap(haul, 1, contract_id=haul.collector.contract_id)
    with database_refuses("spending_cap_not_negative"):
        cap(haul, -1, category="polymer")
