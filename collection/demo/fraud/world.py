"""The plan is lived: companies and their contracts, then day after day what its trips say, through the operations."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from collection.contracts import operations as contracts
from collection.custody import operations as custody
from collection.custody.models import Consignment
from collection.dispatch import operations as dispatch
from collection.dispatch.models import Offer
from collection.kernel.actor import HOUSE, Actor
from collection.kernel.db import transaction
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Refusal
from collection.kernel.words import Words
from collection.pickups import operations as pickups
from collection.pickups.models import Pickup
from collection.registry import operations as registry
from geo.models import Region

from .. import cast, people
from ..events import Event, clock
from ..models import Planted
from .pictures import copied_anew, photograph
from .plan import COLLECTORS, FULL, Plan, Trip, category_of

OPENED = date(2025, 12, 1)
CAP_TIYN = 500_000_00  # of a racer: more than either of its months, less than both
SERIES = 2  # of company numbers and telephones


@dataclass
class World:
    """Who there is. `offset` keeps apart the numbers of worlds that stand beside each other in one database."""

    plan: Plan
    code: str
    offset: int
    officers: dict[str, Actor]
    programme_id: UUID = field(init=False)
    collectors: list[tuple[UUID, Actor]] = field(default_factory=list)  # contract, admin
    recyclers: list[UUID] = field(default_factory=list)
    facilities: list[UUID] = field(default_factory=list)
    scales: list[UUID] = field(default_factory=list)
    sites: list[UUID] = field(default_factory=list)
    owners: list[Actor] = field(default_factory=list)
    tickets: dict[int, int] = field(default_factory=lambda: defaultdict(lambda: 4_000))
    shown: dict[int | None, int] = field(default_factory=dict)  # where each picture was taken
    numbers: dict[int, tuple[str, datetime]] = field(default_factory=dict)  # of a trip, by its id()

    def open(self, at: datetime) -> None:
        """Programme, companies, contracts and sites."""
        manager, finance = self.officers["manager"], self.officers["finance"]
        self.programme_id = contracts.create_programme(
            actor=manager, at=at, code=self.code, name=Words(*[f"{word} {self.code}" for word in (
                "Сынақ бағдарлама", "Проверочная программа", "Programme to be tried")]),
            starts_on=date(2026, 1, 1), synthetic=True).id
        contracts.load_published_prices(actor=manager, at=at, programme=self.code)
        collectors = self._companies(at, "collection", self.plan.bases, 0)
        recyclers = self._companies(at, "recycling", self.plan.plants, 180)
        bases = registry.add_bases(actor=HOUSE, at=at, bases=[
            registry.NewPlace(one.organisation_id, "База", *point, working_days=range(1, 8)) for one, point in zip(
                collectors, self.plan.bases, strict=True)])
        self.facilities = [one.id for one in registry.add_facilities(actor=HOUSE, at=at, facilities=[
            registry.NewFacility(one.organisation_id, "Завод", *point, working_days=range(1, 8), capacities=[
                ("paper", self.plan.capacity_g) if n == FULL else ("polymer", 10**12)])
            for n, (one, point) in enumerate(zip(recyclers, self.plan.plants, strict=True))])]
        self.scales = [one.id for one in registry.add_scales(actor=HOUSE, at=at, scales=[
            registry.NewScale(one.organisation_id, f"{self.code}-{n}", f"KZ-{self.code}-{n}", date(2025, 6, 1),
                              date(2026, 12, 31), self.facilities[n]) for n, one in enumerate(recyclers)])]
        registry.add_vehicles(actor=HOUSE, at=at, vehicles=[
            registry.NewVehicle(one.organisation_id, plate, 10_000_000)
            for one, plates in zip(collectors, self.plan.plates, strict=False) for plate in plates])
        regions = list(Region.objects.order_by("kato").values_list("kato", flat=True))
        everybody = [*collectors, *recyclers]
        drawn = contracts.draw_up_contracts(actor=manager, at=at, contracts=[
            contracts.NewContract(
                programme=self.code, organisation_id=one.organisation_id, number=f"{self.code}-{n}",
                kind="recycling" if one in recyclers else "collection", valid_from=date(2026, 1, 1),
                iban=people.iban(self.offset * 1_000 + n), regions=regions,
                categories=[(category_of(FULL if n in (COLLECTORS - 1, len(bases) + FULL) else 0), 10**12)],
                base_id=bases[n].id if n < len(bases) else None,
                facility_id=self.facilities[n - len(bases)] if n >= len(bases) else None,
                cap_tiyn=CAP_TIYN if COLLECTORS <= n < len(bases) else None)
            for n, one in enumerate(everybody)])
        contracts.approve_contracts(actor=finance, at=at, contract_ids=[one.id for one in drawn])
        hands = [(contract.id, Actor(one.user_id, one.organisation_id, one.roles[0]))
                 for contract, one in zip(drawn, everybody, strict=True)]
        self.collectors = hands[:len(bases)]
        self.recyclers = [contract for contract, _ in hands[len(bases):]]
        for n, one in enumerate(contracts.register_generators(actor=HOUSE, at=at, generators=[
            contracts.NewGenerator(
                programme=self.code, kind="company", identity_number=cast.company_number(self.offset + 200 + n, series=SERIES),
                name=f"Дүкен {n}", phone=cast.phone_number(self.offset + 200 + n, series=SERIES),
                site=contracts.NewSite(f"{n}", *point, ""))
            for n, point in enumerate(self.plan.sites)])):
            assert one.site, n
            self.sites.append(one.site.id)
            self.owners.append(Actor(one.user_id, one.organisation_id, "generator_admin"))

    def _companies(self, at: datetime, kind: str, places: Sequence[object], first: int) -> list[contracts.Contractor]:
        return contracts.register_contractors(actor=self.officers["manager"], at=at, contractors=[
            contracts.NewContractor(
                contract_kind=kind, identity_number=cast.company_number(self.offset + first + n, series=SERIES),
                name=f"ТОО {kind} {n}", phone=cast.phone_number(self.offset + first + n, series=SERIES), synthetic=True)
            for n in range(len(places))])

    def events(self) -> list[Event]:
        days: dict[date, list[Trip]] = defaultdict(list)
        for trip in sorted(self.plan.trips, key=lambda one: (one.weighed_at, one.plate)):
            days[trip.recorded_on].append(trip)
        found = [Event(clock(day, 22), lambda at, trips=trips: self.day(at, trips)) for day, trips in days.items()]  # type: ignore[misc]
        for day in (date(2026, 2, 28), date(2026, 3, 31)):
            found += [Event(clock(day, 23), lambda at: self.process(at, planted=False)),
                      Event(clock(day, 23, 30), lambda at: self.process(at, planted=True))]
        return found

    def day(self, at: datetime, trips: list[Trip]) -> None:
        """What the day brought is typed in in the evening; what the door refuses does not stop the rest."""
        together = [one for one in trips if not one.loads_alone]
        self._bring(at, together)
        for one in trips:
            if one.loads_alone:
                planned = uuid7(at)
                try:
                    with transaction():
                        self._bring(at, [one], ids=[planned])
                except Refusal:
                    Planted.objects.create(programme_id=self.programme_id, kind=one.kind, subject=planned)

    def _bring(self, at: datetime, trips: Sequence[Trip], *, ids: Sequence[UUID] = ()) -> None:
        jobs = {n: self._asked(at, one) for n, one in enumerate(trips) if one.declared_g is not None}
        loaded = custody.load(actor=HOUSE, at=at, loads=[
            custody.Load(job_id=jobs[n][0], handover_code=jobs[n][1], plate=one.plate, loaded_at=one.loaded_at,
                         more_follows=False)
            if n in jobs else custody.Load(
                id=ids[n] if ids else None, category=category_of(one.plant), origin=one.origin, plate=one.plate,
                loaded_at=one.loaded_at,
                collector_contract_id=self.collectors[one.collector][0], recycler_contract_id=self.recyclers[one.plant],
                site_id=None if one.point else self.sites[one.site], point=one.point)
            for n, one in enumerate(trips)])
        plants = dict(Consignment.objects.filter(pk__in=[one.id for one in loaded]).values_list("id", "recycler_contract_id"))
        custody.weigh(actor=HOUSE, at=at, tickets=[
            self._ticket(one, load.id, self.recyclers.index(plants[load.id])) for one, load in zip(trips, loaded, strict=True)])
        custody.deliver(actor=HOUSE, at=at, consignment_ids=[one.id for one in loaded])
        custody.receive(actor=HOUSE, at=at, receipts=[
            custody.NewReceipt(load.id, one.net_g, 0, min(one.weighed_at + timedelta(minutes=20), at), "")
            for one, load in zip(trips, loaded, strict=True)])
        Planted.objects.bulk_create([
            Planted(programme_id=self.programme_id, kind=one.kind, subject=load.id)
            for one, load in zip(trips, loaded, strict=True) if one.kind])

    def _ticket(self, one: Trip, load_id: UUID, plant: int) -> custody.Ticket:
        self.tickets[plant] += 1
        number, when = str(self.tickets[plant]), one.weighed_at
        if one.twin_of is not None and id(one.twin_of) in self.numbers:
            number, first = self.numbers[id(one.twin_of)]
            when = first if one.loads_alone else when
        self.numbers[id(one)] = (number, when)
        return custody.Ticket(consignment_id=load_id, scale_id=self.scales[plant], ticket_number=number, occurred_at=when,
                              gross_g=one.tare_g + one.net_g, tare_g=one.tare_g, manual=one.manual)

    def _asked(self, at: datetime, one: Trip) -> tuple[UUID, str]:
        """The generator asks with a picture, dispatch offers, the first in rank takes it."""
        owner = self.owners[one.site]
        place = self.shown.setdefault(one.photo, one.site)  # where the picture was taken, whoever shows it
        picture = photograph(f"{self.code} {place}", f"{self.code} {one.photo}")
        picture = copied_anew(picture) if one.anew else picture
        photo = pickups.announce_photo(actor=owner, at=at, content_type="image/jpeg", size=len(picture),
                                       sha256=hashlib.sha256(picture).hexdigest())
        pickups.store_photo(actor=owner, at=at, upload_id=photo.id, picture=pickups.check_photo(upload_id=photo.id, data=picture))
        pickup_id = dispatch.submit_pickup(actor=owner, at=at, new=dispatch.NewPickup(
            programme=self.code, site_id=self.sites[one.site], category=category_of(one.plant), declared_g=one.declared_g or 0,
            origin="own_premises", window_from=at + timedelta(hours=10), window_to=at + timedelta(hours=19),
            photo_ids=(photo.id,))).pickup.id
        dispatch.advance(actor=HOUSE, at=at, pickup_id=pickup_id)
        offers = Offer.objects.filter(pickup_id=pickup_id, state="open")
        offer = offers.filter(contract_id=self.collectors[one.collector][0]).first() or offers.earliest("rank")
        admin = next(admin for contract, admin in self.collectors if contract == offer.contract_id)
        job = dispatch.accept_offer(actor=admin, at=at, offer_id=offer.id).job_id
        return job, Pickup.objects.values_list("handover_code", flat=True).get(pk=pickup_id)

    def process(self, at: datetime, *, planted: bool) -> None:
        """Each plant's month: first what came as usual, then what was brought to be beyond the licence."""
        labels = Planted.objects.filter(programme_id=self.programme_id, kind="over_capacity")
        beyond = set(labels.values_list("subject", flat=True))
        waiting: dict[UUID, list[tuple[UUID, int]]] = defaultdict(list)
        for pk, contract, grams in Consignment.objects.filter(programme_id=self.programme_id, state="received").order_by(
                "number").values_list("id", "recycler_contract_id", "receipt__accepted_g"):
            if (pk in beyond) == planted:
                waiting[contract].append((pk, grams))
        custody.process(actor=HOUSE, at=at, batches=[
            custody.NewBatch(contract, category_of(self.recyclers.index(contract)), tuple(pk for pk, _ in of), total * 82 // 100,
                            total * 8 // 100,            total - total * 82 // 100 - total * 8 // 100, at)
            for contract, of in waiting.items() for total in [sum(grams for _, grams in of)]])
