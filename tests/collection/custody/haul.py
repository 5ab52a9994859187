"""A plant with its scale and lorries that bring loads to it: every scene of the kilograms and of the money starts here."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from collection.contracts import operations as contracts
from collection.custody import operations as custody
from collection.kernel.actor import HOUSE, Actor
from collection.registry import operations as registry
from tests import cast

TONNE = cast.TONNE
_tickets = itertools.count(1)


@dataclass
class Haul:
    """One collector's and one recycler's contract (the same one for a full cycle), and what moves between them."""

    scene: cast.Scene
    collector: cast.Contractor
    recycler: cast.Contractor
    scale_id: UUID = field(init=False)
    driver: Actor = field(init=False)

    def __post_init__(self) -> None:
        self.scale_id = self.scale()
        self.driver = cast.member(self.collector.actor.organisation_id, "driver")

    def scale(self, until: date = date(2030, 12, 31)) -> UUID:
        owner = self.recycler.actor.organisation_id
        return registry.add_scales(actor=HOUSE, at=self.scene.at, scales=[registry.NewScale(
            owner, f"SC-{next(_tickets)}", "KZ-1", date(2020, 1, 1), until, self.recycler.facility_id)])[0].id

    def store(self) -> UUID:
        """Where the collector keeps loads for a while."""
        owner = self.collector.actor.organisation_id
        assert owner
        return registry.add_facilities(actor=HOUSE, at=self.scene.at, facilities=[
            registry.NewFacility(owner, "Қойма", *cast.away(8))])[0].id

    def lorry(self, payload_g: int = 40 * TONNE) -> UUID:
        return registry.add_vehicles(actor=HOUSE, at=self.scene.at, vehicles=[registry.NewVehicle(
            self.collector.actor.organisation_id, f"{next(_tickets):03d}TST{next(_tickets) % 100:02d}", payload_g)])[0].id

    def load(self, at: datetime, **changes: Any) -> custody.Load:
        return custody.Load(**{
            "loaded_at": at, "category": "polymer", "origin": "own_premises", "plate": "001AAA02",
            "collector_contract_id": self.collector.contract_id, "recycler_contract_id": self.recycler.contract_id,
            "point": cast.SHOP} | changes)

    def ticket(self, consignment_id: UUID, at: datetime, net_g: int, **changes: Any) -> custody.Ticket:
        n = next(_tickets)
        tare_g = 12 * TONNE + n % 500 * 20_000  # no two lorries weigh the same: a twin would be held
        return custody.Ticket(**{
            "consignment_id": consignment_id, "scale_id": self.scale_id, "ticket_number": f"T{n}",
            "occurred_at": at, "gross_g": tare_g + net_g, "tare_g": tare_g} | changes)

    def loaded(self, at: datetime, count: int = 1, **changes: Any) -> list[UUID]:
        made = custody.load(actor=HOUSE, at=at, loads=[self.load(at, **changes) for _ in range(count)])
        return [one.id for one in made]

    def weighed(self, at: datetime, nets_g: Sequence[int], *, scale_id: UUID | None = None, **changes: Any) -> list[UUID]:
        ids = self.loaded(at, len(nets_g), **changes)
        custody.weigh(actor=HOUSE, at=at, tickets=[
            self.ticket(pk, at, net_g, scale_id=scale_id or self.scale_id)
            for pk, net_g in zip(ids, nets_g, strict=True)])
        return ids

    def received(self, at: datetime, nets_g: Sequence[int], *, refused_g: int = 0, received_at: datetime | None = None,
                 **changes: Any) -> list[UUID]:
        ids = self.weighed(at, nets_g, **changes)
        then = received_at or at
        custody.deliver(actor=HOUSE, at=then, consignment_ids=ids)
        custody.receive(actor=HOUSE, at=then, receipts=[
            custody.NewReceipt(pk, net_g - refused_g, refused_g, then, "impurity" if refused_g else "")
            for pk, net_g in zip(ids, nets_g, strict=True)])
        return ids

    def batch(self, at: datetime, ids: Sequence[UUID], input_g: int, *, category: str = "polymer") -> UUID:
        """All product but a tenth, which is lost."""
        return custody.process(actor=HOUSE, at=at, batches=[custody.NewBatch(
            self.recycler.contract_id, category, tuple(ids), input_g - input_g // 10, 0, input_g // 10, at)])[0]

    def correct(self, consignment_id: UUID, accepted_g: int, *, at: datetime, reason: str = "typing slip") -> UUID:
        """The recycler proposes, the collector consents; where they are one company, an inspector does."""
        proposal_id = custody.propose_correction(actor=self.recycler.actor, at=at, new=custody.NewCorrection(
            consignment_id, accepted_g, reason))
        state = custody.consent_to_correction(actor=self.second, at=at, proposal_id=proposal_id)
        assert state == "agreed"
        return proposal_id

    @property
    def second(self) -> Actor:
        """Who consents to what the recycler proposes."""
        if self.collector.actor.organisation_id != self.recycler.actor.organisation_id:
            return self.collector.actor
        assert self.scene.manager.organisation_id
        return cast.member(self.scene.manager.organisation_id, "inspector")

    def recycled(self, at: datetime, nets_g: Sequence[int], *, refused_g: int = 0, category: str = "polymer",
                 processed_at: datetime | None = None, **changes: Any) -> list[UUID]:
        ids = self.received(at, nets_g, refused_g=refused_g, category=category, **changes)
        self.batch(processed_at or at + timedelta(hours=1), ids, sum(nets_g) - refused_g * len(nets_g), category=category)
        return ids


def full_cycle(scene: cast.Scene, **more: Any) -> Haul:
    """One company that collects and recycles under one contract."""
    company = scene.contract("full_cycle", **more)
    return Haul(scene, company, company)


def two_contracts(scene: cast.Scene, *, collector: dict[str, Any] | None = None, **recycler: Any) -> Haul:
    """A collector, and a recycler it brings its loads to."""
    return Haul(scene, scene.collector(**collector or {}), scene.recycler(**recycler))


def many_collectors(scene: cast.Scene, count: int) -> list[cast.Contractor]:
    """`count` collection contracts for polymer in force, made in a few calls."""
    people = contracts.register_contractors(actor=scene.manager, at=scene.at, contractors=[
        contracts.NewContractor(contract_kind="collection", identity_number=cast.identity_number(), name="ТОО",
                                phone=cast.phone(), synthetic=True) for _ in range(count)])
    bases = registry.add_bases(actor=HOUSE, at=scene.at, bases=[
        registry.NewPlace(one.organisation_id, "База", *cast.away(5)) for one in people])
    drawn = contracts.draw_up_contracts(actor=scene.manager, at=scene.at, contracts=[
        contracts.NewContract(
            programme=scene.code, organisation_id=one.organisation_id, number=f"M-{n:03d}", kind="collection",
            valid_from=date(2024, 1, 1), valid_to=None, iban=cast.iban(), categories=[("polymer", 10**12)],
            regions=[cast.ALMATY], base_id=base.id)
        for n, (one, base) in enumerate(zip(people, bases, strict=True))])
    contracts.approve_contracts(actor=scene.finance, at=scene.at, contract_ids=[one.id for one in drawn])
    return [cast.Contractor(Actor(one.user_id, one.organisation_id, "collector_admin"), contract.id, contract.number)
            for one, contract in zip(people, drawn, strict=True)]
