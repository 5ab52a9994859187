"""Proposed corrections, and who has said what to them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from collection.kernel.actor import Actor
from collection.kernel.refusals import NotFound

from ..models import Consent, Consignment, Proposal
from ..states import PROPOSAL_ACTIONS


@dataclass(frozen=True, slots=True)
class ConsentView:
    """What one party (states.PARTIES) said. `organisation_id` None: signed on paper."""

    party: str
    organisation_id: UUID | None
    agrees: bool
    reason: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ProposalView:
    """`waits_for`: the parties that have still to speak, while it is open."""

    id: UUID
    consignment_id: UUID
    number: int  # of the consignment
    was_g: int
    accepted_g: int
    reason: str
    state: str
    allowed_actions: tuple[str, ...]
    waits_for: tuple[str, ...]
    consents: tuple[ConsentView, ...]
    recorded_at: datetime
    decided_at: datetime | None


def proposal(actor: Actor, proposal_id: UUID) -> ProposalView:
    """A proposal for a load the actor's company collected or received; any, for staff. NotFound otherwise."""
    found = _views(Proposal.objects.visible_to(actor).filter(pk=proposal_id))
    if not found:
        raise NotFound
    return found[0]


def proposals(actor: Actor, *, state: str | None = None, after: UUID | None = None,
              limit: int | None = None) -> list[ProposalView]:
    """The actor's, newest first, before the id `after`."""
    asked: dict[str, Any] = {"state": state, "pk__lt": after}
    found = Proposal.objects.visible_to(actor).filter(**{name: value for name, value in asked.items() if value})
    return _views(found.order_by("-pk")[:limit])


def _views(found: Any) -> list[ProposalView]:
    listed = list(found.select_related("consignment"))
    consents: dict[UUID, list[ConsentView]] = defaultdict(list)
    for one in Consent.objects.filter(proposal__in=[one.pk for one in listed]).order_by("id"):
        consents[one.proposal_id].append(ConsentView(
            one.party, one.organisation_id, one.agrees, one.reason, one.recorded_at))
    return [
        ProposalView(
            one.pk, one.consignment_id, one.consignment.number, one.was_g, one.accepted_g, one.reason, one.state,
            PROPOSAL_ACTIONS.get(one.state, ()), _waits_for(one, consents[one.pk]), tuple(consents[one.pk]), one.recorded_at,
            one.decided_at)
        for one in listed
    ]


def _waits_for(one: Proposal, said: list[ConsentView]) -> tuple[str, ...]:
    if one.state != "open":
        return ()
    spoken = {each.party for each in said}
    return tuple(party for party in parties(one.consignment) if party not in spoken)


def parties(load: Consignment) -> tuple[str, ...]:
    """Who must consent to a correction: both parties, and the operator where the two are one company."""
    return ("collector", "recycler", *(("operator",) if load.collector_id == load.recycler_id else ()))
