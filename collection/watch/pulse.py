"""How the house is: what waits, for how long, what is stuck, and how much money with it. A few statements on indexes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from collection.kernel.db import rows

#: After so many days a step of the money's way counts as stuck: accrued and not claimed, filed and not verified, verified
#: and not approved, approved and not sent, sent and not answered. Our assumption; the alarm is the operator's to tune.
STUCK_DAYS = {"unclaimed": 45, "submitted": 7, "verified": 5, "queued": 30, "approved": 5, "registered": 5}

_OPEN = "state IN ('waiting', 'leased', 'claimed')"
_OUTBOX = f"""
SELECT channel, count(*) AS open, count(*) FILTER (WHERE due) AS due,
       coalesce(max(extract(epoch FROM house_clock() - greatest(not_before, leased_until))) FILTER (WHERE due), 0) AS oldest_s
FROM (SELECT *, greatest(not_before, leased_until) <= (SELECT house_clock()) AS due
      FROM notifications_outboxrow WHERE {_OPEN}) AS row
GROUP BY channel
"""
_DEAD = """
SELECT channel, count(*) AS n FROM notifications_outboxrow
WHERE state = 'dead' AND done_at > (SELECT house_clock()) - interval '1 day' GROUP BY channel
"""
_OFFERS = """
SELECT state, count(*) AS n FROM dispatch_offer WHERE offered_at > (SELECT house_clock()) - interval '1 day' GROUP BY state
"""
_STUCK = """
SELECT 'offer' AS what, count(*) AS n FROM dispatch_offer
    WHERE state = 'open' AND expires_at < (SELECT house_clock()) - interval '2 minutes'
UNION ALL SELECT 'pickup', count(*) FROM pickups_pickup
    WHERE state IN ('submitted', 'offered', 'unserved') AND window_to < (SELECT house_clock()) - interval '1 day'
UNION ALL SELECT 'job', count(*) FROM dispatch_job job JOIN pickups_pickup p ON p.id = job.pickup_id
    WHERE job.state IN ('assigned', 'en_route', 'arrived') AND p.window_to < (SELECT house_clock()) - interval '1 day'
UNION ALL SELECT 'load', count(*) FROM custody_consignment
    WHERE state IN ('loaded', 'weighed', 'delivered') AND recorded_at < (SELECT house_clock()) - interval '3 days'
UNION ALL SELECT 'proposal', count(*) FROM custody_proposal
    WHERE state = 'open' AND recorded_at < (SELECT house_clock()) - interval '14 days'
"""
_MONEY = """
SELECT 'unclaimed' AS step, coalesce(sum(line.amount_tiyn), 0)::bigint AS tiyn, count(*) AS n,
       min(line.accrued_at) AS since
FROM payouts_accrualline line WHERE line.claim_id IS NULL AND NOT EXISTS (
    SELECT FROM payouts_hold hold WHERE hold.line_id = line.id AND hold.lifted_at IS NULL)
  AND line.accrued_at < (SELECT house_clock()) - make_interval(days => %(unclaimed)s)
UNION ALL
SELECT claim.state, sum(claim.amount_tiyn)::bigint, count(*), min(step.at)
FROM payouts_claim claim CROSS JOIN LATERAL (
    SELECT max(at) AS at FROM audit_statechange WHERE object_id = claim.id) AS step
WHERE claim.state = ANY (ARRAY['submitted', 'verified', 'queued', 'approved', 'registered'])
  AND step.at < (SELECT house_clock()) - CASE claim.state
      WHEN 'submitted' THEN make_interval(days => %(submitted)s) WHEN 'verified' THEN make_interval(days => %(verified)s)
      WHEN 'queued' THEN make_interval(days => %(queued)s) WHEN 'approved' THEN make_interval(days => %(approved)s)
      ELSE make_interval(days => %(registered)s) END
GROUP BY claim.state
"""
_HOLDS = """
SELECT hold.rule, count(*) AS n, sum(line.amount_tiyn)::bigint AS tiyn
FROM payouts_hold hold JOIN payouts_accrualline line ON line.id = hold.line_id WHERE hold.lifted_at IS NULL GROUP BY hold.rule
"""
_SERVER = """
SELECT count(*) FILTER (WHERE backend_type = 'client backend') AS connections,
       current_setting('max_connections')::int AS most,
       count(*) FILTER (WHERE wait_event_type = 'Lock') AS waiting_for_locks,
       coalesce(extract(epoch FROM max(clock_timestamp() - xact_start) FILTER (WHERE backend_type = 'client backend')), 0)
           AS oldest_transaction_s,
       extract(epoch FROM (SELECT house_clock()) - clock_timestamp()) AS clock_set_by_s
FROM pg_stat_activity
"""


@dataclass(frozen=True, slots=True)
class Queue:
    """A channel of the outbox: open rows, those due and not handed out, and for how many seconds the oldest of them."""

    open: int = 0
    due: int = 0
    oldest_s: float = 0.0
    dead_today: int = 0


@dataclass(frozen=True, slots=True)
class Money:
    """A step where claims or lines lie longer than they should (STUCK_DAYS): tiyn, and how many."""

    tiyn: int = 0
    n: int = 0


@dataclass(frozen=True, slots=True)
class Pulse:
    queues: dict[str, Queue]
    offers_today: dict[str, int]
    stuck: dict[str, int]
    stuck_money: dict[str, Money]
    holds: dict[str, Money]
    connections: int
    connections_most: int
    waiting_for_locks: int
    oldest_transaction_s: float
    rolled_s: float | None = field(default=None)  # since statistics were last rolled up; None: never

    @property
    def pipeline_age_s(self) -> float:
        """The oldest message that should have gone out and did not."""
        return max((queue.oldest_s for queue in self.queues.values()), default=0.0)


def pulse() -> Pulse:
    """One look at everything, some ten milliseconds on indexes; nothing is locked, nothing is written."""
    dead = {row["channel"]: row["n"] for row in rows(_DEAD)}
    open_rows = {row["channel"]: row for row in rows(_OUTBOX)}
    nothing: dict[str, Any] = {"open": 0, "due": 0, "oldest_s": 0.0}
    server = rows(_SERVER)[0]
    rolled = rows("SELECT extract(epoch FROM house_clock() - min(rolled_at)) AS s FROM stats_watermark")[0]["s"]
    stuck_money = {row["step"]: Money(row["tiyn"], row["n"]) for row in rows(_MONEY, STUCK_DAYS)}
    return Pulse(
        queues={channel: Queue(
            of["open"], of["due"], float(of["oldest_s"]), dead.get(channel, 0))
            for channel in ("push", "sms", "email", "work", "hook") for of in [open_rows.get(channel, nothing)]},
        offers_today={row["state"]: row["n"] for row in rows(_OFFERS)},
        stuck={row["what"]: row["n"] for row in rows(_STUCK)},
        stuck_money={step: stuck_money.get(step, Money()) for step in STUCK_DAYS},
        holds={row["rule"]: Money(row["tiyn"], row["n"]) for row in rows(_HOLDS)},
        connections=server["connections"], connections_most=server["most"], waiting_for_locks=server["waiting_for_locks"],
        oldest_transaction_s=float(server["oldest_transaction_s"]),
        rolled_s=None if rolled is None else float(rolled),
    )
