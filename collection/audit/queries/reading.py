"""Lines, row history and anchors, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from collection.kernel.db import rows

from ..models import AuditAnchor


@dataclass(frozen=True, slots=True)
class LineRow:
    """One verb done to one object. `seq` counts the object's lines from 1; hashes in hexadecimal."""

    id: int
    at: datetime
    recorded_at: datetime
    actor_id: UUID | None
    actor_role: str
    organisation_id: UUID | None
    verb: str
    object_type: str
    object_id: UUID
    before: Any
    after: Any
    request_id: str
    seq: int
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row before and after; who did it as the audit line of the same transaction says (None: no verb did it)."""

    id: int
    object_type: str
    object_id: UUID
    table: str
    change: str
    before: Any
    after: Any
    at: datetime
    recorded_at: datetime
    database_user: str
    line: int | None
    verb: str | None
    actor_id: UUID | None
    actor_role: str | None
    request_id: str | None


@dataclass(frozen=True, slots=True)
class AnchorRow:
    """An anchor as it is published: `root` in hexadecimal."""

    number: int
    day: date
    made_at: datetime
    chains: int
    lines: int
    root: str

    def __str__(self) -> str:
        return f"Anchor {self.number} of {self.day}: {self.lines:,} lines of {self.chains:,} objects, root {self.root}"

    @classmethod
    def of(cls, anchor: AuditAnchor) -> AnchorRow:
        return cls(anchor.number, anchor.day, anchor.made_at, anchor.chains, anchor.lines, bytes(anchor.root).hex())


def lines(*, object_type: str | None = None, object_id: UUID | None = None, verb: str | None = None,
          since: datetime | None = None, after: int | None = None, limit: int) -> list[LineRow]:
    """Lines newest first, from the one before the id `after` on; `since` is of the house clock."""
    conditions = {
        "line.id < %s": after, "line.object_type = %s": object_type, "line.verb = %s": verb, "line.at >= %s": since,
        # The heads know which kinds of object have the id, and the lines are found by kind and id.
        "(line.object_type, line.object_id) IN (SELECT object_type, object_id FROM audit_chainhead WHERE object_id = %s)":
            object_id,
    }
    return [LineRow(**row) for row in _newest(
        """
        SELECT id, at, recorded_at, actor_id, actor_role, organisation_id, verb, object_type, object_id, before, after,
               request_id, seq, encode(prev_hash, 'hex') AS prev_hash, encode(hash, 'hex') AS hash
        FROM audit_auditline line
        """, "line.id", conditions, limit)]


def row_history(*, object_type: str | None = None, object_id: UUID | None = None, after: int | None = None,
                limit: int) -> list[RowChange]:
    """Changes of rows newest first, from the one before the id `after` on."""
    conditions = {"row.id < %s": after, "row.object_type = %s": object_type, "row.object_id = %s": object_id}
    return [RowChange(**found) for found in _newest(
        """
        SELECT row.id, row.object_type, row.object_id, row."table", row.change, row.before, row.after, row.at,
               row.recorded_at, row.database_user, row.line, line.verb, line.actor_id, line.actor_role, line.request_id
        FROM audit_rowhistory row LEFT JOIN audit_auditline line ON line.id = row.line
        """, "row.id", conditions, limit)]


def anchors(*, after: int | None = None, limit: int) -> list[AnchorRow]:
    """Anchors newest first, from the one before the number `after` on."""
    found = AuditAnchor.objects.order_by("-number")
    return [AnchorRow.of(one) for one in (found if after is None else found.filter(number__lt=after))[:limit]]


def anchors_by_number() -> dict[int, AnchorRow]:
    """All of them: one a day."""
    return {one.number: AnchorRow.of(one) for one in AuditAnchor.objects.order_by("number")}


def exported(*, heads: bool = False) -> Iterator[dict[str, Any]]:
    """All anchors as plain values, oldest first: what is kept elsewhere.

    With `heads` each says how far its chains reached, so that a copy names the line that was rewritten, not only the day.
    """
    for one in anchors_by_number().values():
        yield asdict(one) | ({"heads": [list(row.values()) for row in rows(
            "SELECT object_type, object_id, seq, encode(hash, 'hex') AS hash FROM audit_anchoredhead WHERE anchor = %s "
            "ORDER BY 2, 1", [one.number])]} if heads else {})


def _newest(select: str, key: str, conditions: dict[str, Any], limit: int) -> list[dict[str, Any]]:
    asked = {condition: value for condition, value in conditions.items() if value is not None}
    where = " WHERE " + " AND ".join(asked) if asked else ""
    found = rows(f"{select}{where} ORDER BY {key} DESC LIMIT %s", [*asked.values(), limit])
    return [row | {name: row[name] and orjson.loads(row[name]) for name in ("before", "after")} for row in found]
