"""Moving a pickup along: conditional UPDATEs, so that of two racing verbs one touches no row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F

from .models import Pickup, Upload


def fulfil(pickup_ids: Sequence[UUID], *, at: datetime) -> int:
    """accepted -> fulfilled; returns how many moved (fewer than asked: somebody else ended one first)."""
    return Pickup.objects.filter(pk__in=pickup_ids, state="accepted").update(
        state="fulfilled", closed_at=at, version=F("version") + 1
    )


def end(pickup_id: UUID, *, state: str, reason: str, at: datetime, allowed_from: Sequence[str]) -> bool:
    """Cancelled, failed or expired, if the pickup is still in one of `allowed_from`."""
    return bool(
        Pickup.objects.filter(pk=pickup_id, state__in=allowed_from).update(
            state=state, reason=reason, closed_at=at, version=F("version") + 1
        )
    )


def reopen(pickup_id: UUID) -> bool:
    """accepted -> submitted: the collector gave it back, and dispatch looks again."""
    return bool(
        Pickup.objects.filter(pk=pickup_id, state="accepted").update(
            state="submitted", collector=None, collector_contract=None, recycler=None, recycler_contract=None,
            facility=None, driver_id=None, vehicle=None, accepted_at=None, handover_code="", version=F("version") + 1,
        )
    )


def touch(pickup_id: UUID) -> None:
    """Something that is shown with the pickup has changed (its job moved): whoever polls must see a new version."""
    Pickup.objects.filter(pk=pickup_id).update(version=F("version") + 1)


def attach(photo_ids: Sequence[UUID], *, pickup_id: UUID, organisation_id: UUID) -> bool:
    """Photos may still be on their way; they only have to be announced by the same organisation and be free.

    False when one of them is not: then none may be kept, and the caller refuses.
    """
    taken = Upload.objects.filter(pk__in=photo_ids, organisation_id=organisation_id, pickup=None).update(
        pickup_id=pickup_id)
    return taken == len(set(photo_ids))
