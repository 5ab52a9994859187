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
from tests.journeys.life_ground import GRAMS, NothingThere, World
from tests.journeys.life_model import Load, day_of
from tests.journeys.life_money import Money

NIGHTLY = int(os.environ.get("NIGHTLY", "1"))
LIVES, STEPS = 25, 10 if NIGHTLY == 1 else 40
SEEDS = range(4) if NIGHTLY == 1 else [date.today().toordinal() * 1_000 + n for n in range(max(80, 4 * NIGHTLY))]


class Life(Money):
    @initialize(nets=some.lists(GRAMS, min_size=1, max_size=3), far=some.sampled_from((0, 2, 4, 6, 7, 9, 10, 11, 13)))
    def some_of_the_way_is_behind_us(self, nets: list[int], far: int) -> None:
        """Loads of A, received, and `far` steps further: where a life of a dozen steps would else seldom come."""
        haul, plant = self.world.hauls["A"], self.world.people["R"].actor
        ids = haul.loaded(self.at, len(nets))
        tickets = [haul.ticket(pk, self.at, net_g, ticket_number=f"N{n}")
                   for n, (pk, net_g) in enumerate(zip(ids, nets, strict=True))]
        custody.weigh(actor=plant, at=self.at, tickets=tickets)
        custody.deliver(actor=HOUSE, at=self.at, consignment_ids=ids)
        custody.receive(actor=plant, at=self.at, receipts=[
            custody.NewReceipt(pk, net_g, 0, self.at) for pk, net_g in zip(ids, nets, strict=True)])
        for pk, net_g in zip(ids, nets, strict=True):
            load = self.model.loads[pk] = Load(pk, "A", "received", net_g, net_g, weighed_on=day_of(self.at))
            load.seal("collected", net_g, self.at)
            load.seal("received", net_g, self.at)
        further: list[Callable[[], Any]] = [
            lambda: self.process(0), self.accrue, lambda: self.claim("A"), lambda: self.claim("R"), lambda: self.onward(0),
            lambda: self.onward(0), lambda: self.decide(0, yes=True), lambda: self.onward(0), lambda: self.onward(0),
            lambda: self.decide(0, yes=True), lambda: self.the_bank([True, False, True]),
            lambda: self.time_passes(24 * 40), lambda: self.correct(0, max(1, nets[0] // 2))]
        for step in further[:far]:
            try:
                step()
            except NothingThere:
                break


@pytest.mark.django_db
@pytest.mark.usefixtures("reference", "as_house_app")
@pytest.mark.parametrize("number", SEEDS)
def test_any_life_keeps_every_invariant(number: int) -> None:
    Life.world, Life.reached = World(), Counter()
    run_state_machine_as_test(seed(number)(Life), settings=settings(
        max_examples=LIVES, stateful_step_count=STEPS, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink) if "SHRINK" in os.environ else (Phase.generate,)))
    assert Life.reached["paid"], "the dice are too kind to test anything"
