"""From pickup to paid, in any order Hypothesis can think of, with a model beside it; checked after every step.

100 lives in `make test`, always the same; in `make nightly` 2,000 longer ones, every day others. `SHRINK=1` looks for the
shortest life that fails like the one found.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar, TypeVar

import pytest
from django.db import transaction as savepoints
from hypothesis import HealthCheck, Phase, seed, settings, strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from collection.custody import operations as custody
from collection.dispatch import operations as dispatch
from collection.kernel.actor import HOUSE
from collection.kernel.db import execute, rows
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Refusal
from collection.payouts import operations as payouts
from collection.payouts.declarations import CURRENT as DECLARATION
from collection.payouts.rules import CANCELLED
from tests import cast
from tests.collection.custody.haul import Haul
from tests.collection.payouts.office import Office
from tests.journeys import life_checks
from tests.journeys.life_model import Claim, Load, Model, after, day_of

T = TypeVar("T")
NIGHTLY = int(os.environ.get("NIGHTLY", "1"))
LIVES, STEPS = 25, 10 if NIGHTLY == 1 else 40
SEEDS = range(4) if NIGHTLY == 1 else [date.today().toordinal() * 1_000 + n for n in range(max(80, 4 * NIGHTLY))]
#: 29 December 2025, 09:00 in Almaty: the index changes three days later, and the month closes.
BEGINNING = datetime(2025, 12, 29, 4, 0, tzinfo=UTC)
CEILING_TIYN = 90_000_000  # some three loads' worth: approvals queue
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


class NothingThere(Exception):
    """A step of the beginning has nothing to be done to: too few grams to be worth a tiyn, say."""


def nth(things: Iterable[T], n: int) -> T:
    listed = list(things)
    if not listed:
        raise NothingThere
    return listed[n % len(listed)]


class Life(RuleBasedStateMachine):
    world: ClassVar[World]
    reached: ClassVar[Counter[str]]  # in how many lives a claim, or a load, ended like this

    def __init__(self) -> None:
        super().__init__()
        self.beginning = savepoints.savepoint()
        self.model, self.at, self.tickets = Model(CEILING_TIYN), BEGINNING, 0
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

    @initialize(nets=some.lists(GRAMS, min_size=1, max_size=3), far=some.sampled_from((0, 2, 4, 6, 8, 10)))
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
            lambda: self.onward(0), lambda: self.decide(0, yes=True), lambda: self.the_bank([True, False, True]),
            lambda: self.time_passes(24 * 40), lambda: self.correct(0, max(1, nets[0] // 2))]
        for step in further[:far]:
            try:
                step()
            except NothingThere:
                break

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

    # --- custody ---------------------------------------------------------------------------------------------------

    @precondition(lambda self: "accepted" in self.model.pickups.values())
    @rule(n=NUMBER, right=some.booleans())
    def collect(self, n: int, right: bool) -> None:
        pickup_id = nth((pk for pk, state in self.model.pickups.items() if state == "accepted"), n)
        winner = self.world.people[self.model.winners[pickup_id]]
        job = rows("SELECT job.id, handover_code FROM dispatch_job job JOIN pickups_pickup pickup ON pickup.id = pickup_id "
                   "WHERE pickup_id = %s", [pickup_id])[0]
        code = job["handover_code"] if right else f"{(int(job['handover_code']) + 1) % 10**6:06d}"
        load = custody.Load(id=uuid7(self.at), loaded_at=self.at, job_id=job["id"], vehicle_id=winner.vehicle_id,
                            handover_code=code, more_follows=False)
        take = lambda: custody.load(actor=winner.actor, at=self.at, loads=[load])  # noqa: E731
        if not right:
            self.refused(take, code="handover_code_wrong")
            return
        take()
        self.model.pickups[pickup_id] = "fulfilled"
        assert load.id
        self.model.loads[load.id] = Load(load.id, self.model.winners[pickup_id])

    @rule(by=some.sampled_from("AB"))
    def own_load(self, by: str) -> None:
        pk = self.world.hauls[by].loaded(self.at, plate="001AAA02")[0]
        self.model.loads[pk] = Load(pk, by)

    @precondition(lambda self: self.in_state("loaded"))
    @rule(n=NUMBER, net_g=GRAMS, expired=some.sampled_from((False, False, False, True)))
    def weigh(self, n: int, net_g: int, expired: bool) -> None:
        load, haul = nth(self.in_state("loaded"), n), self.world.hauls["A"]
        self.tickets += 1
        scale = self.world.expired if expired else haul.scale_id
        ticket = haul.ticket(load.id, self.at, net_g, scale_id=scale, ticket_number=f"L{self.tickets}")
        custody.weigh(actor=self.world.people["R"].actor, at=self.at, tickets=[ticket])
        load.state, load.net_g, load.weighed_on, load.expired_scale = "weighed", net_g, day_of(self.at), expired
        load.seal("collected", net_g, self.at)
        self.refused(lambda: custody.weigh(actor=HOUSE, at=self.at, tickets=[ticket]))  # B6: the ticket is used

    @precondition(lambda self: self.in_state("weighed"))
    @rule(n=NUMBER)
    def deliver(self, n: int) -> None:
        load = nth(self.in_state("weighed"), n)
        custody.deliver(actor=self.world.people[load.collector].actor, at=self.at, consignment_ids=[load.id])
        load.state = "delivered"

    @precondition(lambda self: self.in_state("delivered"))
    @rule(n=NUMBER, share=some.sampled_from((0, 50, 93, 100, 100)), wrong_by=some.sampled_from((None, None, None, 1, -1)))
    def receive(self, n: int, share: int, wrong_by: int | None) -> None:
        """I5: accepted and refused are the net, to the gram."""
        load = nth(self.in_state("delivered"), n)
        accepted_g = load.net_g * share // 100
        refused_g = load.net_g - accepted_g + (wrong_by or 0)
        take = lambda: custody.receive(  # noqa: E731
            actor=self.world.people["R"].actor, at=self.at,
            receipts=[custody.NewReceipt(load.id, accepted_g, refused_g, self.at, "impurity" if refused_g else "")])
        if wrong_by:
            self.refused(take)
            return
        take()
        load.accepted_g, load.state = accepted_g, "received" if accepted_g else "returned"
        if accepted_g:
            load.seal("received", accepted_g, self.at)

    @precondition(lambda self: self.in_state("received"))
    @rule(n=NUMBER)
    def process(self, n: int) -> None:
        load, haul = nth(self.in_state("received"), n), self.world.hauls["A"]
        assert load.accepted_g
        haul.batch(self.at, [load.id], load.accepted_g)
        load.state, load.loss_g = "processed", load.accepted_g // 10
        load.seal("recycled", load.accepted_g, self.at)

    @precondition(lambda self: self.in_state("received", "processed"))
    @rule(n=NUMBER, accepted_g=GRAMS)
    def correct(self, n: int, accepted_g: int) -> None:
        load = nth(self.in_state("received", "processed"), n)
        assert load.accepted_g
        haul = self.world.hauls[load.collector]
        correct = lambda: haul.correct(load.id, accepted_g, at=self.at, reason="the slip was misread")  # noqa: E731
        loss_g = None if load.loss_g is None else load.loss_g + accepted_g - load.accepted_g
        if accepted_g > load.net_g or accepted_g == load.accepted_g or (loss_g is not None and loss_g < 0):
            self.refused(correct)
            return
        correct()
        load.correct(accepted_g, self.at)

    # --- money -----------------------------------------------------------------------------------------------------

    @rule()
    def accrue(self) -> None:
        self.world.office.accrue(self.at)
        self.model.accrue()
        self.look_at_the_holds()

    def look_at_the_holds(self) -> None:
        """Which lines a rule holds is the rules' own story; that an expired scale is seen is certain."""
        held = {(row["consignment_id"], row["stage"], row["edition"], row["reversal"]): row["rules"] for row in rows(
            "SELECT line.consignment_id, line.stage, fact.edition, line.reverses_id IS NOT NULL AS reversal, "
            "array_agg(hold.rule) AS rules FROM payouts_hold hold JOIN payouts_accrualline line ON line.id = hold.line_id "
            "JOIN custody_fact fact ON fact.id = line.fact_id WHERE lifted_at IS NULL GROUP BY line.id, fact.edition")}
        for key, line in self.model.lines.items():
            line.held = key in held
            if line.claim is None and not key[3] and self.model.loads[key[0]].expired_scale and key not in self.lifted:
                assert "calibration_expired" in held[key]

    @property
    def lifted(self) -> set[tuple[Any, ...]]:
        return {(row["consignment_id"], row["stage"], row["edition"], False) for row in rows(
            "SELECT line.consignment_id, line.stage, fact.edition FROM payouts_hold hold JOIN payouts_accrualline line "
            "ON line.id = hold.line_id JOIN custody_fact fact ON fact.id = line.fact_id WHERE lifted_at IS NOT NULL")}

    @precondition(lambda self: any(line.held for line in self.model.lines.values()))
    @rule(n=NUMBER)
    def lift(self, n: int) -> None:
        holds = rows("SELECT id FROM payouts_hold WHERE lifted_at IS NULL AND rule <> %s ORDER BY id", [CANCELLED])
        if holds:
            payouts.lift_hold(actor=self.world.office.inspector, at=self.at, hold_id=nth(holds, n)["id"], why="seen")
            self.look_at_the_holds()

    @precondition(lambda self: self.model.lines)
    @rule(contract=some.sampled_from("ARB"))
    def claim(self, contract: str) -> None:
        month = day_of(self.at).replace(day=1)
        prepare = lambda: payouts.prepare_claim(  # noqa: E731
            actor=self.world.people[contract].actor, at=self.at, contract_id=self.world.contracts[contract], month=month)
        if self.model.has_claim(contract, month):
            self.refused(prepare, code="claim_exists")
            return
        made = prepare()
        assert (made is not None) == (self.model.worth(contract, month) > 0)
        if made:
            self.model.claim(made.id, contract, month)

    @rule(early=some.sampled_from((False, False, True)))
    def the_month_is_closed(self, early: bool) -> None:
        """For everybody: whatever is payable is claimed; what comes later belongs to a later month."""
        this = day_of(self.at).replace(day=1)
        month = this if early else (this - timedelta(days=1)).replace(day=1)
        close = lambda: payouts.close_month(  # noqa: E731
            actor=self.world.scene.finance, at=self.at, programme=self.world.scene.code, month=month)
        if early:
            self.refused(close, code="month_not_over")
        elif self.model.closed and self.model.closed >= month:
            self.refused(close, code="month_closed")
        elif any(fact.measure != "collected" and not fact.rated and fact.sealed_on < after(month)
                 for load in self.model.loads.values() for fact in load.facts):
            self.refused(close, code="accrual_behind")
        else:
            due = [name for name in self.world.contracts
                   if not self.model.has_claim(name, month) and self.model.worth(name, month) > 0]
            assert close().claims == len(due)
            made = {row["contract_id"]: row["id"] for row in rows(
                "SELECT id, contract_id FROM payouts_claim WHERE month = %s", [month])}
            for name in due:
                self.model.claim(made[self.world.contracts[name]], name, month)
            self.model.closed = month

    @precondition(lambda self: self.claims_in("draft", "returned", "submitted"))
    @rule(n=NUMBER)
    def onward(self, n: int) -> None:
        claim = nth(self.claims_in("draft", "returned", "submitted"), n)
        if claim.state != "submitted":
            self.tickets += 1
            payouts.submit_claim(actor=self.world.people[claim.contract].actor, at=self.at, claim_id=claim.id,
                                 act_number=f"A{self.tickets}", einvoice_number=f"LIFE-{self.tickets}", declaration=DECLARATION)
            claim.state = "submitted"
        else:
            told = payouts.verify_claim(actor=self.world.office.inspector, at=self.at, claim_id=claim.id)
            assert told.state == "verified", told.reason
            claim.state = "verified"

    @precondition(lambda self: self.claims_in("verified"))
    @rule(n=NUMBER, yes=some.sampled_from((True, True, True, False)))
    def decide(self, n: int, yes: bool) -> None:
        claim, office = nth(self.claims_in("verified"), n), self.world.office
        self.refused(lambda: payouts.approve_claim(actor=office.inspector, at=self.at, claim_id=claim.id), code="same_person")
        if yes:
            told = payouts.approve_claim(actor=office.finance, at=self.at, claim_id=claim.id)
            self.model.approve(claim, self.at)
            assert told.state == claim.state
        else:
            payouts.reject_claim(actor=office.finance, at=self.at, claim_id=claim.id, reason="no")
            self.model.reject(claim)

    @precondition(lambda self: self.claims_in("queued"))
    @rule()
    def the_queue_moves(self) -> None:
        payouts.approve_queued(actor=HOUSE, at=self.at, programme_id=self.world.scene.programme.id)
        self.model.approve_queued()

    @precondition(lambda self: self.claims_in("approved"))
    @rule(paid=some.lists(some.booleans(), min_size=3, max_size=3))
    def the_bank(self, paid: list[bool]) -> None:
        """All approved claims in one register; the bank answers each. What it sends back is approved again."""
        claims, office = self.claims_in("approved"), self.world.office
        answers = {claim.id: paid[n % 3] for n, claim in enumerate(claims)}
        register = payouts.prepare_register(actor=office.finance, at=self.at, claim_ids=list(answers))
        self.refused(lambda: payouts.approve_register(actor=office.finance, at=self.at, register_id=register.id),
                     code="same_person")
        payouts.approve_register(actor=office.second, at=self.at, register_id=register.id)
        office.answered(register, self.at, rejected=[pk for pk, yes in answers.items() if not yes])
        for claim in claims:
            if answers[claim.id]:
                self.model.pay(claim)

    # --- out of turn -----------------------------------------------------------------------------------------------

    @precondition(lambda self: self.model.loads)
    @rule(n=NUMBER, verb=some.sampled_from(("deliver", "receive", "process", "correct")))
    def out_of_turn(self, n: int, verb: str) -> None:
        """I4: a load that is not there yet, or past it, goes nowhere."""
        states = {"deliver": ("weighed",), "receive": ("delivered",), "process": ("received",),
                  "correct": ("received", "processed")}
        others = [load for load in self.model.loads.values() if load.state not in states[verb]]
        if others:
            load, plant = nth(others, n), self.world.people["R"].actor
            self.refused({
                "deliver": lambda: custody.deliver(actor=HOUSE, at=self.at, consignment_ids=[load.id]),
                "receive": lambda: custody.receive(actor=plant, at=self.at, receipts=[
                    custody.NewReceipt(load.id, load.net_g or 1, 0, self.at)]),
                "process": lambda: self.world.hauls["A"].batch(self.at, [load.id], load.accepted_g or 1),
                "correct": lambda: self.world.hauls[load.collector].correct(load.id, 1, at=self.at),
            }[verb])

    @invariant()
    def everything_holds(self) -> None:
        life_checks.hold(self.model, programme=self.world.scene.code, contracts=self.world.contracts)


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
