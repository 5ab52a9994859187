"""At the recycler's gate: delivered, then accepted, refused, or a bit of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from collection.accounts import queries as accounts
from collection.audit import steps as audit
from collection.contracts.models import Contract
from collection.contracts.steps import Allot, allot
from collection.dispatch import steps as jobs
from collection.kernel.actor import Actor
from collection.kernel.bulk import insert
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Unprocessable
from collection.kernel.words import Words
from notifications import outbox

from .. import notices
from ..models import ConsignmentPickup, Receipt
from ..steps import fact, move, seal, sign, take, weights
from .refusals import Wrongs


class ReceiptDoesNotDivideNet(Unprocessable):
    """Accepted and refused together are what was weighed: not a gram is lost or made at the gate."""

    code = "receipt_does_not_divide_net"
    words = Words("Қабылданған мен бас тартылған масса таза салмаққа тең емес",
                  "Принятая и отклонённая масса не равны массе нетто",
                  "Accepted and refused mass must add up to the net mass")


class RefusalNeedsReason(Unprocessable):
    code = "refusal_needs_reason"
    words = Words("Бас тарту себебін көрсетіңіз", "Укажите причину отказа", "Say why it was refused")


@dataclass(frozen=True, slots=True)
class NewReceipt:
    """The recycler's decision, in grams: accepted + refused = net; `impurity_g`, if it was measured, is of the refused."""

    consignment_id: UUID
    accepted_g: int
    refused_g: int
    occurred_at: datetime
    reason: str = ""
    version: int | None = None
    impurity_g: int | None = None


def deliver(*, actor: Actor, at: datetime, consignment_ids: Sequence[UUID], version: int | None = None) -> None:
    """The lorry stands at the gate: weighed or grouped -> delivered. `version`: of the one the caller saw, in a list of one.

    Errors: NotFound, StaleVersion, WrongState.
    """
    loads = take(actor, consignment_ids, action="deliver", parties=("collector_id",),
                 versions=[version] * len(consignment_ids))
    move(list(loads), to="delivered", delivered_at=at)
    served = ConsignmentPickup.objects.filter(consignment__in=[one.source_id for one in loads.values()]).values_list(
        "pickup_id", flat=True)
    jobs.unload_jobs(list(served), at=at)
    audit.record_many(actor=actor, at=at, lines=[
        audit.Line("consignment.deliver", "consignment", pk, before={"state": one.state}, after={"state": "delivered"})
        for pk, one in loads.items()
    ])
    people = accounts.recipients(notices.told("delivered", loads.values()))
    outbox.put(notices.moved("delivered", loads.values(), actor, people), at=at)


def receive(*, actor: Actor, at: datetime, receipts: Sequence[NewReceipt]) -> list[UUID]:
    """Seal the receipts, signed by the recycler: delivered -> received, or returned when all of it is refused; a `received`
    fact each.

    Only the accepted mass can ever be paid. Errors: NotFound, StaleVersion, WrongState; ReceiptDoesNotDivideNet,
    RefusalNeedsReason, OccurredInFuture. Returns the receipts' ids.
    """
    return take_in(actor, at, receipts)


def take_in(actor: Actor, at: datetime, receipts: Sequence[NewReceipt]) -> list[UUID]:
    """What `receive` does, for the verbs that receive: of one load each, or of a grouping."""
    ids = [one.consignment_id for one in receipts]
    loads = take(actor, ids, action="receive", parties=("recycler_id",), versions=[one.version for one in receipts])
    weighed = weights(ids)
    wrongs = Wrongs(receipts)
    if len(loads) < len(ids):
        wrongs.add(Unprocessable, 0, "consignment_id", "duplicate")
    for n, one in enumerate(receipts):
        wrongs.future(n, one.occurred_at, at)
        net_g = weighed[one.consignment_id].net_g
        if min(one.accepted_g, one.refused_g) < 0 or one.accepted_g + one.refused_g != net_g:
            wrongs.add(ReceiptDoesNotDivideNet, n, "accepted_g", net_g=net_g)
        if one.refused_g and not one.reason:
            wrongs.add(RefusalNeedsReason, n, "reason")
        if one.impurity_g is not None and not 0 <= one.impurity_g <= one.refused_g:
            wrongs.add(Unprocessable, n, "impurity_g", "out_of_range", min=0, max=one.refused_g)
    wrongs.refuse()
    rows = [
        Receipt(id=uuid7(at), consignment=loads[one.consignment_id], accepted_g=one.accepted_g,
                refused_g=one.refused_g, impurity_g=one.impurity_g,
                reason=one.reason if one.refused_g else "", occurred_at=one.occurred_at, recorded_at=at,
                received_by=actor.user_id)
        for one in receipts
    ]
    insert(rows)
    sign([(row.consignment, row.occurred_at) for row in rows], "recycler", "session", actor=actor, at=at)
    accepted = [one for one in receipts if one.accepted_g]
    returned = [one.consignment_id for one in receipts if not one.accepted_g]
    move([one.consignment_id for one in accepted], to="received")
    move(returned, to="returned")
    kinds = dict(Contract.objects.filter(pk__in={row.recycler_contract_id for row in loads.values()}).values_list(
        "pk", "kind"))
    seal([
        fact(load, "received", grams=one.accepted_g, occurred_at=one.occurred_at,
             supply_on=weighed[load.pk].supply_on, at=at,
             contract=(load.recycler_contract_id, kinds[load.recycler_contract_id]))
        for one in accepted for load in [loads[one.consignment_id]]
    ], at=at)
    # A full-cycle contract's quota was used at the weighing; it is not used twice for one load.
    allot([
        Allot(of="quota", amount=one.accepted_g, why="received", object_id=load.pk,
              contract_id=load.recycler_contract_id, category_id=load.category_id)
        for one in accepted for load in [loads[one.consignment_id]]
        if load.recycler_contract_id != load.collector_contract_id
    ], at=at)
    audit.record_many(actor=actor, at=at, lines=[
        audit.Line("consignment.receive", "consignment", one.consignment_id, before={"state": "delivered"}, after={
            "state": "received" if one.accepted_g else "returned", "accepted_g": one.accepted_g,
            "refused_g": one.refused_g, "impurity_g": one.impurity_g, "reason": one.reason, "occurred_at": one.occurred_at})
        for one in receipts
    ])
    people = accounts.recipients(notices.told("received", loads.values()))
    outbox.put(
        notices.moved("received", [loads[one.consignment_id] for one in accepted], actor, people)
        + notices.moved("returned", [loads[pk] for pk in returned], actor, people), at=at)
    return [row.pk for row in rows]
