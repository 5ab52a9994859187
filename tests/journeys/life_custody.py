"""What happens to the kilograms of a life, in its turn and out of it."""

from __future__ import annotations

from uuid import UUID

from hypothesis import strategies as some
from hypothesis.stateful import precondition, rule

from collection.custody import operations as custody
from collection.kernel.actor import HOUSE
from collection.kernel.db import rows
from collection.kernel.ids import uuid7
from tests.journeys.life_ground import GRAMS, NUMBER, Ground, nth
from tests.journeys.life_values import Load, day_of, shares


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

    @precondition(lambda self: self.in_state("weighed"))
    @rule(n=NUMBER, share=some.sampled_from((1, 33, 50, 99)), wrong_by=some.sampled_from((0, 0, 0, 1, -1)))
    def split(self, n: int, share: int, wrong_by: int) -> None:
        """I5: the parts are the load, to the gram; each is a load of its own, weighed when the whole was."""
        load = nth(self.in_state("weighed"), n)
        first = max(1, load.net_g * share // 100)
        masses = [first, load.net_g - first + wrong_by]
        divide = lambda: custody.split(  # noqa: E731
            actor=self.world.people[load.collector].actor, at=self.at,
            divisions=[custody.NewDivision(load.id, tuple(custody.NewPart(one) for one in masses), self.at)])
        if wrong_by or min(masses) <= 0:
            self.refused(divide)
            return
        for pk, mass_g in zip(divide()[0], masses, strict=True):
            self.part(load, pk, mass_g)

    def part(self, of: Load, pk: UUID, mass_g: int) -> Load:
        of.state = "split"
        made = self.model.loads[pk] = Load(pk, of.collector, "weighed", mass_g, weighed_on=of.weighed_on,
                                           expired_scale=of.expired_scale)
        return made

    @precondition(lambda self: len(self.in_state("weighed")) > 1)
    @rule(n=NUMBER, share=some.sampled_from((100, 100, 70)), by=some.sampled_from("AB"))
    def group(self, n: int, share: int, by: str) -> None:
        """On one lorry, whole or so many grams of the heap: then each gives its share, and what it keeps stays behind."""
        weighed = [load for load in self.in_state("weighed") if load.collector == by]
        if not weighed:
            return
        loads = [nth(weighed, n), nth(weighed, n + 1)]
        together = sum(load.net_g for load in loads) * share // 100
        put = lambda: custody.group(actor=self.world.people[by].actor, at=self.at, new=custody.NewGrouping(  # noqa: E731
            tuple(load.id for load in loads), self.at, mass_g=None if share == 100 else together, plate="777GRP02"))
        if loads[0] is loads[1] or not together:
            self.refused(put)
            return
        grouping_id, members = put(), []
        for load, mass_g in zip(loads, shares(together, [load.net_g for load in loads]), strict=True):
            if 0 < mass_g < load.net_g:
                parts = {row["part_g"]: row["id"] for row in rows(
                    "SELECT id, part_g FROM custody_consignment WHERE parent_id = %s AND state = 'grouped'", [load.id])}
                rest = rows("SELECT id FROM custody_consignment WHERE parent_id = %s AND state = 'weighed'", [load.id])
                self.part(load, rest[0]["id"], load.net_g - mass_g)
                load = self.part(load, parts[mass_g], mass_g)
            if mass_g:
                load.state = "grouped"
                members.append(load)
        self.groups[grouping_id] = members

    @precondition(lambda self: any(load.state == "grouped" for of in self.groups.values() for load in of))
    @rule(n=NUMBER)
    def deliver_together(self, n: int) -> None:
        of = nth((of for of in self.groups.values() if of[0].state == "grouped"), n)
        custody.deliver(actor=self.world.people[of[0].collector].actor, at=self.at, consignment_ids=[load.id for load in of])
        for load in of:
            load.state = "delivered"

    @precondition(lambda self: any(load.state == "delivered" for of in self.groups.values() for load in of))
    @rule(n=NUMBER, share=some.sampled_from((0, 1, 50, 97, 100)))
    def receive_together(self, n: int, share: int) -> None:
        """One decision for the heap; each load bears its share, to the gram."""
        grouping_id, of = nth(((pk, of) for pk, of in self.groups.items() if any(one.state == "delivered" for one in of)), n)
        whole = sum(load.net_g for load in of)
        accepted = shares(whole * share // 100, [load.net_g for load in of])
        take = lambda: custody.receive_group(actor=self.world.people["R"].actor, at=self.at, receipt=custody.GroupReceipt(  # noqa: E731
            grouping_id, sum(accepted), whole - sum(accepted), self.at, "impurity"))
        if any(load.state != "delivered" for load in of):  # one of them was received by itself
            self.refused(take)
            return
        take()
        for load, accepted_g in zip(of, accepted, strict=True):
            load.accepted_g, load.state = accepted_g, "received" if accepted_g else "returned"
            if accepted_g:
                load.seal("received", accepted_g, self.at)

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
        states = {"deliver": ("weighed", "grouped"), "receive": ("delivered",), "process": ("received",),
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
