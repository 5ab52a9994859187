"""Reads: own places and equipment, all of them for the operator's staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model

from collection.kernel.actor import Actor
from collection.kernel.refusals import NotFound

from .models import Base, Facility, FacilityCapacity, OwnedQuerySet, Place, Scale, Site, Vehicle

AnyRow = TypeVar("AnyRow", bound=Model)


@dataclass(frozen=True, slots=True)
class Placed:
    """A site. `kato` is the finest code its point yields: the district's, else the region's."""

    id: UUID
    organisation_id: UUID
    name: str
    address: str
    longitude: float
    latitude: float
    region_kato: str
    district_kato: str | None
    kato: str
    precision: str  # district | region | approximate
    created_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class PlacedBase(Placed):
    working_days: tuple[int, ...]  # ISO: 1 is Monday


@dataclass(frozen=True, slots=True)
class PlacedFacility(PlacedBase):
    capacities: dict[str, int]  # category -> licensed grams a month
    opens: time | None  # Almaty's; None: at any time
    closes: time | None


@dataclass(frozen=True, slots=True)
class VehicleDetail:
    id: UUID
    organisation_id: UUID
    plate: str
    payload_g: int
    shift_from: time | None  # Almaty's; None: the usual working day
    shift_to: time | None
    created_at: datetime
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class ScaleDetail:
    """A weighbridge and its certificate; `certified_until` is the certificate's last day."""

    id: UUID
    organisation_id: UUID
    facility_id: UUID | None
    serial: str
    certificate_number: str
    certified_from: date
    certified_until: date
    created_at: datetime


def sites(actor: Actor, *, after: UUID | None = None, limit: int | None = None) -> list[Placed]:
    """In the order of registration, after the id `after`."""
    return [placed(row) for row in _page(Site.objects.visible_to(actor), after, limit)]


def bases(actor: Actor, *, after: UUID | None = None, limit: int | None = None) -> list[PlacedBase]:
    return [placed_base(row) for row in _page(Base.objects.visible_to(actor), after, limit)]


def facilities(actor: Actor, *, after: UUID | None = None, limit: int | None = None) -> list[PlacedFacility]:
    return with_capacities(_page(Facility.objects.visible_to(actor), after, limit))


def vehicles(actor: Actor, *, after: UUID | None = None, limit: int | None = None) -> list[VehicleDetail]:
    return [vehicle_detail(row) for row in _page(Vehicle.objects.visible_to(actor), after, limit)]


def scales(actor: Actor, *, after: UUID | None = None, limit: int | None = None) -> list[ScaleDetail]:
    return [scale_detail(row) for row in _page(Scale.objects.visible_to(actor), after, limit)]


def site(actor: Actor, site_id: UUID) -> Placed:
    """One of the actor's own; NotFound for a stranger's as for an unknown one."""
    return placed(_one(Site.objects.visible_to(actor), site_id))


def base(actor: Actor, base_id: UUID) -> PlacedBase:
    return placed_base(_one(Base.objects.visible_to(actor), base_id))


def facility(actor: Actor, facility_id: UUID) -> PlacedFacility:
    return with_capacities([_one(Facility.objects.visible_to(actor), facility_id)])[0]


def vehicle(actor: Actor, vehicle_id: UUID) -> VehicleDetail:
    return vehicle_detail(_one(Vehicle.objects.visible_to(actor), vehicle_id))


def scale(actor: Actor, scale_id: UUID) -> ScaleDetail:
    return scale_detail(_one(Scale.objects.visible_to(actor), scale_id))


def place_named(kind: str, organisation_id: UUID, name: str) -> UUID | None:
    """The organisation's base or plant (`kind`: bases, plants) of that name."""
    rows = {"bases": Base, "plants": Facility}[kind].objects.filter(organisation_id=organisation_id, name=name)
    return rows.values_list("pk", flat=True).order_by("pk").first()


def _page(rows: OwnedQuerySet, after: UUID | None, limit: int | None) -> list[Any]:
    return list((rows.filter(pk__gt=after) if after else rows).order_by("pk")[:limit])


def _one(rows: OwnedQuerySet, pk: UUID) -> Any:
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def _place_values(row: Place) -> dict[str, Any]:
    return {
        "id": row.id, "organisation_id": row.organisation_id, "name": row.name, "address": row.address,
        "longitude": row.point.x, "latitude": row.point.y, "region_kato": row.region_id,
        "district_kato": row.district_id, "kato": row.district_id or row.region_id, "precision": row.precision,
        "created_at": row.created_at, "version": row.version,
    }


def placed(row: Place) -> Placed:
    return Placed(**_place_values(row))


def placed_base(row: Base) -> PlacedBase:
    return PlacedBase(**_place_values(row), working_days=tuple(row.working_days))


def with_capacities(rows: list[Facility]) -> list[PlacedFacility]:
    """Facilities with their capacities, by one query for all."""
    found: dict[UUID, dict[str, int]] = {row.id: {} for row in rows}
    for facility_id, category, monthly_g in FacilityCapacity.objects.filter(facility__in=found).order_by(
            "category__position").values_list("facility_id", "category_id", "monthly_g"):
        found[facility_id][category] = monthly_g
    return [PlacedFacility(**_place_values(row), working_days=tuple(row.working_days), capacities=found[row.id],
                           opens=row.opens, closes=row.closes) for row in rows]


def vehicle_detail(row: Vehicle) -> VehicleDetail:
    return VehicleDetail(row.id, row.organisation_id, row.plate, row.payload_g, row.shift_from, row.shift_to, row.created_at,
                         row.retired_at)


def scale_detail(row: Scale) -> ScaleDetail:
    return ScaleDetail(row.id, row.organisation_id, row.facility_id, row.serial, row.certificate_number,
                       row.certified_from, row.certified_until, row.created_at)
