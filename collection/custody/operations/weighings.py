"""The scale's ticket: what was really loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from collection.accounts import queries as accounts
from collection.audit import steps as audit
from collection.contracts.models import Contract
from collection.contracts.steps import Allot, allot, release, release_part
from collection.kernel.actor import Actor
from collection.kernel.bulk import insert
from collection.kernel.calendar import almaty_date
from collection.kernel.ids import uuid7
from collection.kernel.mass import ROAD_LIMIT_G
from collection.kernel.refusals import Refusal, Unprocessable
from collection.kernel.words import Words
from collection.registry.models import Scale
from notifications import outbox

from .. import notices
from ..models import Consignment, ConsignmentPickup, Signature, StockOrder, StoredTare, Weighing
from ..steps import fact, legal_date, move, seal, take
from .refusals import Wrongs


class TicketReused(Refusal):
    """Scale, number and time together are one ticket, and one ticket weighs one load."""

    code = "ticket_reused"
    words = Words("Бұл талон пайдаланылған", "Этот талон уже использован", "This ticket has been used already")


class SheetUnsigned(Refusal):
    """What nobody took over cannot have been carried to a scale."""

    code = "sheet_unsigned"
    words = Words("Жүргізуші көлік парағына қол қоймаған", "Водитель не подписал транспортный лист",
                  "The driver has not signed the transport sheet")


class NetNotPositive(Unprocessable):
    code = "net_not_positive"
    words = Words("Таза салмақ оң болуы керек", "Масса нетто должна быть больше нуля", "The net mass must be above zero")


class OverRoadLimit(Unprocessable):
    """More than 40 t net by road: not a lorry's load, so not a ticket (product.md, step 7)."""

    code = "over_road_limit"
    words = Words("Бір көлікке 40 тоннадан артық тиелмейді", "Больше 40 тонн одной машиной не перевозят",
                  "More than 40 tonnes do not go by one lorry")


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the scale printed, in grams, with its own time. `version`: of the consignment the caller saw.

    The tare is the ticket's own (`tare_g`), or the vehicle's stored one (`stored_tare_id`), never both.
    """

    consignment_id: UUID
    scale_id: UUID
    ticket_number: str
    occurred_at: datetime
    gross_g: int
    tare_g: int | None = None
    stored_tare_id: UUID | None = None
    manual: bool = False  # typed in, not read from the scale
    estimated: bool = False  # not weighed whole: by axles, by volume
    version: int | None = None


def weigh(*, actor: Actor, at: datetime, tickets: Sequence[Ticket]) -> list[UUID]:
    """Seal the tickets: loaded -> weighed, a `collected` fact each, the collector's quota used by what was weighed.

    Each ticket makes a stock receipt order. The declared mass is never touched. An expired calibration or stored tare, a
    load above the vehicle's payload and a scale's clock up to a day ahead are accepted: payouts holds or marks them.
    Errors: NotFound, StaleVersion, WrongState; SheetUnsigned; TicketReused; NetNotPositive, OverRoadLimit, OccurredInFuture,
    or Unprocessable with `not_found` for a scale that belongs to neither party (a recycler's ticket: to another's plant) or
    a stored tare that is not the vehicle's, `required` for no tare at all, `tare_twice` for two. Returns the tickets' ids.
    """
    return seal_tickets(actor, at, tickets)


def seal_tickets(actor: Actor, at: datetime, tickets: Sequence[Ticket]) -> list[UUID]:
    """What `weigh` does, for the verbs that weigh: one load, or a scale-house's journal."""
    ids = [one.consignment_id for one in tickets]
    loads = take(actor, ids, action="weigh", parties=("collector_id", "recycler_id"),
                 versions=[one.version for one in tickets])
    scales = {one.pk: one for one in Scale.objects.filter(pk__in={one.scale_id for one in tickets})}
    stored = {one.pk: one for one in StoredTare.objects.filter(
        pk__in={one.stored_tare_id for one in tickets if one.stored_tare_id})}
    driven = set(Signature.objects.filter(consignment__in=ids, party="driver").values_list("consignment_id", flat=True))
    tares: list[int] = []
    wrongs = Wrongs(tickets)
    if len(loads) < len(ids):
        wrongs.add(Unprocessable, 0, "consignment_id", "duplicate")
    for n, one in enumerate(tickets):
        wrongs.future(n, one.occurred_at, at)
        if one.consignment_id not in driven:
            wrongs.add(SheetUnsigned, n, "consignment_id")
        tare_g = _tare_of(n, one, stored, loads[one.consignment_id], wrongs)
        tares.append(tare_g or 0)
        if not _may_use(actor, loads[one.consignment_id], scales.get(one.scale_id)):
            wrongs.add(Unprocessable, n, "scale_id", "not_found")
        if tare_g is None:
            continue
        if one.gross_g <= tare_g:
            wrongs.add(NetNotPositive, n, "gross_g", tare_g=tare_g)
        elif one.gross_g - tare_g > ROAD_LIMIT_G:
            wrongs.add(OverRoadLimit, n, "gross_g", limit_g=ROAD_LIMIT_G)
    _check_reused(tickets, wrongs)
    wrongs.refuse()
    rows = [
        Weighing(
            id=uuid7(at), consignment=loads[one.consignment_id], scale_id=one.scale_id,
            ticket_number=one.ticket_number, occurred_at=one.occurred_at, recorded_at=at, gross_g=one.gross_g,
            tare_g=tare_g, manual=one.manual, estimated=one.estimated, operator_id=actor.user_id,
            certificate_number=scale.certificate_number, certified_from=scale.certified_from,
            certified_until=scale.certified_until, stored_tare_id=one.stored_tare_id,
            tare_until=stored[one.stored_tare_id].expires_on if one.stored_tare_id else None)
        for one, tare_g in zip(tickets, tares, strict=True) for scale in [scales[one.scale_id]]
    ]
    insert(rows)
    nets = {row.consignment_id: row.gross_g - row.tare_g for row in rows}
    insert([
        StockOrder(weighing=row, organisation_id=row.consignment.collector_id, mass_g=nets[row.consignment_id],
                   drawn_on=almaty_date(at))
        for row in rows
    ])
    move(ids, to="weighed")
    kinds = dict(Contract.objects.filter(pk__in={row.collector_contract_id for row in loads.values()}).values_list(
        "pk", "kind"))
    seal([
        fact(row.consignment, "collected", grams=nets[row.consignment_id], occurred_at=one.occurred_at,
             supply_on=legal_date(one.occurred_at, at), at=at,
             contract=(row.consignment.collector_contract_id, kinds[row.consignment.collector_contract_id]))
        for one, row in zip(tickets, rows, strict=True)
    ], at=at)
    _give_back(nets, at)
    allot([
        Allot(of="quota", amount=nets[one.consignment_id], why="weighed", object_id=one.consignment_id,
              contract_id=loads[one.consignment_id].collector_contract_id,
              category_id=loads[one.consignment_id].category_id)
        for one in tickets
    ], at=at)
    audit.record_many(actor=actor, at=at, lines=[
        audit.Line("consignment.weigh", "consignment", one.consignment_id, before={"state": "loaded"}, after={
            "state": "weighed", "scale": one.scale_id, "ticket": one.ticket_number, "gross_g": one.gross_g,
            "tare_g": tare_g, "stored_tare": one.stored_tare_id, "manual": one.manual, "estimated": one.estimated,
            "occurred_at": one.occurred_at})
        for one, tare_g in zip(tickets, tares, strict=True)
    ])
    people = accounts.recipients(notices.told("weighed", loads.values()))
    outbox.put(notices.moved("weighed", loads.values(), actor, people), at=at)
    return [row.pk for row in rows]


def _give_back(masses: dict[UUID, int], at: datetime) -> None:
    """What was promised at acceptance is given back, and what was really loaded is used; of a pickup whose next trip is
    still to come only as much as this one brought."""
    served = list(ConsignmentPickup.objects.filter(consignment__in=masses).values_list(
        "pickup_id", "consignment_id", "pickup__state"))
    for pickup_id, consignment_id, state in served:
        if state == "accepted":
            release_part(pickup_id, masses[consignment_id], why="weighed", at=at)
    release([pickup_id for pickup_id, _, state in served if state != "accepted"], why="weighed", at=at)


def _tare_of(n: int, ticket: Ticket, stored: dict[UUID, StoredTare], load: Consignment, wrongs: Wrongs) -> int | None:
    """The ticket's own tare, or the stored one of the very vehicle that stands on the scale; None with what is wrong."""
    if ticket.stored_tare_id is None:
        if ticket.tare_g is None:
            wrongs.add(Unprocessable, n, "tare_g", "required")
        return ticket.tare_g
    if ticket.tare_g is not None:
        wrongs.add(Unprocessable, n, "stored_tare_id", "tare_twice")
        return None
    tare = stored.get(ticket.stored_tare_id)
    if tare is None or tare.vehicle_id != load.vehicle_id:
        wrongs.add(Unprocessable, n, "stored_tare_id", "not_found")
        return None
    return tare.tare_g


def _may_use(actor: Actor, load: Consignment, scale: Scale | None) -> bool:
    """The scale is one of the two parties'; whoever weighs at a plant weighs at their own."""
    if scale is None or scale.organisation_id not in (load.collector_id, load.recycler_id):
        return False
    return actor.is_house or actor.role == "driver" or scale.organisation_id == actor.organisation_id


def _check_reused(tickets: Sequence[Ticket], wrongs: Wrongs) -> None:
    """Polite and complete; the unique constraint `ticket_once` decides between two that come at once."""
    given = [(one.scale_id, one.ticket_number, one.occurred_at) for one in tickets]
    known = set(Weighing.objects.filter(
        scale__in={one.scale_id for one in tickets}, ticket_number__in={one.ticket_number for one in tickets},
    ).values_list("scale_id", "ticket_number", "occurred_at"))
    times = Counter(given)
    for n, one in enumerate(given):
        if one in known or times[one] > 1:
            wrongs.add(TicketReused, n, "ticket_number")
