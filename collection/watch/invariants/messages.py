"""I9, I10, I11: what was promised is under way, every message ends, and nothing hangs between two states."""

from __future__ import annotations

from .check import Invariant, every, sql

#: How long after its time something may still be on its way: the reliability design's time to recover.
LATE = "interval '120 seconds'"
_OPEN = "state IN ('waiting', 'leased', 'claimed')"

MESSAGES = (
    Invariant("I9", "What happened is told on", (
        sql("whoever waits has somebody who will look again",
            every("pickups_pickup", "state IN ('submitted', 'offered', 'unserved')"), """
            SELECT p.id FROM pickups_pickup p WHERE p.state IN ('submitted', 'offered', 'unserved') AND NOT EXISTS (
                SELECT FROM notifications_outboxrow w WHERE w.object_id = p.id AND w.task = 'dispatch.advance'
                AND w.state IN ('waiting', 'leased', 'claimed'))"""),
        sql("a sealed fact that nobody has priced yet has a row that asks for it",
            every("custody_fact", "measure IN ('received', 'recycled')"), """
            SELECT fact.id::text AS id FROM custody_fact fact WHERE measure IN ('received', 'recycled')
            AND NOT EXISTS (SELECT FROM payouts_rated WHERE fact_id = fact.id)
            AND NOT EXISTS (SELECT FROM notifications_outboxrow w WHERE w.object_id = fact.programme_id
                            AND w.state IN ('waiting', 'leased', 'claimed'))"""),
        sql("no row of the outbox is overdue",
            every("notifications_outboxrow", _OPEN), f"""
            SELECT id::text FROM notifications_outboxrow WHERE {_OPEN}
            AND greatest(not_before, leased_until) < house_clock() - {LATE}"""),
        sql("a row that is dead says why",
            every("notifications_outboxrow", "state = 'dead'"),
            "SELECT id::text FROM notifications_outboxrow WHERE state = 'dead' AND last_error = ''"),
    )),
    Invariant("I10", "A notice reaches every telephone once, or it is recorded that it could not", (
        sql("a notice has at most one push for each telephone",
            every("notifications_outboxrow", "channel = 'push'"), """
            SELECT min(notice_id::text) AS id FROM notifications_outboxrow WHERE channel = 'push'
            GROUP BY notice_id, installation_id HAVING count(*) > 1"""),
        sql("a push that ended has been handed over, or says why not",
            every("notifications_outboxrow", "channel = 'push' AND NOT (" + _OPEN + ")"), """
            SELECT id::text FROM notifications_outboxrow WHERE channel = 'push' AND (
                (state = 'done' AND attempts = 0) OR (state = 'dead' AND last_error = ''))"""),
    )),
    Invariant("I11", "Nothing hangs", (
        sql("an offer that has lapsed is closed",
            every("dispatch_offer", "state = 'open'"),
            f"SELECT id FROM dispatch_offer WHERE state = 'open' AND expires_at < house_clock() - {LATE}"),
        sql("a lease ends",
            every("notifications_outboxrow", "state IN ('leased', 'claimed')"), f"""
            SELECT id::text FROM notifications_outboxrow WHERE state IN ('leased', 'claimed')
            AND leased_until < house_clock() - {LATE}"""),
        sql("a plan of a day is made or given up",
            every("dispatch_plan", "state IN ('queued', 'running')"), f"""
            SELECT id FROM dispatch_plan plan WHERE state IN ('queued', 'running') AND NOT EXISTS (
                SELECT FROM notifications_outboxrow w WHERE w.object_id = plan.id
                AND w.state IN ('waiting', 'leased', 'claimed') AND greatest(w.not_before, w.leased_until)
                    > house_clock() - {LATE})"""),
        sql("a webhook's event is delivered, failed or under way",
            every("notifications_webhookdelivery", "state = 'pending'"), """
            SELECT delivery.id FROM notifications_webhookdelivery delivery
            JOIN notifications_webhook hook ON hook.id = delivery.webhook_id
            WHERE delivery.state = 'pending' AND hook.disabled_at IS NULL AND hook.removed_at IS NULL AND NOT EXISTS (
                SELECT FROM notifications_outboxrow w WHERE w.channel = 'hook' AND w.object_id = delivery.id
                AND w.state IN ('waiting', 'leased', 'claimed'))"""),
    )),
)
