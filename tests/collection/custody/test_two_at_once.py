"""F22 and its kin: whatever order two writers come in, each load, gram and batch is used once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection

from collection.audit.models import AuditLine
from collection.custody import operations as custody
from collection.custody.models import Consignment, Correction, Grouping, GroupingMember, Proposal, Sale, SaleLot
from collection.custody.operations import NewDivision, NewGrouping, NewPart
from collection.kernel.actor import HOUSE
from collection.kernel.db import in_transaction, transaction
from collection.kernel.refusals import Refusal, WrongState
from tests import cast
from tests.collection.custody.haul import TONNE, Haul, two_contracts


@pytest.fixture
def haul(transactional_db, reference) -> Haul:
    with transaction():
        return two_contracts(cast.Scene())


def as_the_house(work: Callable[[], Any]) -> Any:
    """In a transaction of this thread's own connection, with the door's retries; a refusal is an answer too."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE house_app")
    try:
        return in_transaction(work)
    except (Refusal, IntegrityError) as error:
        return error
    finally:
        connection.close()


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        barrier.wait(20)
        return as_the_house(work)

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def group(*ids, mass_g=None):
    return custody.group(actor=HOUSE, at=cast.AT, new=NewGrouping(ids, cast.AT, mass_g=mass_g, plate="001AAA02"))


@pytest.mark.parametrize("mass_g", [None, 1_500_000])
def test_f22_two_loads_put_together_in_opposite_order(haul, mass_g):
    """Five rounds of eight writers: one of them groups the two loads, the others are told where they are by now."""
    for round_ in range(1, 6):
        with transaction():
            first, second = haul.weighed(cast.AT, [TONNE, TONNE])
        answers = at_once([partial(group, first, second, mass_g=mass_g), partial(group, second, first, mass_g=mass_g)] * 4)
        won = [one for one in answers if not isinstance(one, Exception)]
        assert len(won) == 1 and {type(one) for one in answers if isinstance(one, Exception)} == {WrongState}
        assert Grouping.objects.count() == round_
        assert sum(GroupingMember.objects.filter(grouping=won[0]).values_list("mass_g", flat=True)) == (mass_g or 2 * TONNE)
        assert AuditLine.objects.filter(verb="consignments.group", object_id=won[0]).count() == 1


def test_f22_a_real_deadlock_is_tried_again_and_has_one_effect(haul):
    """Somebody else's session holds the second load and wants the first: PostgreSQL ends the grouping, the door repeats it."""
    with transaction():
        first, second = sorted(haul.weighed(cast.AT, [TONNE, TONNE]))
    holds_second, tries = threading.Event(), []

    def rival() -> None:
        with transaction(), connection.cursor() as cursor:
            lock = "SELECT 1 FROM custody_consignment WHERE id = %s FOR UPDATE"
            cursor.execute(lock, [second])
            holds_second.set()
            wait_until_blocked(cursor)
            cursor.execute(lock, [first])  # which the grouping has: a circle, and its wait is the older one

    def grouping() -> Any:
        holds_second.wait(20)
        tries.append(1)
        return group(second, first)

    with ThreadPoolExecutor(2) as pool:
        other, ours = pool.submit(as_the_house, rival), pool.submit(as_the_house, grouping)
        assert other.result(60) is None
        made = ours.result(60)
    assert len(tries) == 2, made
    assert Grouping.objects.get().pk == made and GroupingMember.objects.count() == 2
    assert set(Consignment.objects.values_list("state", "version")) == {("grouped", 3)}
    assert AuditLine.objects.filter(verb="consignments.group").count() == 1


def wait_until_blocked(cursor: Any) -> None:
    """Until another session waits for this one."""
    for _ in range(2000):
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))")
        if cursor.fetchone()[0]:
            return
        cursor.execute("SELECT pg_sleep(0.005)")
    raise AssertionError("nobody waits for this session")


def test_one_load_divided_grouped_and_delivered_at_once_goes_one_way(haul):
    for _ in range(4):
        with transaction():
            pk = haul.weighed(cast.AT, [TONNE])[0]
        answers = at_once([
            partial(custody.split, actor=HOUSE, at=cast.AT, divisions=[NewDivision(pk, (NewPart(TONNE),), cast.AT)]),
            partial(group, pk), partial(custody.deliver, actor=HOUSE, at=cast.AT, consignment_ids=[pk])])
        refusals = [one for one in answers if isinstance(one, WrongState)]
        state = Consignment.objects.get(pk=pk).state
        # Grouped first it may still be delivered; every other pair shuts one out.
        assert (state, len(refusals)) in {("split", 2), ("delivered", 2), ("grouped", 2), ("delivered", 1)}


def test_no_gram_of_product_is_sold_twice(haul):
    with transaction():
        haul.recycled(cast.AT, [TONNE])  # 900 kg of product
    answers = at_once([partial(custody.sell, actor=HOUSE, at=cast.AT, sales=[custody.NewSale(
        haul.recycler.facility_id, "polymer", 300_000, "ТОО", f"E-{n}", cast.AT)]) for n in range(5)])
    assert not any(isinstance(one, Exception) for one in answers)
    assert Sale.objects.count() == 5
    assert sorted(SaleLot.objects.values_list("mass_g", flat=True)) == [300_000, 300_000, 300_000]


def test_corrections_of_one_batch_never_spend_the_same_loss(haul):
    with transaction():
        ids = haul.recycled(cast.AT, [TONNE] * 4)  # 400 kg were lost
        proposals = [custody.propose_correction(actor=haul.recycler.actor, at=cast.AT, new=custody.NewCorrection(
            pk, 850_000, "slip")) for pk in ids]
    answers = at_once([partial(
        custody.consent_to_correction, actor=haul.collector.actor, at=cast.AT, proposal_id=pk) for pk in proposals] * 2)
    assert answers.count("agreed") == 2  # 150 kg each; a third would take more than is left
    assert Correction.objects.count() == Proposal.objects.filter(state="agreed").count() == 2
    assert {type(one) for one in answers if isinstance(one, Exception)} == {custody.BatchDoesNotClose, WrongState}
