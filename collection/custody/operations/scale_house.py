"""A scale-house sends its journal: each ticket once, however often it is sent, and all of the new ones or none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from collection.kernel.actor import Actor
from collection.kernel.refusals import Defect, Refusal, Unprocessable
from collection.registry.models import Scale
from collection.registry.rules import plate_of, pointer

from ..models import Consignment, Weighing
from ..states import CONSIGNMENT_ACTIONS
from .refusals import Wrongs
from .weighings import Ticket, TicketReused, seal_tickets

#: What a row calls the things that a ticket names by id.
COLUMNS = {"consignment_id": "load", "scale_id": "scale"}


@dataclass(frozen=True, slots=True)
class ScaleRow:
    """One line of the journal, in grams, with the scale's own time. The load is named by its public number, or found by the
    plate that stands on the scale."""

    scale: str  # its serial number
    ticket_number: str
    occurred_at: datetime
    gross_g: int
    tare_g: int
    load: int | None = None
    plate: str = ""
    manual: bool = False
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """What became of a row. `status`: weighed now, or known from before with the very same masses."""

    status: str
    weighing_id: UUID
    consignment_id: UUID
    load: int


def import_weighings(*, actor: Actor, at: datetime, rows: Sequence[ScaleRow]) -> list[Read]:
    """Seal what is new of a journal of the actor's own scales; in the order of the rows what became of each.

    A ticket (scale, number, time) that is known with the same masses and load is left alone. Errors, all at once:
    Unprocessable with `not_found` (a scale that is not one's own, a load that does not come here), `required` (neither load nor
    plate), `ambiguous` (the plate has several loads to be weighed), `duplicate` (one load twice), `wrong_state`; TicketReused
    (the ticket is known with other masses); and whatever `weigh` refuses.
    """
    assert actor.organisation_id is not None  # the table of rights lets only members here
    scales = dict(Scale.objects.filter(
        organisation_id=actor.organisation_id, serial__in={one.scale for one in rows}).values_list("serial", "pk"))
    known = {(one.scale_id, one.ticket_number, one.occurred_at): one for one in Weighing.objects.filter(
        scale__in=scales.values(), ticket_number__in={one.ticket_number for one in rows}).select_related("consignment")}
    wrongs, loads = Wrongs(rows), _Loads(actor, rows)
    tickets: dict[int, Ticket] = {}
    seen: set[UUID] = set()
    for n, one in enumerate(rows):
        scale_id = scales.get(one.scale)
        if scale_id is None:
            wrongs.add(Unprocessable, n, "scale", "not_found")
            continue
        before = known.get((scale_id, one.ticket_number, one.occurred_at))
        if before is not None:
            if (before.gross_g, before.tare_g, one.load or before.consignment.number) != (
                    one.gross_g, one.tare_g, before.consignment.number):
                wrongs.add(TicketReused, n, "ticket_number")
            continue
        load, code = loads.of(one)
        if load is None or load.pk in seen:
            wrongs.add(Unprocessable, n, "load" if one.load else "plate", code or "duplicate")
            continue
        seen.add(load.pk)
        tickets[n] = Ticket(load.pk, scale_id, one.ticket_number, one.occurred_at, one.gross_g, one.tare_g,
                            manual=one.manual, estimated=one.estimated)
    places = list(tickets)
    try:
        made = seal_tickets(actor, at, list(tickets.values())) if tickets else []
    except Refusal as refusal:
        defects = [defect for _, defect in wrongs.found] + [_of_row(one, rows, places) for one in refusal.defects]
        raise (type(refusal) if not wrongs.found else Unprocessable)(defects=defects, **refusal.fields) from None
    wrongs.refuse()
    new = dict(zip(places, made, strict=True))
    numbers, read = loads.numbers, []
    for n, one in enumerate(rows):
        if n in new:
            read.append(Read("weighed", new[n], tickets[n].consignment_id, numbers[tickets[n].consignment_id]))
        else:
            first = known[scales[one.scale], one.ticket_number, one.occurred_at]
            read.append(Read("known", first.pk, first.consignment_id, first.consignment.number))
    return read


class _Loads:
    """The loads these rows may speak of: what the actor's organisation carries or receives."""

    def __init__(self, actor: Actor, rows: Sequence[ScaleRow]) -> None:
        mine = Q(collector_id=actor.organisation_id) | Q(recycler_id=actor.organisation_id)
        own = Consignment.objects.visible_to(actor).filter(mine, parent=None).only("id", "number", "state")
        self.by_number = {one.number: one for one in own.filter(number__in={row.load for row in rows if row.load})}
        self.by_plate: dict[str, list[Consignment]] = defaultdict(list)
        plates = {plate for row in rows if not row.load and (plate := plate_of(row.plate))}
        for one in own.filter(state__in=_WEIGHABLE, vehicle__plate__in=plates).select_related("vehicle").only(
                "id", "number", "state", "vehicle__plate"):
            assert one.vehicle
            self.by_plate[one.vehicle.plate].append(one)

    @property
    def numbers(self) -> dict[UUID, int]:
        return {one.pk: one.number for many in (self.by_number.values(), *self.by_plate.values()) for one in many}

    def of(self, row: ScaleRow) -> tuple[Consignment | None, str]:
        """The row's load, or why there is none."""
        if row.load:
            load = self.by_number.get(row.load)
            return (load, "") if load and load.state in _WEIGHABLE else (None, "wrong_state" if load else "not_found")
        if not row.plate:
            return None, "required"
        found = self.by_plate.get(plate_of(row.plate) or "", [])
        return (found[0], "") if len(found) == 1 else (None, "ambiguous" if found else "not_found")


_WEIGHABLE = [state for state, actions in CONSIGNMENT_ACTIONS.items() if "weigh" in actions]


def _of_row(defect: Defect, rows: Sequence[ScaleRow], places: Sequence[int]) -> Defect:
    """A ticket's defect as its row's: tickets are fewer than rows."""
    first, _, rest = defect.pointer.strip("/").partition("/")
    n, name = (int(first), rest) if len(places) > 1 and first.isdigit() else (0, first)
    return Defect(pointer(rows, places[n], COLUMNS.get(name, name)), defect.code, defect.params)
