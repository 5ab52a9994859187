"""A load that nobody has room for as a whole is asked for in parts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from collection.accounts import queries as accounts
from collection.audit import steps as audit
from collection.contracts.models import Programme
from collection.kernel.actor import Actor
from collection.pickups import steps as pickups
from collection.pickups.models import Pickup
from notifications import outbox

from .. import notices, queries

#: The larger the first part, the fewer lorries at the gate: three quarters are tried first, then a half, then a quarter.
SHARES = (75, 50, 25)
#: No part weighs less: nobody is sent out for it.
LEAST_G = 1_000_000
#: Parts are whole hundreds of kilograms.
STEP_G = 100_000


def part(actor: Actor, at: datetime, pickup: Pickup, load: queries.Load, programme: Programme) -> bool:
    """Keep of the pickup the largest part that somebody has room for, and make its rest a request of its own.

    Quotas and monthly capacities get used up in crumbs: at the end much room is left and none of it large. Both are
    looked at again at once. False, and nothing changed, if nobody has room for any part, or parts would be too small.
    """
    for share in SHARES:
        part_g = pickup.declared_g * share // 100 // STEP_G * STEP_G
        if min(part_g, pickup.declared_g - part_g) < LEAST_G:
            continue
        found = queries.weigh(replace(load, mass_g=part_g), programme).pairs
        if found and (rest := pickups.keep_part(pickup.id, part_g=part_g, at=at)):
            _told(actor, at, pickup, part_g, rest)
            return True
    return False


def _told(actor: Actor, at: datetime, pickup: Pickup, part_g: int, rest: pickups.Rest) -> None:
    audit.record_many(actor=actor, at=at, lines=[
        audit.Line("pickup.part", "pickup", pickup.id, {"declared_g": pickup.declared_g},
                   {"declared_g": part_g, "rest": str(rest.id)}),
        audit.Line("pickup.residual", "pickup", rest.id, {}, {
            "state": "submitted", "residual_of": str(pickup.id), "declared_g": rest.mass_g})])
    outbox.put(notices.tell(
        accounts.recipients([pickup.generator_id])[pickup.generator_id], "pickup.parted", notices.PARTED, notices.PARTED_BODY,
        object_type="pickup", object_id=pickup.id, number=pickup.number, rest=rest.number), at=at)
    for one in (pickup.id, rest.id):
        outbox.work(task="dispatch.advance", object_id=one, at=at)
