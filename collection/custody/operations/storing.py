"""Between the scale and the gate: put into temporary storage, and divided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from collection.audit import steps as audit
from collection.contracts.models import Contract, ContractCategory
from collection.dispatch import steps as jobs
from collection.kernel.actor import Actor
from collection.kernel.bulk import insert
from collection.kernel.calendar import almaty_date
from collection.kernel.ids import uuid7
from collection.kernel.refusals import NotFound, Unprocessable
from collection.kernel.words import Words
from collection.registry.models import Facility

from ..models import Consignment, ConsignmentPickup, Stay
from ..steps import Cut, divide, move, take, weights
from .own_loads import Judge
from .refusals import Wrongs


class DivisionDoesNotConserve(Unprocessable):
    """The parts and what was lost are the load, to the gram."""

    code = "division_does_not_conserve"
    words = Words("Бөліктер мен шығын жүк массасына тең емес", "Части и потери не равны массе груза",
                  "The parts and the loss do not add up to the load")


class LossNeedsReason(Unprocessable):
    code = "loss_needs_reason"
    words = Words("Шығын себебін көрсетіңіз", "Укажите причину потери", "Say why it was lost")


@dataclass(frozen=True, slots=True)
class NewStay:
    """The load stands in a store of its collector from `occurred_at`."""

    consignment_id: UUID
    facility_id: UUID
    occurred_at: datetime
    version: int | None = None


@dataclass(frozen=True, slots=True)
class NewPart:
    """Grams, and the recycler's contract where they are to go elsewhere than the load was bound for."""

    mass_g: int
    recycler_contract_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class NewDivision:
    """The parts a load becomes, and the grams that did not come out, with the reason (states.LOSS_REASONS)."""

    consignment_id: UUID
    parts: tuple[NewPart, ...]
    occurred_at: datetime
    lost_g: int = 0
    lost_why: str = ""
    version: int | None = None


def store(*, actor: Actor, at: datetime, stays: Sequence[NewStay]) -> None:
    """Weighed or grouped loads come into temporary storage: their journey is over until they are grouped anew.

    Errors: NotFound (a store that is not the collector's own), StaleVersion, WrongState; OccurredInFuture.
    """
    ids = [one.consignment_id for one in stays]
    loads = take(actor, ids, action="store", parties=("collector_id",), versions=[one.version for one in stays])
    owners = dict(Facility.objects.filter(pk__in={one.facility_id for one in stays}).values_list("pk", "organisation_id"))
    if any(owners.get(one.facility_id) != loads[one.consignment_id].collector_id for one in stays):
        raise NotFound
    wrongs = Wrongs(stays)
    for n, one in enumerate(stays):
        wrongs.future(n, one.occurred_at, at)
        if one.consignment_id in ids[:n]:
            wrongs.add(Unprocessable, n, "consignment_id", "duplicate")
    wrongs.refuse()
    masses = weights(ids)
    insert([
        Stay(id=uuid7(at), consignment_id=one.consignment_id, facility_id=one.facility_id,
             mass_g=masses[one.consignment_id].net_g, occurred_at=one.occurred_at, recorded_at=at, stored_by=actor.user_id)
        for one in stays
    ])
    for facility_id in owners:
        move([one.consignment_id for one in stays if one.facility_id == facility_id], to="stored", store_id=facility_id)
    served = ConsignmentPickup.objects.filter(consignment__in=[one.source_id for one in loads.values()])
    jobs.unload_jobs(list(served.values_list("pickup_id", flat=True)), at=at)
    audit.record_many(actor=actor, at=at, lines=[
        audit.Line("consignment.store", "consignment", one.consignment_id,
                   before={"state": loads[one.consignment_id].state},
                   after={"state": "stored", "facility": one.facility_id, "occurred_at": one.occurred_at})
        for one in stays
    ])


def split(*, actor: Actor, at: datetime, divisions: Sequence[NewDivision]) -> list[list[UUID]]:
    """Divide loads: weighed or stored -> split, and each part is a load of its own that keeps its source.

    A part keeps category, origin, place, owner and supply date; only where it is bound for may differ. Its grams were
    counted as collected with its source and are not counted again. Errors: NotFound, StaleVersion, WrongState;
    DivisionDoesNotConserve, LossNeedsReason, OccurredInFuture, or Unprocessable with `contract_not_live`, `wrong_kind`,
    `category_not_in_contract`. Returns the parts' ids for each division.
    """
    ids = [one.consignment_id for one in divisions]
    loads = take(actor, ids, action="split", parties=("collector_id",), versions=[one.version for one in divisions])
    masses = weights(ids)
    wrongs = Wrongs(divisions)
    bound = [(n, place, part) for n, one in enumerate(divisions) for place, part in enumerate(one.parts)]
    contracts = destinations(actor, [
        (n, f"parts/{place}/recycler_contract_id", part.recycler_contract_id, loads[divisions[n].consignment_id],
         divisions[n].occurred_at) for n, place, part in bound], divisions, wrongs)
    for n, one in enumerate(divisions):
        wrongs.future(n, one.occurred_at, at)
        if one.consignment_id in ids[:n]:
            wrongs.add(Unprocessable, n, "consignment_id", "duplicate")
        net_g = masses[one.consignment_id].net_g
        if one.lost_g < 0 or any(part.mass_g <= 0 for part in one.parts) \
                or sum(part.mass_g for part in one.parts) + one.lost_g != net_g:
            wrongs.add(DivisionDoesNotConserve, n, "parts", net_g=net_g)
        if bool(one.lost_g) != bool(one.lost_why):
            wrongs.add(LossNeedsReason, n, "lost_why")
    wrongs.refuse()
    cuts = [
        Cut(loads[one.consignment_id], [(part.mass_g, contracts.get(part.recycler_contract_id)) for part in one.parts],
            one.occurred_at, one.lost_g, one.lost_why)
        for one in divisions
    ]
    made = divide(actor, cuts, at=at)
    audit.record_many(actor=actor, at=at, lines=[divided(cut, parts) for cut, parts in zip(cuts, made, strict=True)])
    return [[part.pk for part in parts] for parts in made]


def divided(cut: Cut, parts: Sequence[Consignment]) -> audit.Line:
    return audit.Line("consignment.split", "consignment", cut.load.pk, before={"state": cut.load.state}, after={
        "state": "split", "parts": {str(part.pk): part.part_g for part in parts}, "lost_g": cut.lost_g,
        "lost_why": cut.lost_why, "occurred_at": cut.occurred_at})


def destinations(actor: Actor, asked: Sequence[tuple[int, str, UUID | None, Consignment, datetime]],
                 many: Sequence[object], wrongs: Wrongs) -> dict[UUID | None, Contract]:
    """The recyclers' contracts that loads are bound for from now on, judged as at loading; the one it had is not asked again.

    `asked`: place in the list, name of the field, contract, load, time. Raises NotFound for one nobody may name.
    """
    new = [one for one in asked if one[2] is not None and one[2] != one[3].recycler_contract_id]
    ids = {one[2] for one in new}
    contracts = {one.pk: one for one in Contract.objects.select_related("organisation").filter(pk__in=ids)}
    covered = set(ContractCategory.objects.filter(contract__in=ids).values_list("contract_id", "category_id"))
    judge = Judge(actor, many, contracts, covered, wrongs)
    for n, name, contract_id, load, occurred_at in new:
        judge.contract(n, name, "recycling", load.category_id, contract_id=contract_id, programme_id=load.programme_id,
                       day=almaty_date(occurred_at))
    return dict(contracts)
