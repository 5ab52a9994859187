"""Reads of what is this room's alone: photos. Which pickups a person may see, dispatch knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from collection.accounts.rights import STAFF_ROLES
from collection.kernel.actor import Actor
from collection.kernel.refusals import NotFound

from .models import Upload


@dataclass(frozen=True, slots=True)
class Photo:
    """An upload. `sha256` and `size` are of the original bytes, `position` is the camera's reading, if any."""

    id: UUID
    organisation_id: UUID
    pickup_id: UUID | None
    content_type: str
    size: int
    sha256: str
    state: str  # announced | stored
    position: dict[str, float]
    created_at: datetime
    stored_at: datetime | None


def photo(actor: Actor, upload_id: UUID) -> Photo:
    """One of one's own organisation's photos, or any for the operator's staff; NotFound otherwise."""
    row = Upload.objects.filter(pk=upload_id).first()
    if row is None or not (actor.is_house or actor.role in STAFF_ROLES or row.organisation_id == actor.organisation_id):
        raise NotFound
    return photo_of(row)


def photo_of(row: Upload) -> Photo:
    return Photo(row.id, row.organisation_id, row.pickup_id, row.content_type, row.size, row.sha256, row.state,
                 row.position, row.created_at, row.stored_at)


def kept_photo(upload_id: UUID) -> Path:
    """Where the picture of this upload is, or will be: by its id, in 256 folders."""
    return Path(settings.UPLOAD_ROOT) / upload_id.hex[-2:] / f"{upload_id}.jpg"
