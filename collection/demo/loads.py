"""The kilograms: each day's loads in one go, each month's batches at its end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from math import cos, hypot, radians
from typing import Any
from uuid import UUID

from collection.custody import operations as custody
from collection.custody.models import Consignment
from collection.kernel.actor import HOUSE
from collection.kernel.calendar import next_month

from . import assumptions as assume, cast
from .events import Event, clock
from .people import Holder, Party
from .plan import Plan, PlannedLoad, months
from .requests import Requests

TARE_G = 12 * assume.T


class Loads:
    def __init__(self, plan: Plan, programme_id: UUID, holders: list[Holder], parties: list[Party],
                 requests: Requests) -> None:
        self.plan, self.programme_id = plan, programme_id
        self.holders, self.parties, self.requests = holders, parties, requests
        self.hired = count(9_000_000)  # of the synthetic plates
        self.by_contract = {party.contract_id: party for party in parties}

    def events(self) -> Iterator[Event]:
        days = {one.on for one in self.plan.loads} | {one.on for one in self.plan.applications}
        for day in sorted(days):
            yield Event(clock(day, 18), lambda at, day=day: self.day(at, day))  # type: ignore[misc]
        for month in months():
            yield Event(clock(_last(month), 20), self.process)

    def day(self, at: datetime, day: date) -> None:
        """Everything that was fetched that day: loaded in time, weighed and received at the plant by evening."""
        own = [one for one in self.plan.loads if one.on == day]
        taken = self.requests.taken.pop(day, [])
        masses = [(one.net_g, one.accepted_g) for one in own] + [
            (one.planned.weighed_g, one.planned.accepted_g) for one in taken]
        loaded = custody.load(actor=HOUSE, at=at, loads=[
            custody.Load(
                category=one.category, origin=one.origin,
                collector_contract_id=self.parties[one.collector].contract_id,
                recycler_contract_id=self.parties[one.recycler].contract_id,
                site_id=self.holders[one.generator].site_id, **self._lorry(one),
                loaded_at=max(clock(day, 16) - self.haul(one), clock(assume.STARTS_ON, 8)))
            for one in own
        ] + [
            custody.Load(job_id=one.job_id, handover_code=one.code, plate=self._hired(), loaded_at=clock(day, 12))
            for one in taken
        ])
        plants = dict(Consignment.objects.filter(pk__in=[one.id for one in loaded]).values_list("id", "recycler_contract_id"))
        custody.weigh(actor=HOUSE, at=at, tickets=[
            custody.Ticket(
                consignment_id=one.id, scale_id=self._scale(plants[one.id]),
                ticket_number=f"{day:%y%m%d}-{n + 1}", occurred_at=clock(day, 16), gross_g=TARE_G + net_g, tare_g=TARE_G)
            for n, (one, (net_g, _)) in enumerate(zip(loaded, masses, strict=True))
        ])
        custody.deliver(actor=HOUSE, at=at, consignment_ids=[one.id for one in loaded])
        custody.receive(actor=HOUSE, at=at, receipts=[
            custody.NewReceipt(
                consignment_id=one.id, accepted_g=accepted_g, refused_g=net_g - accepted_g,
                reason="impurity" if net_g > accepted_g else "", occurred_at=clock(day, 17))
            for one, (net_g, accepted_g) in zip(loaded, masses, strict=True)
        ])

    def process(self, at: datetime) -> None:
        """Each plant turns what it holds of each category into product, by-product and loss."""
        waiting: dict[tuple[UUID, str], list[tuple[UUID, int]]] = defaultdict(list)
        for pk, contract, category, accepted_g in Consignment.objects.filter(
            programme_id=self.programme_id, state="received", receipt__accepted_g__gt=0,
        ).order_by("number").values_list("id", "recycler_contract_id", "category_id", "receipt__accepted_g"):
            waiting[contract, category].append((pk, accepted_g))
        custody.process(actor=HOUSE, at=at, batches=[
            self._batch(contract, category, inputs, at) for (contract, category), inputs in waiting.items()])

    def _batch(self, contract: UUID, category: str, inputs: list[tuple[UUID, int]], at: datetime) -> custody.NewBatch:
        input_g = sum(mass_g for _, mass_g in inputs)
        product, byproduct = (int(Decimal(input_g) * share) for share in assume.CATEGORIES[category][2:])
        return custody.NewBatch(
            contract_id=contract, category=category, consignment_ids=tuple(pk for pk, _ in inputs), product_g=product,
            byproduct_g=byproduct, loss_g=input_g - product - byproduct, occurred_at=at)

    def _scale(self, recycler_contract: UUID) -> UUID:
        scale = self.by_contract[recycler_contract].scale_id
        assert scale is not None  # every plant of the plan has one
        return scale

    def haul(self, one: PlannedLoad) -> timedelta:
        """How long the lorry was on its way: 60 km/h on roads a third longer than the straight line, and two hours."""
        towns = (self.plan.generators[one.generator].town, self.plan.contracts[one.recycler].town)
        (x, y), (there_x, there_y) = ((town.longitude, town.latitude) for town in towns)
        km = 111 * hypot((x - there_x) * cos(radians((y + there_y) / 2)), y - there_y)
        return timedelta(hours=2 + km * 4 / 3 / 60)

    def _lorry(self, one: PlannedLoad) -> dict[str, Any]:
        """Whose lorries drove is not published: hired ones, each for one load. The light own one only where the plan says
        that a load went above its papers."""
        if one.over_payload and one.net_g > 5 * assume.T:
            return {"vehicle_id": self.parties[one.collector].light_id}
        return {"plate": self._hired()}

    def _hired(self) -> str:
        return cast.plate(next(self.hired))


def _last(month: date) -> date:
    return date.fromordinal(next_month(month).toordinal() - 1)
