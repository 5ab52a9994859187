"""Lifting a stop."""

from __future__ import annotations

from datetime import datetime

from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.db import rows
from collection.kernel.refusals import NotFound, Refusal
from collection.kernel.words import Words

from ..models import Hold
from ..rules import FINAL


class HoldNotLiftable(Refusal):
    """Lifted already, a rule that only a correction cures, or a line that its own correction has taken back."""

    code = "hold_not_liftable"
    words = Words("Бұл ұстауды алып тастауға болмайды", "Это удержание снять нельзя", "This hold cannot be lifted")


def lift_hold(*, actor: Actor, at: datetime, hold_id: int, why: str) -> None:
    """An inspector lifts one hold with a reason; the row stays, and the line may be claimed with the next claim.

    Errors: NotFound; HoldNotLiftable.
    """
    lifted = rows(
        "UPDATE payouts_hold SET lifted_at = %s, lifted_by = %s, lifted_why = %s FROM payouts_accrualline line "
        "WHERE line.id = line_id AND payouts_hold.id = %s AND lifted_at IS NULL AND rule <> ALL(%s) "
        "RETURNING rule, line.consignment_id",
        [at, actor.user_id, why, hold_id, sorted(FINAL)],
    )
    if not lifted:
        raise HoldNotLiftable if Hold.objects.filter(pk=hold_id).exists() else NotFound
    audit.record(actor=actor, at=at, verb="hold.lift", object_type="consignment",
                 object_id=lifted[0]["consignment_id"], before={"rule": lifted[0]["rule"]}, after={"why": why})
