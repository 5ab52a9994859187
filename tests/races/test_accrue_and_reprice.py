"""Facts become lines while their rate changes: whoever comes first, each load ends at the rate of its day, once.

Three sessions: one accrues, one approves the change, one prices anew. The first stops before it commits, the others begin
meanwhile and wait for it (`contracts.steps.hold_prices`); then it commits, and they come in either order.
"""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from collection.contracts import operations as contracts
from collection.contracts.models import Allotment
from collection.kernel.actor import HOUSE
from collection.kernel.db import in_transaction, rows, transaction
from collection.payouts import operations as payouts, queries
from collection.payouts.models import AccrualLine
from tests import cast
from tests.collection.custody.haul import TONNE, Haul, two_contracts

pytestmark = pytest.mark.django_db(transaction=True)
MARCH = date(2026, 3, 1)
OLD, NEW = 39_141_25, 43_250_00  # a tonne of polymer collected, at 9.05 and at 10.00 x 4,325 KZT
AT_ONCE, ANEW = [(1, NEW)], [(1, OLD), (2, -OLD), (3, NEW)]


@pytest.fixture
def haul(transactional_db: None, reference: None) -> Haul:
    with transaction():
        return two_contracts(cast.Scene())


#: What may become of the load that is accrued meanwhile. Accrued while nobody had approved anything, it is priced twice;
#: where the approval came first, once; where repricing came first, the two others may still come in either order.
PERMITTED = {"accrue": [ANEW], "approve": [AT_ONCE], "reprice": [ANEW, AT_ONCE]}


@pytest.mark.parametrize("first", PERMITTED)
def test_whoever_comes_first(haul, session, first):
    scene = haul.scene
    with transaction():
        before = haul.received(cast.AT, [TONNE])[0]
        payouts.accrue(actor=HOUSE, at=cast.AT, programme_id=scene.programme.id)
        during = haul.received(cast.AT, [TONNE])[0]
        change = contracts.propose_tariff_change(
            actor=scene.manager, at=cast.AT, programme=scene.code, reason="decree", tariffs=[
                contracts.NewTariff("polymer", "collection", Decimal(10), MARCH, "decree")])
    verbs = {
        "accrue": lambda: payouts.accrue(actor=HOUSE, at=cast.AT, programme_id=scene.programme.id),
        "approve": lambda: contracts.approve_tariff_change(
            actor=scene.finance, at=cast.AT, programme=scene.code, change_id=change.id),
        "reprice": lambda: payouts.reprice(actor=HOUSE, at=cast.AT, programme_id=scene.programme.id)}
    stopped, *others = [session() for _ in verbs]
    stopped.begin(verbs.pop(first))
    for one, verb in zip(others, verbs.values(), strict=True):
        one.start(verb)
    await_waiting([one.pid for one in others])
    stopped.proceed()
    assert [one.end() for one in (stopped, *others)] == ["done"] * 3
    in_transaction(lambda: payouts.reprice(actor=HOUSE, at=cast.AT, programme_id=scene.programme.id))  # the approval's ring
    assert lines(before) == ANEW
    assert lines(during) in PERMITTED[first]
    live = AccrualLine.objects.filter(stage="collection", reverses=None, reversed_by=None)
    assert [one.amount_tiyn for one in live] == [NEW, NEW]
    cap = Allotment.objects.filter(of="cap", contract_id=haul.collector.contract_id)
    assert sum(one.amount for one in cap) == sum(AccrualLine.objects.values_list("amount_tiyn", flat=True))
    assert queries.recompute_check().differences == ()


def lines(load: UUID) -> list[tuple[int, int]]:
    return list(AccrualLine.objects.filter(consignment_id=load, stage="collection").order_by("id").values_list(
        "edition", "amount_tiyn"))


def await_waiting(pids: list[int]) -> None:
    """Until each stands before the lock that the first one holds."""
    for _ in range(1_000):
        waiting = rows("SELECT count(*) AS n FROM pg_locks WHERE pid = ANY(%s) AND locktype = 'advisory' AND NOT granted",
                       [pids])[0]["n"]
        if waiting == len(pids):
            return
        time.sleep(0.005)
    raise AssertionError("a session went past the one that stands before it")
