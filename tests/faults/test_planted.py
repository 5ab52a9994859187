"""The harness can fail: a defect patched into the code is caught by the invariant that it breaks.

The same defects written straight into the rows: tests/collection/watch/test_invariants.py.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import pytest

from api.local.pids import within
from collection.custody import operations as custody, steps as custody_steps
from collection.dispatch.operations import acceptance
from collection.kernel.clock import frozen
from collection.kernel.db import now, transaction
from collection.stats import operations as stats
from collection.watch.queries import check_invariants
from notifications import outbox
from tests import cast
from tests.faults.history import History
from tests.faults.kept import against_the_rows

accrue = import_module("collection.payouts.operations.accrue")  # the package gives the verb of that name
pytestmark = pytest.mark.django_db
Patch = pytest.MonkeyPatch


def broken() -> set[str]:
    return {verdict.id for verdict in check_invariants() if not verdict.holds}


def without(part: str, instead: str = "") -> Callable[[Patch], None]:
    """The statement that decides the race, without `part`."""
    def plant(patch: Patch) -> None:
        assert part in acceptance._WIN
        patch.setattr(acceptance, "_WIN", acceptance._WIN.replace(part, instead))

    return plant


def a_gram_more(patch: Patch) -> None:
    fact = custody_steps.fact
    for module in (custody_steps, custody.receipts, custody.weighings):
        patch.setattr(module, "fact", lambda row, measure, *, grams, **more: fact(row, measure, grams=grams + 1, **more),
                      raising=False)


def rounded_down(patch: Patch) -> None:
    assert "round(tariff" in accrue._LINES
    patch.setattr(accrue, "_LINES", accrue._LINES.replace("round(tariff", "trunc(tariff"))


def days_of_greenwich(patch: Patch) -> None:
    patch.setattr(custody_steps, "almaty_date", lambda at: at.astimezone(UTC).date())


def nobody_is_told(patch: Patch) -> None:
    patch.setattr(outbox, "work", lambda **_: None)


def accepted(haul, office) -> None:
    haul.scene.accept(haul.collector, haul.scene.offered())


def accepted_after_a_night(haul, office) -> None:
    pickup_id = haul.scene.offered()
    late = haul.scene.at + timedelta(hours=3)
    with frozen(late):
        try:
            haul.scene.accept(haul.collector, pickup_id, at=late)
        except acceptance.OfferExpired:
            return


def weighed_at_night(haul, office) -> None:
    """A load of Monday evening: 22:30 in Greenwich is Tuesday in Almaty."""
    at = haul.scene.at.replace(hour=22, minute=30)
    with frozen(at):
        load_id = custody.load(actor=haul.collector.actor, at=at, loads=[haul.load(at)])[0].id
        custody.weigh(actor=haul.recycler.actor, at=at, tickets=[haul.ticket(load_id, at, 4_333_339)])
        custody.deliver(actor=haul.collector.actor, at=at, consignment_ids=[load_id])
        custody.receive(actor=haul.recycler.actor, at=at, receipts=[custody.NewReceipt(load_id, 4_333_339, 0, at, "")])
        office.accrue(at)


def asked(haul, office) -> None:
    haul.scene.submit()


def left_open(haul, office) -> None:
    haul.scene.offered()


PLANTED = {
    "an offer's life is not looked at": (without("AND o.expires_at > house_clock()"), accepted_after_a_night, "I12"),
    "the losers keep their offers": (without("o.id <> won.id AND o.state = 'open'", "o.id <> won.id AND false"),
                                     accepted, "I3"),
    "the job is given to somebody else": (without("won.contract_id, won.organisation_id, (SELECT organisation_id FROM plant)",
                                                  "won.contract_id, (SELECT organisation_id FROM plant), "
                                                  "(SELECT organisation_id FROM plant)"), accepted, "I14"),
    "a gram more than was received": (a_gram_more, weighed_at_night, "I5"),
    "money rounded down": (rounded_down, weighed_at_night, "I8"),
    "days by Greenwich": (days_of_greenwich, weighed_at_night, "I19"),
    "nobody is asked to look again": (nobody_is_told, asked, "I9"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_defect_is_caught(name, haul, office, monkeypatch):
    plant, play, invariant = PLANTED[name]
    haul.scene.collector(km=7)  # somebody to lose
    with monkeypatch.context() as patch:
        plant(patch)
        play(haul, office)
    assert invariant in broken()


@pytest.mark.parametrize("play", sorted({play for _, play, _ in PLANTED.values()}, key=lambda one: one.__name__))
def test_without_a_defect_nothing_is(play, haul, office):
    haul.scene.collector(km=7)
    play(haul, office)
    assert broken() == set()


def test_offers_that_nobody_ends_are_caught(haul, office):
    """I11: the sweep is dead."""
    left_open(haul, office)
    with frozen(haul.scene.at + timedelta(days=2)):
        assert "I11" in broken()


@pytest.mark.django_db(transaction=True)
def test_rows_rolled_up_twice_are_caught(reference, monkeypatch):
    """I15: the watermark is not moved."""
    with transaction():
        cast.Scene(at=now()).submit(at=now())
    with monkeypatch.context() as patch:
        patch.setattr(stats, "_marks", marks_that_stand(stats._marks))
        assert within(60, lambda: rolled() and rolled())
    assert "I15" in broken()


def rolled() -> int:
    """Sums touched: none while any transaction of this server, a neighbour's too, is older than our rows."""
    with transaction():
        return stats.roll(at=now()).cells


def marks_that_stand(marks):
    return lambda: {source: mark | {"low": "0"} for source, mark in marks().items()}


# -- the clients' history ----------------------------------------------------------------------------------------------
@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "history.jsonl")


def told(history: History, verb: str, outcome: str, path: str = "pickups", who: str = "somebody", **more) -> None:
    op = history.invoke(who, verb, path, str(uuid4()), more.pop("body", {}))
    op.answer = more.pop("answer", {})
    history.end(op, outcome)


def test_a_lost_write_is_caught(scene, history):
    pickup_id = scene.submit()
    told(history, "ask", "ok", body={"id": str(pickup_id), "declared_g": 2 * cast.TONNE})
    assert against_the_rows(history) == []
    told(history, "ask", "ok", body={"id": str(uuid4()), "declared_g": 1})
    assert [one.split(":")[0] for one in against_the_rows(history)] == ["lost"]


def test_a_write_with_other_grams_is_caught(scene, history):
    told(history, "ask", "ok", body={"id": str(scene.submit()), "declared_g": 1})
    assert against_the_rows(history)[0].startswith("lost")


def test_a_refusal_that_wrote_is_caught(scene, history):
    told(history, "ask", "fail", body={"id": str(scene.submit()), "declared_g": 2 * cast.TONNE})
    assert against_the_rows(history)[0].startswith("half")


def test_two_winners_are_caught(haul, history):
    pickup_id = haul.scene.offered()
    job = haul.scene.accept(haul.collector, pickup_id)
    answer = {"pickup_id": str(pickup_id), "job_id": str(job.job_id)}
    told(history, "accept", "ok", who="one", answer=answer)
    assert against_the_rows(history) == []
    told(history, "accept", "ok", who="another", answer=answer)
    assert against_the_rows(history) == [f"two winners of {pickup_id}: ['another', 'one']"]


def test_an_operation_without_an_end_is_caught(scene, history):
    history.invoke("somebody", "ask", "pickups", str(uuid4()), {"id": str(uuid4())})
    assert against_the_rows(history) == ["ask pickups hangs"]

