"""Places and generators as rows: located, numbered and inserted, without audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import TypeVar
from uuid import UUID

from django.contrib.gis.geos import Point

from collection.kernel.ids import uuid7
from collection.kernel.refusals import Defect, Unprocessable
from collection.kernel.words import Words
from geo import regions

from .models import Generator, Place

AnyPlace = TypeVar("AnyPlace", bound=Place)


class OutsideCountry(Unprocessable):
    """A point in no region, nor within three kilometres of one. `hint` is "swapped" where latitude first would fit."""

    code = "outside_country"
    words = Words("Нүкте ел аумағынан тыс", "Точка за пределами страны", "The point is outside the country")


@dataclass(frozen=True, slots=True)
class NewPlace:
    """A site, base or facility to be. Degrees WGS 84; `id` may be made by whoever asks (a UUIDv7).

    `working_days` of a base or facility: ISO days of the week; None: Monday to Saturday.
    """

    organisation_id: UUID
    name: str
    longitude: float
    latitude: float
    address: str = ""
    id: UUID | None = None
    working_days: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class NewFacility(NewPlace):
    capacities: Sequence[tuple[str, int]] = ()  # (category, licensed grams a month)
    opens: time | None = None  # Almaty's; both or neither
    closes: time | None = None


def locate(points: Sequence[tuple[float, float]], pointers: Sequence[str]) -> list[regions.Located]:
    """Where each (longitude, latitude) is, by one query; OutsideCountry names the pointers of all that are nowhere."""
    found = regions.locate_many(points)
    lost = [n for n, where in enumerate(found) if where is None]
    if lost:
        swapped = regions.locate_many((points[n][1], points[n][0]) for n in lost)
        raise OutsideCountry(defects=[
            Defect(pointers[n], OutsideCountry.code, {"hint": "swapped"} if other else {})
            for n, other in zip(lost, swapped, strict=True)
        ])
    return [where for where in found if where is not None]


def insert_places(model: type[AnyPlace], places: Sequence[NewPlace], located: Sequence[regions.Located], *,
                  at: datetime) -> list[AnyPlace]:
    """The rows, by one INSERT, in the order given."""
    rows = [
        model(
            id=one.id or uuid7(at), organisation_id=one.organisation_id, name=one.name, address=one.address,
            point=Point(one.longitude, one.latitude, srid=4326), region_id=where.region_kato,
            district_id=where.district_kato, precision=where.precision, created_at=at,
            **({} if one.working_days is None else {"working_days": list(one.working_days)}),
        )
        for one, where in zip(places, located, strict=True)
    ]
    model.objects.bulk_create(rows)
    return rows


def insert_generators(organisation_ids: Sequence[UUID], *, at: datetime) -> None:
    """Let these organisations hand over waste; one that may already stays as it is."""
    Generator.objects.bulk_create(
        (Generator(organisation_id=one, registered_at=at) for one in organisation_ids), ignore_conflicts=True
    )
