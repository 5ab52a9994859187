"""Writing the line, and anchoring what is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from collection.kernel.actor import Actor
from collection.kernel.db import execute, rows


@dataclass(frozen=True, slots=True)
class Line:
    """What happened to one object: its state before and after, plain JSON values only."""

    verb: str
    object_type: str
    object_id: UUID
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


def record(*, actor: Actor, at: datetime, verb: str, object_type: str, object_id: UUID,
           before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None) -> None:
    """Append one line in the caller's transaction."""
    record_many(actor=actor, at=at, lines=[Line(verb, object_type, object_id, before or {}, after or {})])


def record_many(*, actor: Actor, at: datetime, lines: Iterable[Line]) -> None:
    """Append one line per object with one statement (by object, so that two bulk writers never deadlock on chains)."""
    values = sorted(lines, key=lambda line: line.object_id)
    if not values:
        return
    execute(
        """
        INSERT INTO audit_auditline (at, recorded_at, actor_id, actor_role, organisation_id, request_id,
                                     verb, object_type, object_id, before, after)
        SELECT %s, clock_timestamp(), %s, %s, %s, %s, line.*
        FROM unnest(%s::text[], %s::text[], %s::uuid[], %s::jsonb[], %s::jsonb[])
             AS line (verb, object_type, object_id, before, after)
        """,
        [
            at, actor.user_id, actor.role, actor.organisation_id, actor.request_id,
            [line.verb for line in values], [line.object_type for line in values], [line.object_id for line in values],
            [orjson.dumps(line.before, default=str).decode() for line in values],
            [orjson.dumps(line.after, default=str).decode() for line in values],
        ],
        keep_plan=True,
    )


def make_anchor(*, at: datetime, day: date) -> dict[str, Any]:
    """Anchor every chain that has grown since the anchor before; the anchor's row, its `root` as bytes."""
    return rows("SELECT number, day, made_at, chains, lines, root FROM audit_make_anchor(%s, %s)", [at, day])[0]
