"""What empty vehicles weigh, for scales that see a lorry only once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.bulk import insert
from collection.kernel.calendar import almaty_date
from collection.kernel.ids import uuid7
from collection.kernel.mass import ROAD_LIMIT_G
from collection.kernel.refusals import Unprocessable
from collection.registry.models import Scale, Vehicle
from collection.registry.rules import plate_of

from ..models import StoredTare
from .refusals import Wrongs
from .weighings import TicketReused

LONGEST = timedelta(days=366)  # our assumption: an empty lorry is weighed again every year at least


@dataclass(frozen=True, slots=True)
class NewTare:
    """The ticket of an empty vehicle, in grams, and the last day it may be used on."""

    scale_id: UUID
    plate: str
    ticket_number: str
    tare_g: int
    weighed_at: datetime
    expires_on: date


def store_tares(*, actor: Actor, at: datetime, tares: Sequence[NewTare]) -> list[UUID]:
    """Write down what empty vehicles weigh. Only the scale's owner may: a haulier cannot make up its own tare.

    Errors: OccurredInFuture, TicketReused, or Unprocessable with `not_found` (a scale of others, a plate not in service),
    `out_of_range` (no tare at all, or heavier than a load may be), `expires_before`, `expires_too_late` (a year later).
    Returns the tares' ids.
    """
    scales = Scale.objects.visible_to(actor).in_bulk({one.scale_id for one in tares})
    plates = [plate_of(one.plate) for one in tares]
    vehicles = dict(Vehicle.objects.filter(plate__in=[one for one in plates if one], retired_at=None).values_list("plate", "id"))
    given = [(one.scale_id, one.ticket_number, one.weighed_at) for one in tares]
    known = set(StoredTare.objects.filter(scale__in=scales, ticket_number__in={one.ticket_number for one in tares}).values_list(
        "scale_id", "ticket_number", "weighed_at"))
    times = Counter(given)
    wrongs = Wrongs(tares)
    for n, (one, plate) in enumerate(zip(tares, plates, strict=True)):
        wrongs.future(n, one.weighed_at, at, "weighed_at")
        weighed_on = almaty_date(one.weighed_at)
        if one.scale_id not in scales:
            wrongs.add(Unprocessable, n, "scale_id", "not_found")
        if plate not in vehicles:
            wrongs.add(Unprocessable, n, "plate", "not_found")
        if not 0 < one.tare_g <= ROAD_LIMIT_G:
            wrongs.add(Unprocessable, n, "tare_g", "out_of_range", min=1, max=ROAD_LIMIT_G)
        if one.expires_on < weighed_on:
            wrongs.add(Unprocessable, n, "expires_on", "expires_before")
        elif one.expires_on > weighed_on + LONGEST:
            wrongs.add(Unprocessable, n, "expires_on", "expires_too_late", max=(weighed_on + LONGEST).isoformat())
        if given[n] in known or times[given[n]] > 1:  # the unique constraint `tare_ticket_once` decides between two at once
            wrongs.add(TicketReused, n, "ticket_number")
    wrongs.refuse()
    rows = [
        StoredTare(id=uuid7(at), vehicle_id=vehicles[plate], scale_id=one.scale_id, ticket_number=one.ticket_number,
                   tare_g=one.tare_g, weighed_at=one.weighed_at, expires_on=one.expires_on, recorded_at=at,
                   recorded_by=actor.user_id)
        for one, plate in zip(tares, plates, strict=True) if plate
    ]
    insert(rows)
    audit.record_many(actor=actor, at=at, lines=[
        audit.Line("tare.create", "tare", row.pk, after={
            "vehicle": row.vehicle_id, "scale": row.scale_id, "ticket": row.ticket_number, "tare_g": row.tare_g,
            "weighed_at": row.weighed_at, "expires_on": row.expires_on}) for row in rows
    ])
    return [row.pk for row in rows]
