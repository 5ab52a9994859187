"""What changed for whom since when: the ground under `GET /sync`.

Triggers write a line for each party of a row that changed, whoever writes the row. A reader follows by transaction horizon:
everything before the oldest transaction still running when the first page was read (`pg_snapshot_xmin`) has been told, and
whatever commits later is in a transaction at or after it. So no late commit is missed; some changes are told twice.
Source: invariant I13.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.migrations import RunSQL

from .db import execute, rows

#: The audience of those who see everything.
STAFF = UUID(int=0)

FOLLOW = """
CREATE FUNCTION kernel_follow(kind text, object_id uuid, audience uuid[], gone boolean DEFAULT false) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO kernel_change (audience, xid, kind, object_id, gone, at)
    SELECT one, pg_current_xact_id(), $1, $2, $4, clock_timestamp() FROM (
        SELECT DISTINCT unnest(audience || '00000000-0000-0000-0000-000000000000'::uuid)) parties (one) WHERE one IS NOT NULL
    ON CONFLICT (audience, xid, kind, object_id) DO UPDATE SET gone = true WHERE excluded.gone
$$;

CREATE FUNCTION kernel_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    became jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
BEGIN
    PERFORM kernel_follow(TG_ARGV[0], (coalesce(became, was) ->> 'id')::uuid, ARRAY(
        SELECT (version ->> party)::uuid FROM unnest(TG_ARGV[1:]) party, unnest(ARRAY[was, became]) version), TG_OP = 'DELETE');
    RETURN NULL;
END $$;
"""


@dataclass(frozen=True, slots=True)
class Changed:
    kind: str
    object_id: UUID
    gone: bool  # deleted
    position: tuple[int, str, UUID]  # transaction, kind, id: what a page goes on after


def follow(table: str, kind: str, *parties: str) -> RunSQL:
    """A migration operation: every change of a row is told to the ids in its columns `parties`, as they were and became."""
    columns = "".join(f", '{party}'" for party in parties)
    return RunSQL(
        f"CREATE TRIGGER kernel_changed AFTER INSERT OR UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION kernel_changed('{kind}'{columns})",
        f"DROP TRIGGER kernel_changed ON {table}",
    )


def horizon() -> int:
    """The oldest transaction still running: everything before it is over and visible from now on."""
    return int(rows("SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin")[0]["xmin"])


def kept() -> tuple[int, int]:
    """From which transaction on changes are kept, and the next one there will be."""
    row = rows("SELECT coalesce((SELECT before FROM kernel_forgotten LIMIT 1), 0) AS oldest, "
               "pg_snapshot_xmax(pg_current_snapshot())::text AS newest")[0]
    return row["oldest"], int(row["newest"])


def changes(organisation_id: UUID | None, user_id: UUID | None, *, kinds: tuple[str, ...], since: int,
            after: tuple[int, str, UUID] | None = None, limit: int = 50) -> tuple[list[Changed], int]:
    """The next `limit` changes since a horizon, after a position, and the horizon of this very reading.

    Those told to the organisation (of `kinds`) and to the person (of any).
    """
    found = rows(
        """
        SELECT horizon.xmin::text AS xmin, change.xid::text AS xid, change.kind, change.object_id, change.gone
        FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xmin) horizon LEFT JOIN LATERAL (
            SELECT xid, kind, object_id, bool_or(gone) AS gone FROM kernel_change
            WHERE xid >= %(since)s::text::xid8
              AND (audience = %(organisation)s AND kind = ANY (%(kinds)s) OR audience = %(user)s)
              AND (xid, kind, object_id) > (%(xid)s::text::xid8, %(kind)s, %(id)s::uuid)
            GROUP BY xid, kind, object_id ORDER BY xid, kind, object_id LIMIT %(limit)s) change ON true
        """,
        {"since": str(since), "organisation": organisation_id, "user": user_id, "kinds": list(kinds), "limit": limit,
         "xid": str(after[0] if after else since), "kind": after[1] if after else "", "id": after[2] if after else STAFF})
    told = [Changed(row["kind"], row["object_id"], row["gone"], (int(row["xid"]), row["kind"], row["object_id"]))
            for row in found if row["kind"]]
    return told, int(found[0]["xmin"])


def forget(*, before: datetime) -> int:
    """Drop changes older than a moment; who has not asked since must list everything anew. Returns how many.

    Nothing of a transaction at or after the oldest that still runs: whoever begins a list now follows from there.
    """
    dropped = rows("SELECT max(xid::text::bigint) AS last FROM kernel_change WHERE at < %s "
                   "AND xid < pg_snapshot_xmin(pg_current_snapshot())", [before])[0]["last"]
    if dropped is None:
        return 0
    params: dict[str, Any] = {"last": dropped}
    execute("INSERT INTO kernel_forgotten (id, before) VALUES (1, %(last)s + 1) "
            "ON CONFLICT (id) DO UPDATE SET before = excluded.before", params)
    return execute("DELETE FROM kernel_change WHERE xid <= %(last)s::text::xid8", params)
