"""Moving claims along: locked, checked against the lifecycle, written down and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from collection.accounts import queries as accounts
from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.refusals import NotFound, StaleVersion, WrongState
from notifications import outbox

from .. import notices
from ..models import Claim
from ..states import CLAIM_ACTIONS


def take_claim(actor: Actor, claim_id: UUID, *, action: str, version: int | None) -> Claim:
    """The claim, locked, if the actor may see it and `action` is allowed in its state. `version`: what the caller saw."""
    claim = Claim.objects.visible_to(actor).locked(pk=claim_id).first()
    if claim is None:
        raise NotFound
    if version is not None and claim.version != version:
        raise StaleVersion(version=claim.version)
    allowed = CLAIM_ACTIONS.get(claim.state, ())
    if action not in allowed:
        raise WrongState(state=claim.state, allowed_actions=list(allowed))
    return claim


def move_claims(actor: Actor, at: datetime, claims: Sequence[Claim], *, to: str, verb: str,
                changes: Mapping[str, Any] | None = None, event: str = "", **told: Any) -> None:
    """All of them to `to`, with an audit line each and a notice to the contractors' people; the caller holds the locks.

    `told` goes into the audit line. The lifecycle trigger has the last word.
    """
    Claim.objects.filter(pk__in=[claim.pk for claim in claims]).update(
        state=to, version=F("version") + 1, **changes or {})
    audit.record_many(actor=actor, at=at, lines=[
        audit.Line(verb, "claim", claim.pk, before={"state": claim.state}, after={
            "state": to, "amount_tiyn": claim.amount_tiyn, **told})
        for claim in claims
    ])
    people = accounts.recipients({claim.contract.organisation_id for claim in claims},
                                 ("collector_admin", "recycler_admin"))
    outbox.put([
        notice for claim in claims for notice in notices.claim_moved(
            event or to, claim.pk, claim.number, people[claim.contract.organisation_id])
    ], at=at)
