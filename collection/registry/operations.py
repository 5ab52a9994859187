"""Adding places and equipment. Every verb takes a list and costs the same few statements for one or for thousands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from collection.accounts.models import Organisation
from collection.accounts.rights import STAFF_ROLES
from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Defect, Kind, NotFound, Refusal, StaleVersion, Unprocessable
from collection.kernel.words import Words
from collection.waste.models import Category

from .models import Base, Facility, FacilityCapacity, Generator, Place, Scale, Site, Vehicle
from .queries import (
    Placed,
    PlacedBase,
    PlacedFacility,
    ScaleDetail,
    VehicleDetail,
    placed,
    placed_base,
    scale_detail,
    vehicle_detail,
    with_capacities,
)
from .rules import MAX_PAYLOAD_G, masses_wrong, plate_of, pointer
from .steps import NewFacility, NewPlace, OutsideCountry, insert_places, locate

__all__ = [
    "NewFacility", "NewPlace", "NewScale", "NewVehicle", "OutsideCountry", "Registered", "add_bases", "add_facilities",
    "add_scales", "add_sites", "add_vehicles", "change_working_days",
]


class Registered(Refusal):
    """A plate or a scale's serial number that is in the registry already; whose it is stays unsaid."""

    code = "already_registered"
    kind = Kind.CONFLICT
    words = Words("Бұрын тіркелген", "Уже зарегистрировано", "Already registered")


@dataclass(frozen=True, slots=True)
class NewVehicle:
    organisation_id: UUID
    plate: str
    payload_g: int
    id: UUID | None = None
    shift_from: time | None = None  # Almaty's; both or neither
    shift_to: time | None = None


@dataclass(frozen=True, slots=True)
class NewScale:
    """A weighbridge, and the certificate of its calibration with its first and last day."""

    organisation_id: UUID
    serial: str
    certificate_number: str
    certified_from: date
    certified_until: date
    facility_id: UUID | None = None
    id: UUID | None = None


def add_sites(*, actor: Actor, at: datetime, sites: Sequence[NewPlace]) -> list[Placed]:
    """Places where a generator hands over waste: the point alone yields region, district and KATO code.

    Errors: NotFound for an organisation that is not the actor's (or, for staff, no generator); OutsideCountry.
    """
    _act_for(actor, {one.organisation_id for one in sites}, Generator)
    return [placed(row) for row in _add(Site, "site", actor, at, sites)]


def add_bases(*, actor: Actor, at: datetime, bases: Sequence[NewPlace]) -> list[PlacedBase]:
    """Places a contractor's vehicles start from: dispatch measures distance from here. Errors as `add_sites`."""
    _act_for(actor, {one.organisation_id for one in bases}, Organisation)
    return [placed_base(row) for row in _add(Base, "base", actor, at, bases)]


def add_facilities(*, actor: Actor, at: datetime, facilities: Sequence[NewFacility]) -> list[PlacedFacility]:
    """Plants with their licensed grams a month for each category.

    Errors: NotFound, OutsideCountry; Unprocessable with `unknown_category`, `duplicate`, `out_of_range`, `end_before_start`.
    """
    _act_for(actor, {one.organisation_id for one in facilities}, Organisation)
    known = set(Category.objects.values_list("code", flat=True))
    defects = [
        defect for n, one in enumerate(facilities)
        for defect in masses_wrong(one.capacities, pointer(facilities, n, "capacities"), "monthly_g", known)
    ] + [Defect(pointer(facilities, n, "closes"), "end_before_start") for n, one in enumerate(facilities)
         if not _forward(one.opens, one.closes)]
    if defects:
        raise Unprocessable(defects=defects)
    rows = _add(Facility, "facility", actor, at, facilities)
    for row, one in zip(rows, facilities, strict=True):
        row.opens, row.closes = one.opens, one.closes
    Facility.objects.bulk_update([row for row in rows if row.opens], ["opens", "closes"])
    FacilityCapacity.objects.bulk_create(
        FacilityCapacity(facility=row, category_id=category, monthly_g=monthly_g)
        for row, one in zip(rows, facilities, strict=True) for category, monthly_g in one.capacities
    )
    return with_capacities(rows)


def change_working_days(*, actor: Actor, at: datetime, noun: str, place_id: UUID, days: Sequence[int],
                        version: int) -> PlacedBase | PlacedFacility:
    """The days of the week (ISO) on which a `base` or `facility` of one's own works: dispatch asks on the window's day.

    Errors: NotFound, StaleVersion, Unprocessable with `empty` or `not_a_weekday`.
    """
    wrong = [Defect(f"/working_days/{n}", "not_a_weekday") for n, day in enumerate(days) if day not in range(1, 8)]
    if wrong or not days:
        raise Unprocessable(defects=wrong or [Defect("/working_days", "empty")])
    row: Any = {"base": Base, "facility": Facility}[noun].objects.visible_to(actor).locked(pk=place_id).first()
    if row is None:
        raise NotFound
    if row.version != version:
        raise StaleVersion(version=row.version)
    before, row.working_days, row.version = row.working_days, sorted(set(days)), row.version + 1
    row.save(update_fields=["working_days", "version"])
    audit.record(actor=actor, at=at, verb=f"{noun}.update", object_type=noun, object_id=place_id,
                 before={"working_days": before}, after={"working_days": row.working_days})
    return with_capacities([row])[0] if noun == "facility" else placed_base(row)


def add_vehicles(*, actor: Actor, at: datetime, vehicles: Sequence[NewVehicle]) -> list[VehicleDetail]:
    """Vehicles by their plates, stored in Latin capitals without spaces.

    Errors: NotFound; Unprocessable with `plate_invalid`, `out_of_range`, `end_before_start`; Registered for a plate in use.
    """
    _act_for(actor, {one.organisation_id for one in vehicles}, Organisation)
    plates = [plate_of(one.plate) or "" for one in vehicles]
    defects = [
        Defect(pointer(vehicles, n, name), code, params)
        for n, one in enumerate(vehicles)
        for wrong, name, code, params in (
            (not plates[n], "plate", "plate_invalid", {}),
            (not 0 < one.payload_g <= MAX_PAYLOAD_G, "payload_g", "out_of_range",
             {"min": 1, "max": MAX_PAYLOAD_G}),
            (not _forward(one.shift_from, one.shift_to), "shift_to", "end_before_start", {}),
        ) if wrong
    ]
    if defects:
        raise Unprocessable(defects=defects)
    taken = Vehicle.objects.filter(plate__in=plates, retired_at=None).values_list("plate", flat=True)
    _refuse_repeated("plate", plates, taken)
    rows = Vehicle.objects.bulk_create(
        Vehicle(id=one.id or uuid7(at), organisation_id=one.organisation_id, plate=plate, payload_g=one.payload_g,
                shift_from=one.shift_from, shift_to=one.shift_to, created_at=at)
        for one, plate in zip(vehicles, plates, strict=True)
    )
    _record(actor, at, "vehicle", [(row.id, {"organisation": row.organisation_id, "plate": row.plate,
                                             "payload_g": row.payload_g}) for row in rows])
    return [vehicle_detail(row) for row in rows]


def add_scales(*, actor: Actor, at: datetime, scales: Sequence[NewScale]) -> list[ScaleDetail]:
    """Weighbridges with their calibration certificates. A lapsed certificate is taken in: its weighings will be held.

    Errors: NotFound; Unprocessable with `certificate_ends_before_it_starts` or `not_found` for a facility that is not
    the organisation's; Registered for a serial number in use.
    """
    _act_for(actor, {one.organisation_id for one in scales}, Organisation)
    plants = dict(Facility.objects.filter(pk__in={one.facility_id for one in scales if one.facility_id}).values_list(
        "pk", "organisation_id"))
    defects = [
        Defect(pointer(scales, n, name), code)
        for n, one in enumerate(scales)
        for wrong, name, code in (
            (one.certified_until < one.certified_from, "certified_until", "certificate_ends_before_it_starts"),
            (one.facility_id is not None and plants.get(one.facility_id) != one.organisation_id,
             "facility_id", "not_found"),
        ) if wrong
    ]
    if defects:
        raise Unprocessable(defects=defects)
    serials = [one.serial for one in scales]
    _refuse_repeated("serial", serials, Scale.objects.filter(serial__in=serials).values_list("serial", flat=True))
    rows = Scale.objects.bulk_create(
        Scale(id=one.id or uuid7(at), organisation_id=one.organisation_id, facility_id=one.facility_id,
              serial=one.serial, certificate_number=one.certificate_number, certified_from=one.certified_from,
              certified_until=one.certified_until, created_at=at)
        for one in scales
    )
    _record(actor, at, "scale", [(row.id, {
        "organisation": row.organisation_id, "facility": row.facility_id, "serial": row.serial,
        "certificate": row.certificate_number, "from": row.certified_from, "until": row.certified_until,
    }) for row in rows])
    return [scale_detail(row) for row in rows]


def _add(model: type[Place], noun: str, actor: Actor, at: datetime, places: Sequence[NewPlace]) -> list[Any]:
    located = locate([(one.longitude, one.latitude) for one in places],
                     [pointer(places, n, "point") for n in range(len(places))])
    rows = insert_places(model, places, located, at=at)
    _record(actor, at, noun, [(row.id, {
        "organisation": row.organisation_id, "name": row.name, "region": row.region_id, "district": row.district_id,
        "precision": row.precision, "point": [row.point.x, row.point.y],
    }) for row in rows])
    return rows


def _forward(first: time | None, last: time | None) -> bool:
    """Both or neither, and in their order: nobody works past midnight here."""
    return first is last is None or (first is not None and last is not None and first < last)


def _act_for(actor: Actor, organisation_ids: set[UUID], among: type[Generator] | type[Organisation]) -> None:
    """Raise NotFound unless every organisation is the actor's own, or the actor is staff and it exists among these."""
    if actor.is_house:
        return
    if actor.role not in STAFF_ROLES:
        if organisation_ids - {actor.organisation_id}:
            raise NotFound
    elif among.objects.filter(pk__in=organisation_ids).count() != len(organisation_ids):
        raise NotFound(defects=[Defect("/organisation_id", "not_found")])


def _refuse_repeated(name: str, values: Sequence[str], taken: Iterable[str]) -> None:
    """Raise Registered for every value that is taken, or stands twice in the list."""
    # The unique index decides between two that come at once; this only makes the refusal polite and complete.
    gone, times = set(taken), Counter(values)
    defects = [Defect(pointer(values, n, name), Registered.code) for n, value in enumerate(values)
               if value in gone or times[value] > 1]
    if defects:
        raise Registered(defects=defects)


def _record(actor: Actor, at: datetime, noun: str, created: Iterable[tuple[UUID, dict[str, Any]]]) -> None:
    audit.record_many(actor=actor, at=at, lines=[
        audit.Line(f"{noun}.create", noun, pk, after=after) for pk, after in created
    ])
