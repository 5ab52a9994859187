"""Which rows of older books were taken over."""

from __future__ import annotations

from uuid import UUID

from ..models import ImportedRow


def taken_rows(programme: str) -> dict[tuple[str, str], tuple[str, UUID | None]]:
    """(file, key) -> what it said, as a digest, and what it became."""
    return {(row.file, row.key): (row.digest, row.object_id)
            for row in ImportedRow.objects.filter(programme__code=programme).iterator()}
