"""Inspections by lot, as the operator's officers see them; and whether the lot, drawn again, falls as it fell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from collection.kernel.refusals import NotFound

from ..models import Inspection, InspectionDraw
from ..rules.sampling import drawn


@dataclass(frozen=True, slots=True)
class DrawView:
    """`reproduced`: drawn again from the kept loads with the kept seed, the lot falls on exactly the kept inspections."""

    id: UUID
    programme: str
    month: date
    seed: str
    loads: int
    marked: int
    drawn: int
    reproduced: bool
    drawn_by: UUID | None
    drawn_at: datetime


@dataclass(frozen=True, slots=True)
class ResultView:
    look: int
    outcome: str
    found_g: int | None
    note: str
    inspected_at: datetime
    recorded_at: datetime
    recorded_by: UUID | None
    photos: tuple[tuple[UUID, str], ...]  # (upload, SHA-256 of its original bytes)


@dataclass(frozen=True, slots=True)
class InspectionView:
    """`version`: one more than the looks there were."""

    id: UUID
    draw_id: UUID
    consignment_id: UUID
    number: int
    flags: tuple[str, ...]
    results: tuple[ResultView, ...]
    version: int


def draws(programme: str) -> list[DrawView]:
    """A programme's lotteries, the newest month first. For officers only."""
    return _draws(InspectionDraw.objects.filter(programme__code=programme))


def draw(draw_id: UUID) -> DrawView:
    found = draw_views([draw_id])
    if not found:
        raise NotFound
    return found[0]


def draw_views(ids: Sequence[UUID]) -> list[DrawView]:
    return _draws(InspectionDraw.objects.filter(pk__in=ids))


def _draws(found: QuerySet[InspectionDraw]) -> list[DrawView]:
    made = []
    for one in found.select_related("programme").prefetch_related("inspections").order_by("-month"):
        marked = set(one.marked)
        again = {pk for pk in one.loads if drawn(one.seed, one.month, pk, ("marked",) if pk in marked else ())}
        kept = {lot.consignment_id for lot in one.inspections.all()}
        made.append(DrawView(one.pk, one.programme.code, one.month, one.seed, len(one.loads), len(marked), len(kept),
                             again == kept, one.drawn_by, one.drawn_at))
    return made


def inspections(*, draw_id: UUID | None = None, waiting: bool | None = None, after: UUID | None = None,
                limit: int | None = None) -> list[InspectionView]:
    """Newest first, below the id `after`; `waiting`: nobody has looked yet. For officers only."""
    found = Inspection.objects.order_by("-pk")
    if draw_id is not None:
        found = found.filter(draw_id=draw_id)
    if waiting is not None:
        found = found.filter(results__isnull=waiting).distinct()
    if after is not None:
        found = found.filter(pk__lt=after)
    return inspection_views(list(found.values_list("pk", flat=True)[:limit]))


def inspection(inspection_id: UUID) -> InspectionView:
    found = inspection_views([inspection_id])
    if not found:
        raise NotFound
    return found[0]


def inspection_views(ids: Sequence[UUID]) -> list[InspectionView]:
    """Newest first."""
    return [
        InspectionView(
            one.pk, one.draw_id, one.consignment_id, one.consignment.number, tuple(one.flags),
            looks := tuple(ResultView(
                look.look, look.outcome, look.found_g, look.note, look.inspected_at, look.recorded_at, look.recorded_by,
                tuple((photo.upload_id, photo.sha256) for photo in look.photos.all()))
                for look in sorted(one.results.all(), key=lambda look: look.look)), len(looks) + 1)
        for one in Inspection.objects.filter(pk__in=ids).select_related("consignment").prefetch_related(
            "results__photos").order_by("-pk")
    ]
