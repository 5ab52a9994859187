"""The second person's yes or no, under every ceiling and cap there is.

The approved, registered and paid claims never pass the programme's ceiling, the contract's cap or a cap of a category,
region or month: approvals of one programme queue on its row, and a trigger counts once more, whoever writes. What does not
fit waits in the order of approval (`approved_at`): nobody goes past an earlier claim that waits for the same limit, however
small, unless the programme lets what still fits go first; claims that do not need that limit are not held up (our reading of
"queued in order").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from collection.contracts.models import Programme
from collection.contracts.steps import Allot, allot
from collection.kernel.actor import Actor
from collection.kernel.refusals import NotFound

from .. import ledger
from ..models import Claim
from ..queries.caps import room
from ..queries.claims import ClaimView, views
from .moving import move_claims, take_claim
from .persons import refuse_who_may_not_approve


def approve_claim(*, actor: Actor, at: datetime, claim_id: UUID, version: int | None = None) -> ClaimView:
    """verified -> approved, or queued where a limit has no room; asked again of a queued one, it looks anew.

    Errors: NotFound, StaleVersion, WrongState; SamePerson (whoever prepared, filed or verified it), NotFinance, OwnCompany.
    """
    programme_id = Claim.objects.visible_to(actor).filter(pk=claim_id).values_list("programme_id", flat=True).first()
    if programme_id is None:
        raise NotFound
    strict = _queue_up(programme_id)
    claim = take_claim(actor, claim_id, action="approve", version=version)
    refuse_who_may_not_approve(actor, claim.prepared_by, claim.submitted_by, claim.verified_by,
                               payee=claim.contract.organisation_id)
    said_yes = {"approved_by": actor.user_id, "approved_at": at} if claim.state == "verified" else {}
    waiting = [one for one in _queue(programme_id) if one.pk != claim.pk and (
        claim.state == "verified" or (one.approved_at, one.number) < (claim.approved_at, claim.number))]
    full = _walk([*waiting, claim], strict=strict)[claim.pk]
    if not full:
        _approve(actor, at, claim, said_yes)
    elif claim.state == "verified":
        why = "ceiling_reached" if "ceiling" in full else "cap_reached"
        move_claims(actor, at, [claim], to="queued", verb="claim.queue", reason=why, full=sorted(full),
                    changes={**said_yes, "reason": why})
    return views([claim_id])[0]


def approve_queued(*, actor: Actor, at: datetime, programme_id: UUID) -> list[UUID]:
    """Walk the queue in the order of approval and let through every claim there is room for; returns their ids."""
    strict = _queue_up(programme_id)
    waiting = _queue(programme_id)
    full = _walk(waiting, strict=strict)
    through = [claim for claim in waiting if not full[claim.pk]]
    for claim in through:
        _approve(actor, at, claim, {})
    return [claim.pk for claim in through]


def reject_claim(*, actor: Actor, at: datetime, claim_id: UUID, reason: str, version: int | None = None) -> ClaimView:
    """A no, with its reason, final unless an appeal is granted: what was accrued, and counted against the cap, is taken back.

    Errors: NotFound, StaleVersion, WrongState.
    """
    claim = take_claim(actor, claim_id, action="reject", version=version)
    ledger.reject([claim_id], at=at)
    allot([Allot(of="cap", amount=-claim.amount_tiyn, why="rejected", object_id=claim_id, contract_id=claim.contract_id)],
          at=at)
    move_claims(actor, at, [claim], to="rejected", verb="claim.reject", reason=reason,
                changes={"reason": reason, "refused_by": actor.user_id})
    return views([claim_id])[0]


def _queue_up(programme_id: UUID) -> bool:
    """Approvals of one programme go one after another; the row is locked before any claim's, always in this order.

    Whether its queue is strict.
    """
    return not Programme.objects.locked(pk=programme_id).get().fitting_first


def _queue(programme_id: UUID) -> list[Claim]:
    waiting = Claim.objects.locked(programme_id=programme_id, state="queued").select_related("contract")
    return sorted(waiting, key=lambda one: (one.approved_at, one.number))


def _walk(claims: Sequence[Claim], *, strict: bool) -> dict[UUID, set[str]]:
    """For each claim in this order, the limits (their keys) that have no room for it once those before it are through.

    `strict`: a limit that an earlier claim waits for is full for every later one. Read after the programme is locked.
    """
    needs: dict[UUID, list[Any]] = defaultdict(list)
    for one in room([claim.pk for claim in claims]):
        needs[one.claim_id].append(one)
    taken: dict[str, int] = defaultdict(int)
    waited_for: set[str] = set()
    full: dict[UUID, set[str]] = {}
    for claim in claims:
        full[claim.pk] = {one.key for one in needs[claim.pk] if one.key in waited_for
                          or one.committed_tiyn + taken[one.key] + one.needed_tiyn > one.limit_tiyn}
        if full[claim.pk]:
            waited_for |= full[claim.pk] if strict else set()
        else:
            for one in needs[claim.pk]:
                taken[one.key] += one.needed_tiyn
    return full


def _approve(actor: Actor, at: datetime, claim: Claim, said_yes: Mapping[str, object]) -> None:
    ledger.approve([claim.pk], at=at)
    move_claims(actor, at, [claim], to="approved", verb="claim.approve", changes={**said_yes, "reason": ""})
