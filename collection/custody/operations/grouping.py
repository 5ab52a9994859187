"""Loads put together on one vehicle for one plant; whole, or so many grams of a heap, each load giving its share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from collection.audit import steps as audit
from collection.contracts.models import Contract
from collection.kernel.actor import Actor
from collection.kernel.bulk import insert
from collection.kernel.ids import uuid7
from collection.kernel.mass import ROAD_LIMIT_G
from collection.kernel.refusals import NotFound, Unprocessable
from collection.registry.models import Vehicle
from collection.registry.rules import plate_of

from ..models import Consignment, Grouping, GroupingMember
from ..rules import apportion
from ..steps import Cut, divide, move, take, weights
from .receipts import NewReceipt, ReceiptDoesNotDivideNet, RefusalNeedsReason, take_in
from .refusals import Wrongs
from .storing import destinations, divided
from .weighings import OverRoadLimit


@dataclass(frozen=True, slots=True)
class NewGrouping:
    """Loads of one collector and category for one vehicle.

    `mass_g`: only so many grams of them together; each gives its share, and the rest stays where it is. None: all of it.
    `recycler_contract_id`: where they go; None: where all of them are bound for already.
    """

    consignment_ids: tuple[UUID, ...]
    occurred_at: datetime
    mass_g: int | None = None
    recycler_contract_id: UUID | None = None
    vehicle_id: UUID | None = None
    plate: str = ""  # of a hired vehicle that is not in the registry


@dataclass(frozen=True, slots=True)
class GroupReceipt:
    """The recycler's decision over a whole grouping, in grams: each member gets its share of both."""

    grouping_id: UUID
    accepted_g: int
    refused_g: int
    occurred_at: datetime
    reason: str = ""
    impurity_g: int | None = None  # of the refused


def group(*, actor: Actor, at: datetime, new: NewGrouping) -> UUID:
    """Put loads together: weighed or stored -> grouped. What goes elsewhere, or only in part, is divided first.

    Loads lose nothing by it: each member keeps its source, so that receipt, money and statistics still know where every
    gram came from. Errors: NotFound, WrongState, OverRoadLimit, OccurredInFuture, or Unprocessable with all of
    `duplicate`, `mixed` (categories or collectors), `recycler_needed`, `plate_needed`, `out_of_range` (more than there is),
    `contract_not_live`, `wrong_kind`, `category_not_in_contract`. Returns the grouping's id.
    """
    ids = list(dict.fromkeys(new.consignment_ids))
    found = take(actor, ids, action="group", parties=("collector_id",), name="consignment_ids")
    loads = [found[pk] for pk in ids]
    weighed = weights(ids)
    masses = [weighed[pk].net_g for pk in ids]
    total_g = sum(masses)
    mass_g = total_g if new.mass_g is None else new.mass_g
    bound = {one.recycler_contract_id for one in loads} if new.recycler_contract_id is None else {new.recycler_contract_id}
    vehicle, contracts = _check(actor, at, new, loads, total_g, mass_g, bound)
    members, cuts = _share_out(new, loads, masses, apportion(mass_g, masses), contracts.get(new.recycler_contract_id), bound)
    made = divide(actor, cuts, at=at) if cuts else []
    members += [(parts[0], cut.parts[0][0]) for cut, parts in zip(cuts, made, strict=True)]
    to = members[0][0]
    row = Grouping(
        id=uuid7(at), programme_id=to.programme_id, category_id=to.category_id, collector_id=to.collector_id,
        recycler_contract_id=to.recycler_contract_id, facility_id=to.facility_id, vehicle=vehicle,
        plate=vehicle.plate if vehicle else plate_of(new.plate) or "",
        driver_id=actor.user_id if actor.role == "driver" else to.driver_id, mass_g=mass_g, occurred_at=new.occurred_at,
        recorded_at=at, grouped_by=actor.user_id)
    insert([row])
    insert([GroupingMember(grouping=row, consignment=load, mass_g=mass, store_id=load.store_id) for load, mass in members])
    move([load.pk for load, _ in members], to="grouped")
    audit.record_many(actor=actor, at=at, lines=[
        *(divided(cut, parts) for cut, parts in zip(cuts, made, strict=True)),
        audit.Line("consignments.group", "grouping", row.pk, after={
            "mass_g": mass_g, "members": {str(load.pk): mass for load, mass in members}, "plate": row.plate,
            "recycler_contract": row.recycler_contract_id, "occurred_at": new.occurred_at}),
    ])
    return row.pk


def _check(actor: Actor, at: datetime, new: NewGrouping, loads: Sequence[Consignment], total_g: int, mass_g: int,
           bound: set[UUID]) -> tuple[Vehicle | None, dict[UUID | None, Contract]]:
    """The vehicle (None: hired) and the contract that is new to a load; everything wrong is refused at once."""
    wrongs = Wrongs([new])
    wrongs.future(0, new.occurred_at, at)
    if len(loads) < len(new.consignment_ids):
        wrongs.add(Unprocessable, 0, "consignment_ids", "duplicate")
    if len({(one.programme_id, one.category_id, one.collector_id) for one in loads}) > 1:
        wrongs.add(Unprocessable, 0, "consignment_ids", "mixed")
    if not 0 < mass_g <= total_g:
        wrongs.add(Unprocessable, 0, "mass_g", "out_of_range", min=1, max=total_g)
    elif mass_g > ROAD_LIMIT_G:
        wrongs.add(OverRoadLimit, 0, "mass_g", limit_g=ROAD_LIMIT_G)
    if len(bound) > 1:
        wrongs.add(Unprocessable, 0, "recycler_contract_id", "recycler_needed")
    contracts = destinations(actor, [(0, "recycler_contract_id", new.recycler_contract_id, one, new.occurred_at)
                                     for one in loads], [new], wrongs)
    vehicle = None if new.vehicle_id is None else Vehicle.objects.filter(
        pk=new.vehicle_id, organisation_id=loads[0].collector_id, retired_at=None).first()
    if new.vehicle_id is not None and vehicle is None:
        wrongs.add(Unprocessable, 0, "vehicle_id", "not_found")
    elif vehicle is None and plate_of(new.plate) is None:
        wrongs.add(Unprocessable, 0, "plate", "plate_invalid" if new.plate else "plate_needed")
    wrongs.refuse()
    return vehicle, contracts


def _share_out(new: NewGrouping, loads: Sequence[Consignment], masses: Sequence[int], shares: Sequence[int],
               contract: Contract | None, bound: set[UUID]) -> tuple[list[tuple[Consignment, int]], list[Cut]]:
    """Which loads join as they are, and which are divided first: they give a part, go elsewhere, or were grouped once."""
    before = set(GroupingMember.objects.filter(consignment__in=loads).values_list("consignment_id", flat=True))
    members: list[tuple[Consignment, int]] = []
    cuts: list[Cut] = []
    for load, mass, share in zip(loads, masses, shares, strict=True):
        elsewhere = load.recycler_contract_id not in bound
        if share == mass and not elsewhere and load.pk not in before:
            members.append((load, mass))
        elif share:
            rest = [(mass - share, None)] if share < mass else []
            cuts.append(Cut(load, [(share, contract if elsewhere else None), *rest], new.occurred_at))
    return members, cuts


def receive_group(*, actor: Actor, at: datetime, receipt: GroupReceipt) -> list[UUID]:
    """Receive every member of a grouping: accepted and refused are shared out by mass, and each share is a receipt.

    Each member's audit line is that of a receipt. Errors: NotFound, and those of `receive`.
    """
    members = list(GroupingMember.objects.filter(
        grouping__in=Grouping.objects.visible_to(actor).filter(pk=receipt.grouping_id)).order_by("id").values_list(
        "consignment_id", "mass_g"))
    if not members:
        raise NotFound
    masses = [mass_g for _, mass_g in members]
    wrongs = Wrongs([receipt])
    if min(receipt.accepted_g, receipt.refused_g) < 0 or receipt.accepted_g + receipt.refused_g != sum(masses):
        wrongs.add(ReceiptDoesNotDivideNet, 0, "accepted_g", net_g=sum(masses))
    if receipt.refused_g and not receipt.reason:
        wrongs.add(RefusalNeedsReason, 0, "reason")
    if receipt.impurity_g is not None and not 0 <= receipt.impurity_g <= receipt.refused_g:
        wrongs.add(Unprocessable, 0, "impurity_g", "out_of_range", min=0, max=receipt.refused_g)
    wrongs.refuse()
    accepted = apportion(receipt.accepted_g, masses)
    refused = [mass_g - accepted_g for mass_g, accepted_g in zip(masses, accepted, strict=True)]
    impure = [None] * len(masses) if receipt.impurity_g is None else apportion(receipt.impurity_g, refused)
    return take_in(actor, at, [
        NewReceipt(pk, accepted_g, refused_g, receipt.occurred_at, receipt.reason if refused_g else "", impurity_g=impurity_g)
        for (pk, _), accepted_g, refused_g, impurity_g in zip(members, accepted, refused, impure, strict=True)
    ])
