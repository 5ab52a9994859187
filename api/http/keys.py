"""How long a given reply is remembered."""

from __future__ import annotations

from datetime import datetime, timedelta

from collection.kernel.db import execute

KEPT = timedelta(days=30)  # a phone that was off for longer starts afresh
AT_ONCE = 10_000


def prune(*, at: datetime) -> int:
    """Forget replies older than KEPT; how many went (at most AT_ONCE, oldest first)."""
    return execute(
        "DELETE FROM api_idempotencykey WHERE (actor_id, route, key) IN (SELECT actor_id, route, key "
        "FROM api_idempotencykey WHERE created_at < %s ORDER BY created_at LIMIT %s)",
        [at - KEPT, AT_ONCE],
    )
