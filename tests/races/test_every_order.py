"""Accepting, cancelling, expiring, assigning and giving back, in every order: each schedule ends like a serial one (F25).

Three sessions on three connections. The first does its verb and stops before it commits; the second and third begin
meanwhile and meet what it holds; then it commits. Whatever comes of it must be what comes of doing the same three one
after the other, in one order or another.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from collection.dispatch import operations as dispatch
from collection.kernel.actor import HOUSE
from collection.kernel.clock import frozen
from collection.kernel.db import in_transaction, now, rows, transaction
from collection.kernel.refusals import Refusal
from tests import cast
from tests.races import invariants
from tests.races.conftest import NIGHTLY
from tests.races.crowd import Session

pytestmark = pytest.mark.django_db(transaction=True)
LATER = timedelta(seconds=901)


class Play:
    """Pickups on offer to a near and a far collector."""

    VERBS = ("near accepts", "far accepts", "near declines", "cancelled", "time is up", "assigned to far",
             "near gives back", "near fails")

    def __init__(self, scene: cast.Scene) -> None:
        self.scene = scene
        with transaction():
            self.near, self.far, self.plant = scene.collector(km=1), scene.collector(km=2), scene.recycler()
        self.at = now()

    def pickup(self, *, accepted: bool = False) -> UUID:
        with transaction():
            pickup_id = self.scene.offered()
            if accepted:
                self.scene.accept(self.near, pickup_id, at=self.at)
        return pickup_id

    def verb(self, name: str, pickup_id: UUID) -> Callable[[], Any]:
        """Each speaks of the offer and the job its person saw before anything began."""
        scene, at = self.scene, self.at
        near, far = scene.offer_of(self.near, pickup_id), scene.offer_of(self.far, pickup_id)
        seen = rows("SELECT id FROM dispatch_job WHERE pickup_id = %s", [pickup_id])
        job_id = seen[0]["id"] if seen else pickup_id  # a job nobody has: there is none yet

        def late() -> Any:
            with frozen(at + LATER):
                return dispatch.advance(actor=HOUSE, at=at + LATER, pickup_id=pickup_id)

        return {
            "near accepts": lambda: dispatch.accept_offer(actor=self.near.actor, at=at, offer_id=near),
            "far accepts": lambda: dispatch.accept_offer(actor=self.far.actor, at=at, offer_id=far),
            "near declines": lambda: dispatch.decline_offer(
                actor=self.near.actor, at=at, offer_id=near, reason="other"),
            "cancelled": lambda: dispatch.cancel_pickup(
                actor=scene.generator.actor, at=at, pickup_id=pickup_id, reason="mistake"),
            "time is up": late,
            "assigned to far": lambda: dispatch.assign_pickup(
                actor=scene.manager, at=at, pickup_id=pickup_id, contract_id=self.far.contract_id),
            "near gives back": lambda: dispatch.withdraw_job(
                actor=self.near.actor, at=at, job_id=job_id, reason="other"),
            "near fails": lambda: dispatch.fail_job(actor=self.near.actor, at=at, job_id=job_id, kind="unsafe"),
        }[name]

    def outcome(self, pickup_id: UUID, ends: dict[str, str]) -> tuple[Any, ...]:
        """What each was told, and what is left in the tables."""
        state = rows("SELECT state FROM pickups_pickup WHERE id = %s", [pickup_id])[0]["state"]
        offers = rows("SELECT wave, contract_id, state FROM dispatch_offer WHERE pickup_id = %s", [pickup_id])
        jobs = rows("SELECT contract_id, state FROM dispatch_job WHERE pickup_id = %s ORDER BY assigned_at, id", [pickup_id])
        names = {self.near.contract_id: "near", self.far.contract_id: "far"}
        return (tuple(sorted(ends.items())), state,
                tuple(sorted((o["wave"], names[o["contract_id"]], o["state"]) for o in offers)),
                tuple(sorted((names[j["contract_id"]], j["state"]) for j in jobs)))

    def one_after_the_other(self, names: Sequence[str], *, accepted: bool) -> tuple[Any, ...]:
        pickup_id, ends = self.pickup(accepted=accepted), {}
        verbs = [(name, self.verb(name, pickup_id)) for name in names]
        for name, verb in verbs:
            try:
                in_transaction(verb)
                ends[name] = "done"
            except Refusal as refusal:
                ends[name] = type(refusal).__name__
        return self.outcome(pickup_id, ends)

    def together(self, names: Sequence[str], sessions: Sequence[Session], *, accepted: bool) -> tuple[Any, ...]:
        pickup_id = self.pickup(accepted=accepted)
        first, *others = [self.verb(name, pickup_id) for name in names]
        sessions[0].begin(first)
        for verb, session in zip(others, sessions[1:], strict=True):
            session.start(verb)
        await_blocked([session.pid for session in sessions[1:]])
        sessions[0].proceed()
        return self.outcome(pickup_id, {name: session.end() for name, session in zip(names, sessions, strict=True)})


def await_blocked(pids: list[int]) -> None:
    """Until each waits for a lock (or has nothing left to do)."""
    for _ in range(500):
        busy = rows("SELECT count(*) AS n FROM pg_stat_activity WHERE pid = ANY(%s) AND state <> 'idle' "
                    "AND wait_event_type IS DISTINCT FROM 'Lock'", [pids])[0]["n"]
        if not busy:
            return
        time.sleep(0.002)
    raise AssertionError("a session neither waits nor ends")


@pytest.mark.parametrize(("accepted", "verbs"), [
    (False, ("near accepts", "far accepts", "cancelled", "time is up", "assigned to far")),
    (True, ("near gives back", "cancelled", "near fails", "assigned to far", "near accepts")),
    pytest.param(False, tuple(Play.VERBS), marks=pytest.mark.skipif(NIGHTLY == 1, reason="for make nightly")),
    pytest.param(True, tuple(Play.VERBS), marks=pytest.mark.skipif(NIGHTLY == 1, reason="for make nightly")),
], ids=["on offer", "accepted", "all on offer", "all accepted"])
def test_every_order_ends_like_a_serial_one(scene, session, accepted, verbs):
    play, sessions = Play(scene), [session() for _ in range(3)]
    serial = {names: play.one_after_the_other(names, accepted=accepted) for names in itertools.permutations(verbs, 3)}
    for first, second, third in itertools.permutations(verbs, 3):
        if second > third:
            continue  # they begin together, so their order means nothing
        ended = play.together((first, second, third), sessions, accepted=accepted)
        assert ended in {serial[order] for order in itertools.permutations((first, second, third))}, (first, second, third)
    invariants.hold()


def test_the_schedules_are_not_all_alike(scene):
    """The serial ends of one triple differ, so agreeing with one of them says something."""
    play = Play(scene)
    ends = {play.one_after_the_other(names, accepted=False)
            for names in itertools.permutations(("near accepts", "cancelled", "time is up"))}
    assert len(ends) >= 3
