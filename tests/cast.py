"""The cast that plays every scene: a generator, collectors, a recycler, officers of the operator, and a stranger.

Everything is made by the operations a real programme would use, so a scene breaks when they do. Reference data must be
loaded (the `reference` fixture). `Scene` opens one programme; people and contracts are added to it one by one::

    scene = cast.Scene()
    near, far = scene.collector(km=3), scene.collector(km=40)
    plant = scene.recycler()
    pickup_id = scene.offered()                  # submitted, and the first wave sent
    accepted = scene.accept(near, pickup_id)     # one of them takes it
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from geopy.distance import geodesic

from collection.accounts import steps as accounts
from collection.accounts.identity import check_digit
from collection.contracts import operations as contracts
from collection.dispatch import operations as dispatch
from collection.dispatch.models import Offer
from collection.kernel.actor import HOUSE, Actor
from collection.kernel.ids import uuid7
from collection.kernel.words import Words
from collection.registry import operations as registry

#: A morning in Almaty: 09:00 on a working Monday.
AT = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
TONNE = 1_000_000
ALMATY, ALMATY_REGION, ASTANA = "750000000", "190000000", "710000000"  # KATO codes of regions
SHOP = (76.9286, 43.2567)  # longitude, latitude, in Almaty

_serial = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Generator:
    actor: Actor
    site_id: UUID


@dataclass(frozen=True, slots=True)
class Contractor:
    """A contract and whoever acts for it. `facility_id` of recyclers, `vehicle_id` of collectors."""

    actor: Actor
    contract_id: UUID
    number: str
    facility_id: UUID | None = None
    vehicle_id: UUID | None = None


def identity_number() -> str:
    """A BIN nobody has yet."""
    while True:
        serial = next(_serial)
        first = f"{serial // 10_000 % 100:02d}01409{serial % 10_000:04d}"
        digit = check_digit(first)
        if digit is not None:
            return first + str(digit)


def phone() -> str:
    return f"+7705{next(_serial):07d}"


def plate() -> str:
    serial = next(_serial)
    return f"{serial // 100 % 1000:03d}ABC{serial % 100:02d}"


def iban() -> str:
    """The next valid Kazakh account (ISO 13616 check digits)."""
    rest = f"125{next(_serial):013d}"
    return f"KZ{98 - int(rest + '203500') % 97:02d}{rest}"


def away(km: float, *, bearing: float = 90) -> tuple[float, float]:
    """The point `km` from the shop, on the ellipsoid; due east unless told otherwise."""
    there = geodesic(kilometers=km).destination((SHOP[1], SHOP[0]), bearing)
    return there.longitude, there.latitude


def person(at: datetime = AT) -> UUID:
    return accounts.add_user(id=uuid7(at), phone=phone(), name="", language="ru", at=at)


def member(organisation_id: UUID, role: str, at: datetime = AT) -> Actor:
    """One more person in an organisation."""
    user_id = person(at)
    accounts.add_membership(id=uuid7(at), user_id=user_id, organisation_id=organisation_id, role=role, at=at)
    return Actor(user_id, organisation_id, role)


def organisation(role: str, *, operator: bool = False, at: datetime = AT) -> Actor:
    """A new organisation and its first member."""
    organisation_id = uuid7(at)
    accounts.add_organisation(id=organisation_id, kind="company", identity_number=identity_number(), name="ТОО",
                              at=at, is_operator=operator, synthetic=True)
    return member(organisation_id, role, at)


class Scene:
    """One programme with its officers, a generator with a site in Almaty, and whoever is added."""

    def __init__(self, *, at: datetime = AT, code: str = "", **programme: Any) -> None:
        self.at = at
        self.code = code or f"scene-{next(_serial)}"
        self.programme = contracts.create_programme(
            actor=HOUSE, at=at, code=self.code, name=Words("Бағдарлама", "Программа", "Programme"),
            synthetic=True, **{"starts_on": date(2024, 1, 1)} | programme)
        contracts.load_published_prices(actor=HOUSE, at=at, programme=self.code)
        self.manager = organisation("manager", operator=True, at=at)
        assert self.manager.organisation_id
        self.finance = member(self.manager.organisation_id, "finance", at)
        self.generator = self.new_generator()
        self.stranger = self.new_generator()

    def new_generator(self, point: tuple[float, float] = SHOP) -> Generator:
        made = contracts.register_generators(actor=HOUSE, at=self.at, generators=[contracts.NewGenerator(
            programme=self.code, kind="company", identity_number=identity_number(), name="Дүкен ЖШС", phone=phone(),
            site=contracts.NewSite("Дүкен", *point, "Абай 1"))])[0]
        assert made.site
        return Generator(Actor(made.user_id, made.organisation_id, "generator_admin"), made.site.id)

    def collector(self, *, km: float = 5, bearing: float = 90, kind: str = "collection", **more: Any) -> Contractor:
        """A contract for collection whose vehicles start `km` from the shop."""
        return self.contract(kind, base=away(km, bearing=bearing), **more)

    def collectors(self, number: int, *, quota_g: int = 5_000 * TONNE) -> list[Contractor]:
        """Many contracts for collection at once, each a little farther away than the one before."""
        people = contracts.register_contractors(actor=self.manager, at=self.at, contractors=[
            contracts.NewContractor(contract_kind="collection", identity_number=identity_number(), name=f"ТОО {n}",
                                    phone=phone(), synthetic=True) for n in range(number)])
        bases = registry.add_bases(actor=HOUSE, at=self.at, bases=[
            registry.NewPlace(one.organisation_id, "База", *away(1 + n / 10), working_days=range(1, 8))
            for n, one in enumerate(people)])
        registry.add_vehicles(actor=HOUSE, at=self.at, vehicles=[
            registry.NewVehicle(one.organisation_id, plate(), 5 * TONNE) for one in people])
        drawn = contracts.draw_up_contracts(actor=self.manager, at=self.at, contracts=[
            contracts.NewContract(
                programme=self.code, organisation_id=one.organisation_id, number=f"M-{next(_serial)}", kind="collection",
                valid_from=date(2024, 1, 1), iban=iban(), categories=[("polymer", quota_g)], regions=[ALMATY],
                base_id=base.id)
            for one, base in zip(people, bases, strict=True)])
        contracts.approve_contracts(actor=self.finance, at=self.at, contract_ids=[one.id for one in drawn])
        return [Contractor(Actor(one.user_id, one.organisation_id, "collector_admin"), contract.id, contract.number)
                for one, contract in zip(people, drawn, strict=True)]

    def recycler(self, *, km: float = 30, capacity_g: int | None = 10_000 * TONNE, **more: Any) -> Contractor:
        """A plant `km` from the shop, with its licensed grams a month for each category."""
        return self.contract("recycling", plant=away(km, bearing=0), capacity_g=capacity_g, **more)

    def contract(self, kind: str, *, base: tuple[float, float] | None = None, plant: tuple[float, float] | None = None,
                 quotas: Mapping[str, int] | None = None, regions: Sequence[str] = (ALMATY, ALMATY_REGION),
                 capacity_g: int | None = None, cap_tiyn: int | None = None, valid_from: date = date(2024, 1, 1),
                 valid_to: date | None = None, who: Actor | None = None,
                 working_days: Sequence[int] | None = tuple(range(1, 8))) -> Contractor:
        """A contract in force, drawn up by the manager and approved by finance; plastic and paper unless told.

        Its people work every day, so that a test may run on a Sunday; `working_days` None: on the usual ones.
        """
        quotas = quotas or {"polymer": 5_000 * TONNE, "paper": 5_000 * TONNE}
        if who is None:
            made = contracts.register_contractors(actor=self.manager, at=self.at, contractors=[contracts.NewContractor(
                contract_kind=kind, identity_number=identity_number(), name=f"ТОО {kind}", phone=phone(),
                synthetic=True)])[0]
            who = Actor(made.user_id, made.organisation_id, made.roles[0])
        owner = who.organisation_id
        assert owner
        number = f"{kind[0].upper()}-{next(_serial)}"
        base_id = facility_id = vehicle_id = None
        if base is not None or kind == "full_cycle":
            base_id = registry.add_bases(actor=HOUSE, at=self.at, bases=[
                registry.NewPlace(owner, "База", *(base or away(5)), working_days=working_days)])[0].id
            vehicle_id = registry.add_vehicles(actor=HOUSE, at=self.at, vehicles=[
                registry.NewVehicle(owner, plate(), 5 * TONNE)])[0].id
        if plant is not None or kind == "full_cycle":
            facility_id = registry.add_facilities(actor=HOUSE, at=self.at, facilities=[registry.NewFacility(
                owner, "Завод", *(plant or away(30)), working_days=working_days,
                capacities=[(category, capacity_g) for category in sorted(quotas)] if capacity_g else [])])[0].id
        drawn = contracts.draw_up_contracts(actor=self.manager, at=self.at, contracts=[contracts.NewContract(
            programme=self.code, organisation_id=owner, number=number, kind=kind, valid_from=valid_from,
            valid_to=valid_to, iban=iban(), categories=sorted(quotas.items()), regions=regions, base_id=base_id,
            facility_id=facility_id, cap_tiyn=cap_tiyn)])[0]
        contracts.approve_contracts(actor=self.finance, at=self.at, contract_ids=[drawn.id])
        return Contractor(who, drawn.id, number, facility_id, vehicle_id)

    def request(self, **changes: Any) -> dispatch.NewPickup:
        """Two tonnes of plastic from the shop, to be fetched this afternoon."""
        return dispatch.NewPickup(**{
            "programme": self.code, "site_id": self.generator.site_id, "category": "polymer", "declared_g": 2 * TONNE,
            "origin": "own_premises", "window_from": self.at + timedelta(hours=4),
            "window_to": self.at + timedelta(hours=9),
        } | changes)

    def submit(self, *, by: Actor | None = None, at: datetime | None = None, **changes: Any) -> UUID:
        """The generator's request, not yet looked at by dispatch."""
        return dispatch.submit_pickup(
            actor=by or self.generator.actor, at=at or self.at, new=self.request(**changes)).pickup.id

    def advance(self, pickup_id: UUID, *, at: datetime | None = None) -> str:
        return dispatch.advance(actor=HOUSE, at=at or self.at, pickup_id=pickup_id)

    def offered(self, **changes: Any) -> UUID:
        """A request whose first wave is out."""
        pickup_id = self.submit(**changes)
        assert self.advance(pickup_id) == "offered"
        return pickup_id

    def offer_of(self, contractor: Contractor, pickup_id: UUID) -> UUID:
        """The latest offer of the pickup to this contract."""
        return Offer.objects.filter(pickup=pickup_id, contract=contractor.contract_id).latest("wave").id

    def accept(self, contractor: Contractor, pickup_id: UUID, *, at: datetime | None = None) -> dispatch.Accepted:
        return dispatch.accept_offer(
            actor=contractor.actor, at=at or self.at, offer_id=self.offer_of(contractor, pickup_id))
