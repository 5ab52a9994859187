"""Where a life begins: one programme, its people, its clock; and the pickups. `life_custody` and `life_money` go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import pytest
from django.db import transaction as savepoints
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from collection.dispatch import operations as dispatch
from collection.kernel.db import execute, rows
from collection.kernel.refusals import Refusal
from tests import cast
from tests.collection.custody.haul import Haul
from tests.collection.payouts.office import Office
from tests.journeys import life_checks
from tests.journeys.life_model import Model
from tests.journeys.life_values import Claim, Load, Scope

T = TypeVar("T")
#: 29 December 2025, 09:00 in Almaty: the index changes three days later, and the month closes.
BEGINNING = datetime(2025, 12, 29, 4, 0, tzinfo=UTC)
CEILING_TIYN = 40_000_000  # less than two full loads: approvals queue
NUMBER = some.integers(0, 10**6)
GRAMS = some.integers(1, 4_900_000)


class World:
    """One programme, two collectors and a plant with a good scale and one whose certificate is over; made once."""

    def __init__(self) -> None:
        self.scene = cast.Scene(at=BEGINNING, ceiling_tiyn=CEILING_TIYN)
        near, far, plant = self.scene.collector(km=3), self.scene.collector(km=9), self.scene.recycler()
        self.hauls = {"A": Haul(self.scene, near, plant), "B": Haul(self.scene, far, plant)}
        self.people = {"A": near, "B": far, "R": plant}
        self.contracts = {name: one.contract_id for name, one in self.people.items()}
        self.expired = self.hauls["A"].scale(until=date(2025, 12, 1))
        self.office = Office(self.scene)
        self.judge = cast.member(self.office.inspector.organisation_id, "inspector")  # of appeals: a second inspector


class NothingThere(Exception):
    """A step of the beginning has nothing to be done to: too few grams to be worth a tiyn, say."""


def nth(things: Iterable[T], n: int) -> T:
    listed = list(things)
    if not listed:
        raise NothingThere
    return listed[n % len(listed)]


class Ground(RuleBasedStateMachine):
    world: ClassVar[World]
    reached: ClassVar[Counter[str]]  # in how many lives a claim, or a load, ended like this

    def __init__(self) -> None:
        super().__init__()
        self.beginning = savepoints.savepoint()
        self.model, self.at, self.tickets = Model({Scope(): CEILING_TIYN}), BEGINNING, 0
        self.groups: dict[UUID, list[Load]] = {}
        self.tell_the_time()

    def teardown(self) -> None:
        savepoints.savepoint_rollback(self.beginning)
        self.reached.update({one.state for one in (*self.model.claims, *self.model.loads.values())})
        self.reached.update({"corrected after payment" for line in self.model.paid_lines() if line.key[3]})

    def tell_the_time(self) -> None:
        execute("SELECT set_config('house.clock', %s, true)", [self.at.isoformat()])

    def refused(self, verb: Callable[[], Any], *, code: str = "") -> None:
        """The verb is refused and leaves nothing behind (the next check compares everything)."""
        before = savepoints.savepoint()
        with pytest.raises(Refusal) as refusal:
            verb()
        savepoints.savepoint_rollback(before)
        assert not code or refusal.value.code == code or code in {one.code for one in refusal.value.defects}, refusal.value

    def in_state(self, *states: str) -> list[Load]:
        return [load for load in self.model.loads.values() if load.state in states]

    def claims_in(self, *states: str) -> list[Claim]:
        return [claim for claim in self.model.claims if claim.state in states]

    # --- time ------------------------------------------------------------------------------------------------------

    @rule(hours=some.sampled_from((1, 24, 24 * 20)))
    def time_passes(self, hours: int) -> None:
        self.at += timedelta(hours=hours)
        self.tell_the_time()

    # --- dispatch --------------------------------------------------------------------------------------------------
    @rule(declared_g=GRAMS)
    def submit(self, declared_g: int) -> None:
        pickup_id = self.world.scene.submit(
            at=self.at, declared_g=declared_g, window_from=self.at + timedelta(hours=30), window_to=self.at + timedelta(hours=36))
        assert self.world.scene.advance(pickup_id, at=self.at) == "offered"
        self.model.pickups[pickup_id] = "offered"

    @precondition(lambda self: "offered" in self.model.pickups.values())
    @rule(n=NUMBER, first=some.sampled_from("AB"))
    def both_want_it(self, n: int, first: str) -> None:
        """I3: one winner, or nobody where the offers are over."""
        pickup_id = nth((pk for pk, state in self.model.pickups.items() if state == "offered"), n)
        scene, second = self.world.scene, "B" if first == "A" else "A"
        offers = {name: scene.offer_of(self.world.people[name], pickup_id) for name in "AB"}
        live = rows("SELECT expires_at FROM dispatch_offer WHERE id = %s", [offers[first]])[0]["expires_at"] > self.at
        for name in (first, second):
            accept = lambda name=name: dispatch.accept_offer(  # noqa: E731
                actor=self.world.people[name].actor, at=self.at, offer_id=offers[name])
            if live and name == first:
                accept()
                self.model.pickups[pickup_id], self.model.winners[pickup_id] = "accepted", name
            else:
                self.refused(accept, code="offer_already_taken" if live else "offer_expired")

    @precondition(lambda self: "offered" in self.model.pickups.values() or "accepted" in self.model.pickups.values())
    @rule(n=NUMBER)
    def cancel(self, n: int) -> None:
        pickup_id = nth((pk for pk, state in self.model.pickups.items() if state in ("offered", "accepted")), n)
        dispatch.cancel_pickup(actor=self.world.scene.generator.actor, at=self.at, pickup_id=pickup_id, reason="mistake")
        self.model.pickups[pickup_id] = "cancelled"

    @invariant()
    def everything_holds(self) -> None:
        life_checks.hold(self.model, programme=self.world.scene.code, contracts=self.world.contracts)
