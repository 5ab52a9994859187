"""The second person's yes or no, under the programme's ceiling and the contract's cap.

The sum of approved, registered and paid claims never passes the programme's ceiling or the contract's cap: approvals of one
programme queue on its row. What does not fit waits in the order of approval (`approved_at`); a later claim that still
fits goes before it (assumption: a large claim at the end of a budget does not hold up the small ones).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from collection.contracts.models import Programme
from collection.contracts.steps import Allot, allot
from collection.kernel.actor import Actor
from collection.kernel.db import rows
from collection.kernel.refusals import NotFound

from .. import ledger
from ..models import Claim
from ..queries.claims import ClaimView, views
from ..states import COMMITTED
from .claims import refuse_same_person
from .moving import move_claims, take_claim

_ROOM = """
SELECT programme.ceiling_tiyn - (SELECT coalesce(sum(amount_tiyn), 0) FROM payouts_claim
            WHERE programme_id = programme.id AND state = ANY(%(committed)s)) AS programme_tiyn,
       contract.cap_tiyn - (SELECT coalesce(sum(amount_tiyn), 0) FROM payouts_claim
            WHERE contract_id = contract.id AND state = ANY(%(committed)s)) AS contract_tiyn
FROM contracts_contract contract JOIN contracts_programme programme ON programme.id = contract.programme_id
WHERE contract.id = %(contract)s
"""


def approve_claim(*, actor: Actor, at: datetime, claim_id: UUID, version: int | None = None) -> ClaimView:
    """verified -> approved, or queued where the ceiling or the cap has no room; asked again of a queued one, it looks anew.

    Errors: NotFound, StaleVersion, WrongState; SamePerson (whoever prepared, filed or verified it).
    """
    programme_id = Claim.objects.visible_to(actor).filter(pk=claim_id).values_list("programme_id", flat=True).first()
    if programme_id is None:
        raise NotFound
    _queue_up(programme_id)
    claim = take_claim(actor, claim_id, action="approve", version=version)
    refuse_same_person(actor, claim.prepared_by, claim.submitted_by, claim.verified_by)
    said_yes = {"approved_by": actor.user_id, "approved_at": at} if claim.state == "verified" else {}
    full = _full(claim)
    if full is None:
        _approve(actor, at, claim, said_yes)
    elif claim.state == "verified":
        move_claims(actor, at, [claim], to="queued", verb="claim.queue", reason=full,
                    changes={**said_yes, "reason": full})
    return views([claim_id])[0]


def approve_queued(*, actor: Actor, at: datetime, programme_id: UUID) -> list[UUID]:
    """Walk the queue in the order of approval and let through every claim there is room for; returns their ids."""
    _queue_up(programme_id)
    approved = []
    waiting = Claim.objects.locked(programme_id=programme_id, state="queued").select_related("contract")
    for claim in sorted(waiting, key=lambda one: (one.approved_at, one.number)):
        if _full(claim) is None:
            _approve(actor, at, claim, {})
            approved.append(claim.pk)
    return approved


def reject_claim(*, actor: Actor, at: datetime, claim_id: UUID, reason: str, version: int | None = None) -> ClaimView:
    """A final no, with its reason: what was accrued, and counted against the cap, is taken back.

    Errors: NotFound, StaleVersion, WrongState.
    """
    claim = take_claim(actor, claim_id, action="reject", version=version)
    ledger.reject([claim_id], at=at)
    allot([Allot(of="cap", amount=-claim.amount_tiyn, why="rejected", object_id=claim_id, contract_id=claim.contract_id)],
          at=at)
    move_claims(actor, at, [claim], to="rejected", verb="claim.reject", changes={"reason": reason}, reason=reason)
    return views([claim_id])[0]


def _queue_up(programme_id: UUID) -> None:
    """Approvals of one programme go one after another; the row is locked before any claim's, always in this order."""
    Programme.objects.locked(pk=programme_id).get()


def _full(claim: Claim) -> str | None:
    """What has no room for the claim: `ceiling_reached`, `cap_reached`, or None. Read after the programme is locked."""
    room = rows(_ROOM, {"contract": claim.contract_id, "committed": list(COMMITTED)})[0]
    for name, why in (("programme_tiyn", "ceiling_reached"), ("contract_tiyn", "cap_reached")):
        if room[name] is not None and room[name] < claim.amount_tiyn:
            return why
    return None


def _approve(actor: Actor, at: datetime, claim: Claim, said_yes: Mapping[str, object]) -> None:
    ledger.approve([claim.pk], at=at)
    move_claims(actor, at, [claim], to="approved", verb="claim.approve", changes={**said_yes, "reason": ""})
