"""Photos: announced, put, kept. The verbs that submit and cancel a pickup touch dispatch, and live there."""

from __future__ import annotations

import errno
import os
from datetime import datetime
from tempfile import NamedTemporaryFile
from typing import Any
from uuid import UUID

from collection.audit import steps as audit
from collection.kernel.actor import Actor
from collection.kernel.ids import uuid7
from collection.kernel.refusals import Kind, NotFound, Refusal
from collection.kernel.words import Words

from .models import Upload
from .photos import MAX_BYTES, PICTURE_TYPES, PhotoRefused, Picture, examine, refuse_other_bytes
from .queries import Photo, kept_photo, photo_of

__all__ = [
    "MAX_BYTES", "PICTURE_TYPES", "PhotoRefused", "Picture", "StorageFull", "announce_photo", "check_photo", "keep",
    "store_photo",
]


class StorageFull(Refusal):
    code = "storage_full"
    kind = Kind.BUSY
    words = Words("Сақтау орны жоқ", "Нет места для хранения", "There is no room to store this now")


def announce_photo(*, actor: Actor, at: datetime, content_type: str, size: int, sha256: str) -> Photo:
    """Say which bytes will come: their type, number and SHA-256 (hex). A pickup may name the photo from now on."""
    if actor.organisation_id is None:
        raise NotFound
    row = Upload.objects.create(
        id=uuid7(at), organisation_id=actor.organisation_id, content_type=content_type, size=size, sha256=sha256,
        created_at=at,
    )
    audit.record(actor=actor, at=at, verb="photo.create", object_type="photo", object_id=row.id,
                 after={"content_type": content_type, "size": size, "sha256": sha256})
    return photo_of(row)


def check_photo(*, upload_id: UUID, data: bytes) -> Picture | None:
    """The picture to keep, None when these very bytes are kept already. Slow, and outside any transaction.

    Errors: NotFound; PhotoRefused for other bytes than announced, and for what is no picture (`photos.examine`).
    """
    row = Upload.objects.filter(pk=upload_id).first()
    if row is None:
        raise NotFound
    refuse_other_bytes(data, size=row.size, sha256=row.sha256)
    return examine(data, content_type=row.content_type) if row.state == "announced" else None


def keep(upload_id: UUID, picture: Picture) -> None:
    """Write the file: whole or not at all. Before the row says so: a row without bytes would be a lie, and bytes
    without a row are only litter, replaced by the next try."""
    path = kept_photo(upload_id)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            try:
                file.write(picture.jpeg)
                file.flush()
                os.fsync(file.fileno())
                os.replace(file.name, path)
            except BaseException:
                os.unlink(file.name)
                raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull from error
        raise


def store_photo(*, actor: Actor, at: datetime, upload_id: UUID, picture: Picture | None) -> Photo:
    """announced -> stored, once, after `keep`; a repeat answers the same. The declared type and hash stay: evidence."""
    stored = picture is not None and Upload.objects.filter(pk=upload_id, state="announced").update(
        state="stored", stored_at=at, position=picture.position, **_look(picture))
    row = Upload.objects.get(pk=upload_id)
    if stored:
        audit.record(actor=actor, at=at, verb="photo.store", object_type="photo", object_id=upload_id,
                     before={"state": "announced"}, after={"state": "stored", "sha256": row.sha256})
    return photo_of(row)


def _look(picture: Picture) -> dict[str, Any]:
    if picture.look is None:
        return {}
    return {"look_rows": picture.look.rows, "look_columns": picture.look.columns, "look_bands": picture.look.bands}
