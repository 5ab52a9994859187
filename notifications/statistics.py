"""How well messages arrive: by event, channel and day, out of the outbox itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from collection.kernel.db import rows


@dataclass(frozen=True, slots=True)
class Arrived:
    """Of one day (Almaty), event and channel. `sent`: the service took it. `delivered`: a phone said so (pushes only).

    `failed` by reason; `median_ms` and `p95_ms` from when it was due to when the service had it, tries and pauses included.
    """

    day: date
    event: str
    channel: str
    put: int
    sent: int
    delivered: int
    expired: int
    under_way: int
    failed: dict[str, int]
    median_ms: int | None
    p95_ms: int | None


def by_day(since: date, until: date) -> list[Arrived]:
    """Both days included, newest first."""
    found = rows(
        """
        WITH told AS (
            SELECT (row.created_at AT TIME ZONE 'Asia/Almaty')::date AS day, notice.event, row.channel, row.state,
                   notice.delivered_at, extract(epoch FROM row.done_at - coalesce(row.held_until, row.created_at)) * 1000 AS ms,
                   substring(row.last_error FROM '^[^:]+(?:: [A-Z_]+\\M)?') AS reason
            FROM notifications_outboxrow row JOIN notifications_notice notice ON notice.id = row.notice_id
            WHERE row.notice_id IS NOT NULL AND row.created_at >= %(since)s::date::timestamp AT TIME ZONE 'Asia/Almaty'
              AND row.created_at < (%(until)s::date + 1)::timestamp AT TIME ZONE 'Asia/Almaty'
        ), dead AS (
            SELECT day, event, channel, jsonb_object_agg(reason, n) AS failed FROM (
                SELECT day, event, channel, reason, count(*) AS n FROM told WHERE state = 'dead' GROUP BY 1, 2, 3, 4) one
            GROUP BY 1, 2, 3
        )
        SELECT day, event, channel, count(*) AS put, count(*) FILTER (WHERE state = 'done') AS sent,
               count(*) FILTER (WHERE state = 'done' AND channel = 'push' AND delivered_at IS NOT NULL) AS delivered,
               count(*) FILTER (WHERE state = 'expired') AS expired,
               count(*) FILTER (WHERE state IN ('waiting', 'leased', 'claimed')) AS under_way,
               coalesce(failed, '{}')::text AS failed,
               percentile_disc(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE state = 'done')::int AS median_ms,
               percentile_disc(0.95) WITHIN GROUP (ORDER BY ms) FILTER (WHERE state = 'done')::int AS p95_ms
        FROM told LEFT JOIN dead USING (day, event, channel)
        GROUP BY day, event, channel, failed ORDER BY day DESC, event, channel
        """,
        {"since": since, "until": until})
    return [Arrived(**row | {"failed": json.loads(row["failed"])}) for row in found]
