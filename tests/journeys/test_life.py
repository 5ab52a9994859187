"""From pickup to paid, in any order Hypothesis can think of, with a model beside it; checked after every step.

100 lives in `make test`, always the same; in `make nightly` 2,000 longer ones, every day others. `SHRINK=1` looks for the
shortest life that fails like the one found.
"""
from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings, strategies as some
from hypothesis.stateful import initialize, run_state_machine_as_test

from collection.custody import operations as custody
from collection.kernel.actor import HOUSE
from collection.payouts.operations import approval
from tests.journeys.life_ground import GRAMS, NothingThere, World
from tests.journeys.life_limits import Limits
from tests.journeys.life_values import Load, day_of

NIGHTLY = int(os.environ.get("NIGHTLY", "1"))
#: Few lives to a test: none may take two minutes, on a machine that does other things too.
LIVES, STEPS = (10, 10) if NIGHTLY == 1 else (5, 40)
SEEDS = range(10) if NIGHTLY == 1 else [date.today().toordinal() * 1_000 + n for n in range(max(400, 40 * NIGHTLY))]


class Life(Limits):
    @initialize(nets=some.lists(GRAMS, min_size=1, max_size=3), far=some.sampled_from((0, 2, 4, 6, 7, 8, 9, 11, 12, 14)))
    def some_of_the_way_is_behind_us(self, nets: list[int], far: int) -> None:
        """Loads of A, received, and `far` steps further: where a life of a dozen steps would else seldom come."""
        self.came("A", nets)
        self.go([
            lambda: self.process(0), self.accrue, lambda: self.claim("A"), lambda: self.claim("R"), lambda: self.onward(0),
            lambda: self.onward(0), lambda: self.decide(0, yes=True), lambda: self.onward(0), lambda: self.onward(0),
            lambda: self.decide(0, yes=True), lambda: self.the_bank([True, False, True]),
            lambda: self.the_rate_changes("collection", "12.3456", 0), lambda: self.time_passes(24 * 40),
            lambda: self.correct(0, max(1, nets[0] - nets[0] // 20))][:far])

    def came(self, by: str, nets: list[int]) -> None:
        haul, plant = self.world.hauls[by], self.world.people["R"].actor
        ids = haul.loaded(self.at, len(nets))
        tickets = [haul.ticket(pk, self.at, net_g, scale_id=self.world.hauls["A"].scale_id, ticket_number=f"N{by}{n}")
                   for n, (pk, net_g) in enumerate(zip(ids, nets, strict=True))]
        custody.weigh(actor=plant, at=self.at, tickets=tickets)
        custody.deliver(actor=HOUSE, at=self.at, consignment_ids=ids)
        custody.receive(actor=plant, at=self.at, receipts=[
            custody.NewReceipt(pk, net_g, 0, self.at) for pk, net_g in zip(ids, nets, strict=True)])
        for pk, net_g in zip(ids, nets, strict=True):
            load = self.model.loads[pk] = Load(pk, by, "received", net_g, net_g, weighed_on=day_of(self.at))
            load.seal("collected", net_g, self.at)
            load.seal("received", net_g, self.at)

    @staticmethod
    def go(steps: list[Callable[[], Any]]) -> None:
        for step in steps:
            try:
                step()
            except NothingThere:
                break


class Crowd(Life):
    """Three claims at once, and not the money for all of them."""

    @initialize(nets=some.tuples(GRAMS, GRAMS, GRAMS), order=some.permutations(range(3)), first=some.integers(0, 100),
                then=some.integers(0, 100))
    def some_of_the_way_is_behind_us(  # type: ignore[override]
            self, nets: tuple[int, int, int], order: list[int], first: int, then: int) -> None:
        self.came("A", list(nets[:2]))
        self.came("B", [nets[2]])
        self.go([lambda: self.process(0), self.accrue])
        self.go([lambda by=by: self.claim(by) for by in "ARB"])  # type: ignore[misc]
        self.go([lambda: self.onward(0)] * 6)
        if len(self.claims_in("verified")) > 1:
            self.more_is_asked_for_than_there_is(order, first, then)


def live(kind: type[Life], number: int) -> None:
    kind.world, kind.reached = World(), Counter()
    run_state_machine_as_test(seed(number)(kind), settings=settings(
        max_examples=LIVES, stateful_step_count=STEPS, deadline=None, database=None, report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink) if "SHRINK" in os.environ else (Phase.generate,)))


@pytest.mark.django_db
@pytest.mark.usefixtures("reference", "as_house_app")
@pytest.mark.parametrize("number", SEEDS)
def test_any_life_keeps_every_invariant(number: int) -> None:
    live((Life, Crowd)[number % 2], number)


@pytest.mark.django_db
@pytest.mark.usefixtures("reference", "as_house_app")
def test_the_beginning_leads_to_the_bank_and_past_it() -> None:
    """So that a life of a dozen steps may begin anywhere: what it begins with is what the model says, step by step."""
    Life.world, Life.reached = World(), Counter()
    life = Life()
    life.some_of_the_way_is_behind_us([1_234_567, 4_000_000], far=14)
    life.accrue()
    life.everything_holds()
    states = {claim.state for claim in life.model.claims}
    assert states == {"paid", "approved"}  # the bank sent one back
    assert [line.key[4] for line in life.model.lines.values() if line.taken_back and line.claim] == [1] * 4  # rate, correction
    life.teardown()
    assert Life.reached["paid"]


_QUEUE, _WALK = approval._queue, approval._walk
DEFECTS: dict[str, tuple[str, Callable[..., Any]]] = {
    "by number": ("_queue", lambda programme_id: sorted(_QUEUE(programme_id), key=lambda claim: claim.number)),
    "the last first": ("_queue", lambda programme_id: _QUEUE(programme_id)[::-1]),
    "past whoever waits": ("_walk", lambda claims, *, strict: _WALK(claims, strict=False)),
}


@pytest.mark.django_db
@pytest.mark.usefixtures("reference", "as_house_app")
@pytest.mark.parametrize("defect", DEFECTS)
def test_a_queue_that_is_out_of_order_is_found(defect: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted, each within the lives of one seed: money is never overspent by it, only the wrong claim goes first."""
    monkeypatch.setattr(approval, *DEFECTS[defect])
    with pytest.raises(AssertionError):
        live(Crowd, 1)
