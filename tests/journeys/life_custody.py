"""What happens to the kilograms of a life, in its turn and out of it."""

from __future__ import annotations

from hypothesis import strategies as some
from hypothesis.stateful import precondition, rule

from collection.custody import operations as custody
from collection.kernel.actor import HOUSE
from collection.kernel.db import rows
from collection.kernel.ids import uuid7
from tests.journeys.life_ground import GRAMS, NUMBER, Ground, nth
from tests.journeys.life_model import Load, day_of


class Kilograms(Ground):
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
