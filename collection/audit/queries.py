"""Reading the record, and checking that nobody has touched it."""

from __future__ import annotations

from collection.kernel.db import rows


def broken_lines(limit: int = 100) -> list[int]:
    """Ids of lines whose own words or whose link to the line before do not match their hash, lowest first.

    Sees a changed, swapped or removed line; the last lines of a chain cut off leave no trace in it, which is what the
    published chain heads are for.
    """
    return [row["id"] for row in rows(
        """
        SELECT line.id FROM audit_auditline line
        LEFT JOIN audit_auditline before ON before.object_type = line.object_type
            AND before.object_id = line.object_id AND before.seq = line.seq - 1
        WHERE line.hash IS DISTINCT FROM audit_hash(line) OR line.prev_hash IS DISTINCT FROM coalesce(before.hash, '')
            OR (line.seq > 1 AND before.id IS NULL)
        ORDER BY line.id LIMIT %s
        """,
        [limit],
    )]
