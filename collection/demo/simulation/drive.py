"""Moment by moment: requests come in, offers go out, people answer, journeys begin; each a transaction on a stopped clock."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from collection.dispatch import operations as dispatch
from collection.dispatch.models import Job, Offer
from collection.kernel.actor import HOUSE
from collection.kernel.clock import frozen
from collection.kernel.db import rows, transaction
from collection.kernel.refusals import Refusal
from collection.pickups.models import Pickup

from .stage import PROGRAMME, Stage
from .world import World, answer

REOPTIMISED_EVERY = timedelta(hours=1)


class Drive:
    """One run of a policy. After `run`, `submitted_at` and the database tell what happened."""

    def __init__(self, world: World, stage: Stage, policy: str) -> None:
        self.world, self.stage, self.policy = world, stage, policy
        self.moments: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self.order = count()
        self.number = {party.contract_id: n for n, party in enumerate(stage.parties)}
        self.request_of: dict[UUID, int] = {}
        self.heard: set[UUID] = set()  # offers that people have been asked about
        self.due: dict[UUID, datetime] = {}
        self.runs = self.changes = 0

    def run(self, tell: Callable[[int], None] = lambda done: None) -> None:
        for number, one in enumerate(self.world.requests):
            self.plan(one.at, lambda at, number=number: self.submit(at, number))  # type: ignore[misc]
        if self.policy == "rolling":
            self.plan(self.world.requests[0].at + REOPTIMISED_EVERY, self.reoptimise)
        done = 0
        while self.moments:
            at, _, act = heapq.heappop(self.moments)
            with transaction(), frozen(at):
                act(at)
            done += 1
            tell(done)

    def plan(self, at: datetime, act: Callable[[datetime], None]) -> None:
        heapq.heappush(self.moments, (at, next(self.order), act))

    def submit(self, at: datetime, number: int) -> None:
        one, holder = self.world.requests[number], self.stage.holders[number]
        pickup_id = dispatch.submit_pickup(actor=holder.actor, at=at, new=dispatch.NewPickup(
            programme=PROGRAMME, site_id=holder.site_id, category=one.category, declared_g=one.mass_g,
            origin="own_premises", window_from=one.window_from, window_to=one.window_to)).pickup.id
        self.begin(at, pickup_id, number)

    def begin(self, at: datetime, pickup_id: UUID, number: int) -> None:
        self.request_of[pickup_id] = number
        self.plan(max(at, self.world.requests[number].window_from), lambda at: self.set_out(at, pickup_id))
        self.advance(at, pickup_id)

    def advance(self, at: datetime, pickup_id: UUID) -> None:
        dispatch.advance(actor=HOUSE, at=at, pickup_id=pickup_id)
        self.listen(at, [pickup_id])
        for rest in Pickup.objects.filter(residual_of=pickup_id).exclude(id__in=self.request_of).order_by("id"):
            self.begin(at, rest.id, self.request_of[pickup_id])

    def listen(self, at: datetime, pickups: list[UUID]) -> None:
        """People take notice of new offers, and the house of when it has to look again."""
        for offer in Offer.objects.filter(pickup_id__in=pickups, state="open").exclude(id__in=self.heard).order_by("id"):
            self.heard.add(offer.id)
            said = answer(self.world.seed, self.number[offer.contract_id], self.world.requests[
                self.request_of[offer.pickup_id]].index)
            if said.after is not None:
                self.plan(at + said.after, lambda at, offer=offer, yes=said.yes: self.reply(at, offer, yes))  # type: ignore[misc]
        for row in rows(
            "SELECT object_id, min(not_before) AS due FROM notifications_outboxrow WHERE object_id = ANY (%s) "
            "AND task = 'dispatch.advance' AND state = 'waiting' GROUP BY object_id", [pickups],
        ):
            if self.due.get(row["object_id"]) != row["due"]:
                self.due[row["object_id"]] = row["due"]
                self.plan(max(at, row["due"]), lambda at, pickup_id=row["object_id"]: self.look(at, pickup_id))  # type: ignore[misc]

    def look(self, at: datetime, pickup_id: UUID) -> None:
        if self.due.get(pickup_id, at) <= at:
            self.due.pop(pickup_id, None)
            self.advance(at, pickup_id)

    def reply(self, at: datetime, offer: Offer, yes: bool) -> None:
        admin = self.stage.parties[self.number[offer.contract_id]].admin
        try:
            with transaction():
                if yes:
                    dispatch.accept_offer(actor=admin, at=at, offer_id=offer.id)
                else:
                    dispatch.decline_offer(actor=admin, at=at, offer_id=offer.id, reason="no_vehicle")
        except Refusal:
            return  # too late, taken by another, or the quota ran out: the offer is lost to them
        self.listen(at, [offer.pickup_id])

    def set_out(self, at: datetime, pickup_id: UUID) -> None:
        for job in Job.objects.filter(pickup_id=pickup_id, state="assigned"):
            admin = self.stage.parties[self.number[job.contract_id]].admin
            dispatch.move_job(actor=admin, at=at, job_id=job.id, to="en_route")

    def reoptimise(self, at: datetime) -> None:
        done = dispatch.reoptimise(actor=HOUSE, at=at, programme=PROGRAMME)
        self.runs += 1
        self.changes += done.jobs_rerouted + done.offers_rerouted + done.offers_added
        if done.offers_added:
            self.listen(at, list(self.request_of))
        if at < self.world.ends_at:
            self.plan(at + REOPTIMISED_EVERY, self.reoptimise)
