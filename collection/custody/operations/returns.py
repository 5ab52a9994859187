"""The way back of a load the recycler refused as a whole."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from collection.accounts import queries as accounts
from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.bulk import insert
from collection.kernel.refusals import Unprocessable
from notifications import outbox

from .. import notices
from ..models import ConsignmentPickup, Receipt, Return
from ..steps import move, take
from .loads import HandoverCodeWrong
from .refusals import Wrongs


@dataclass(frozen=True, slots=True)
class NewReturn:
    """The load stands at its `place` again (states.RETURN_PLACES) at `occurred_at`.

    `handover_code`: the generator's, who says so that it is there; without it only the driver says so.
    """

    consignment_id: UUID
    place: str
    occurred_at: datetime
    handover_code: str = ""
    note: str = ""
    version: int | None = None


def bring_back(*, actor: Actor, at: datetime, returns: Sequence[NewReturn]) -> None:
    """returned -> taken_back: all of it, which closes the transport sheet. No money was made of it and none will be.

    Errors: NotFound, StaleVersion, WrongState (only what was wholly refused goes back); OccurredInFuture; HandoverCodeWrong; or
    Unprocessable with `no_generator` (an own load goes to its collector), `before_receipt` (it is there before it was refused).
    """
    ids = [one.consignment_id for one in returns]
    loads = take(actor, ids, action="bring_back", parties=("collector_id",), versions=[one.version for one in returns])
    receipts = {one.consignment_id: one for one in Receipt.objects.filter(consignment__in=ids)}
    codes = dict(ConsignmentPickup.objects.filter(consignment__in=[one.source_id for one in loads.values()]).values_list(
        "consignment_id", "pickup__handover_code"))
    wrongs = Wrongs(returns)
    for n, one in enumerate(returns):
        load = loads[one.consignment_id]
        wrongs.future(n, one.occurred_at, at)
        if one.consignment_id in ids[:n]:
            wrongs.add(Unprocessable, n, "consignment_id", "duplicate")
        if one.occurred_at < receipts[load.pk].occurred_at:
            wrongs.add(Unprocessable, n, "occurred_at", "before_receipt",
                       received_at=receipts[load.pk].occurred_at.isoformat())
        if one.place == "generator" and load.generator_id is None:
            wrongs.add(Unprocessable, n, "place", "no_generator")
        if one.handover_code and (one.place != "generator" or not hmac.compare_digest(
                codes.get(load.source_id, "").encode(), one.handover_code.encode())):
            wrongs.add(HandoverCodeWrong, n, "handover_code")
    wrongs.refuse()
    insert([
        Return(consignment_id=one.consignment_id, place=one.place, mass_g=receipts[one.consignment_id].refused_g,
               taken_by="code" if one.handover_code else "none", note=one.note, occurred_at=one.occurred_at,
               recorded_at=at, brought_by=actor.user_id)
        for one in returns
    ])
    move(ids, to="taken_back")
    audit.record_many(actor=actor, at=at, lines=[
        audit.Line("consignment.bring_back", "consignment", one.consignment_id, before={"state": "returned"}, after={
            "state": "taken_back", "place": one.place, "taken_by": "code" if one.handover_code else "none",
            "mass_g": receipts[one.consignment_id].refused_g, "occurred_at": one.occurred_at})
        for one in returns
    ])
    people = accounts.recipients(notices.told("taken_back", loads.values()))
    outbox.put(notices.moved("taken_back", loads.values(), actor, people), at=at)
