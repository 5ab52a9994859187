"""Appeals, as their parties and the operator's staff see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from collection.kernel.actor import Actor
from collection.kernel.refusals import NotFound

from ..models import Appeal


@dataclass(frozen=True, slots=True)
class AppealView:
    id: UUID
    claim_id: UUID
    claim_number: int
    of_state: str
    state: str
    words: str
    filed_by: UUID | None
    filed_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    answer: str
    version: int


def appeals(actor: Actor, *, claim_id: UUID | None = None, state: str | None = None, after: UUID | None = None,
            limit: int | None = None) -> list[AppealView]:
    """One's own contracts' appeals (all of them for staff), newest first, below the id `after`."""
    asked = {"claim_id": claim_id, "state": state, "pk__lt": after}
    found = Appeal.objects.visible_to(actor).filter(**{name: value for name, value in asked.items() if value})
    return [_view(one) for one in found.select_related("claim").order_by("-pk")[:limit]]


def appeal(actor: Actor, appeal_id: UUID) -> AppealView:
    found = Appeal.objects.visible_to(actor).filter(pk=appeal_id).select_related("claim").first()
    if found is None:
        raise NotFound
    return _view(found)


def appeal_views(ids: Sequence[UUID]) -> list[AppealView]:
    """With no question of who asks."""
    return [_view(one) for one in Appeal.objects.filter(pk__in=ids).select_related("claim").order_by("pk")]


def _view(one: Appeal) -> AppealView:
    return AppealView(one.pk, one.claim_id, one.claim.number, one.of_state, one.state, one.words, one.filed_by, one.filed_at,
                      one.decided_by, one.decided_at, one.answer, one.version)
