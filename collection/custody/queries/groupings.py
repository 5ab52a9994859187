"""Loads that travel together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from collection.kernel.actor import Actor
from collection.kernel.refusals import NotFound

from ..models import Grouping, GroupingMember


@dataclass(frozen=True, slots=True)
class MemberView:
    consignment_id: UUID
    number: int
    state: str
    mass_g: int


@dataclass(frozen=True, slots=True)
class GroupingView:
    """`mass_g` is the sum of the members'."""

    id: UUID
    number: int
    category: str
    collector_id: UUID
    recycler_contract_id: UUID
    facility_id: UUID
    vehicle_id: UUID | None
    plate: str
    mass_g: int
    members: tuple[MemberView, ...]
    occurred_at: datetime
    recorded_at: datetime


def grouping(actor: Actor, grouping_id: UUID) -> GroupingView:
    """One grouping of the actor's collector, or bound for the actor's plant; NotFound otherwise."""
    found = _views(Grouping.objects.visible_to(actor).filter(pk=grouping_id))
    if not found:
        raise NotFound
    return found[0]


def groupings(actor: Actor, *, after: int | None = None, limit: int | None = None) -> list[GroupingView]:
    """The actor's groupings, newest first, below the number `after`."""
    found = Grouping.objects.visible_to(actor).order_by("-number")
    return _views((found.filter(number__lt=after) if after else found)[:limit])


def _views(found: Iterable[Grouping]) -> list[GroupingView]:
    listed = list(found)
    members: dict[UUID, list[MemberView]] = defaultdict(list)
    for one in GroupingMember.objects.filter(grouping__in=[one.pk for one in listed]).select_related(
            "consignment").order_by("id"):
        members[one.grouping_id].append(MemberView(
            one.consignment_id, one.consignment.number, one.consignment.state, one.mass_g))
    return [
        GroupingView(one.pk, one.number, one.category_id, one.collector_id, one.recycler_contract_id, one.facility_id,
                     one.vehicle_id, one.plate, one.mass_g, tuple(members[one.pk]), one.occurred_at, one.recorded_at)
        for one in listed
    ]
