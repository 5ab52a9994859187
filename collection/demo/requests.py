"""The 739 applications: submitted, offered, accepted; some cancelled, some a wasted journey."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from collection.dispatch import operations as dispatch
from collection.dispatch.models import Offer
from collection.kernel.actor import HOUSE, Actor
from collection.pickups.models import Pickup

from .events import Event, clock
from .people import Holder, Party
from .plan import Plan, PlannedApplication


class ReplayBroken(RuntimeError):
    """The plan met a house that behaves otherwise than the plan assumed: nothing is papered over."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An application in a collector's hands, to be loaded on its day."""

    planned: PlannedApplication
    job_id: UUID
    code: str  # the generator tells it to the driver
    party: Party


class Requests:
    def __init__(self, plan: Plan, programme: str, holders: list[Holder], parties: list[Party]) -> None:
        self.programme, self.holders = programme, holders
        self.party_of = {party.contract_id: party for party in parties}
        self.taken: dict[date, list[Taken]] = {}
        self.plan = plan

    def events(self) -> Iterator[Event]:
        for planned in self.plan.applications:
            # Minutes apart, so that each is a moment of its own.
            yield Event(clock(planned.on, 8) + timedelta(seconds=20 * (planned.index % 700)),
                        lambda at, planned=planned: self.apply(at, planned))  # type: ignore[misc]

    def apply(self, at: datetime, planned: PlannedApplication) -> None:
        """From the generator's submission to a collector's yes, within one morning."""
        holder = self.holders[planned.generator]
        submitted = dispatch.submit_pickup(actor=holder.actor, at=at, new=dispatch.NewPickup(
            programme=self.programme, site_id=holder.site_id, category=planned.category, declared_g=planned.declared_g,
            origin=planned.origin, window_from=clock(planned.on, 13), window_to=clock(planned.on, 18)))
        pickup_id = submitted.pickup.id
        state = dispatch.advance(actor=HOUSE, at=at, pickup_id=pickup_id)
        if planned.fate == "cancelled":
            dispatch.cancel_pickup(actor=holder.actor, at=at, pickup_id=pickup_id, reason="no_longer_needed")
            return
        if state != "offered":
            raise ReplayBroken(f"application {planned.index} ({planned.category}) found no collector: {state}")
        offers = list(Offer.objects.filter(pickup_id=pickup_id, state="open").order_by("rank"))
        if planned.first_declines and len(offers) > 1:
            first = offers.pop(0)
            dispatch.decline_offer(actor=self._admin(first), at=at, offer_id=first.id, reason="no_vehicle")
        accepted = dispatch.accept_offer(actor=self._admin(offers[0]), at=at, offer_id=offers[0].id)
        party = self.party_of[offers[0].contract_id]
        if planned.fate == "failed":
            dispatch.fail_job(actor=party.admin, at=at, job_id=accepted.job_id, kind="nobody_there", note="",
                              occurred_at=at)
            return
        code = Pickup.objects.values_list("handover_code", flat=True).get(pk=pickup_id)
        self.taken.setdefault(planned.on, []).append(Taken(planned, accepted.job_id, code, party))

    def _admin(self, offer: Offer) -> Actor:
        return self.party_of[offer.contract_id].admin
