"""What nobody needs any more is forgotten: personal data is not kept for its own sake."""

from __future__ import annotations

from datetime import datetime

from collection.kernel.db import execute

from ..states import CODES_KEPT, SESSIONS_KEPT

AT_ONCE = 10_000  # rows of one transaction; the next hour takes the rest


def tidy(*, at: datetime) -> int:
    """Forget old codes and sessions long over; how many rows went. The audit lines, which name no number, stay."""
    return execute(
        "DELETE FROM accounts_logincode WHERE id IN (SELECT id FROM accounts_logincode WHERE sent_at < %s LIMIT %s)",
        [at - CODES_KEPT, AT_ONCE],
    ) + execute(
        "DELETE FROM accounts_session WHERE id IN (SELECT id FROM accounts_session "
        "WHERE least(revoked_at, expires_at) < %s LIMIT %s)",
        [at - SESSIONS_KEPT, AT_ONCE],
    )
