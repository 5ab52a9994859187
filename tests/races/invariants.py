"""What must hold of pickups, offers, jobs and allotments after any race (reliability.md: I3, I4, I11; no quota overspent)."""

from __future__ import annotations

from collection.audit.queries import verify
from collection.kernel.db import rows

#: Each gives the rows that break it.
BROKEN = {
    "an accepted or fulfilled pickup has exactly one live job and one accepted offer, of the collector it names": """
        SELECT p.id FROM pickups_pickup p WHERE p.state IN ('accepted', 'fulfilled') AND NOT (
            (SELECT count(*) FROM dispatch_job j WHERE j.pickup_id = p.id
                AND j.state IN ('assigned', 'en_route', 'arrived', 'done')) = 1
            AND (SELECT count(*) FROM dispatch_offer o WHERE o.pickup_id = p.id AND o.state = 'accepted') = 1
            AND EXISTS (SELECT FROM dispatch_job j
                JOIN dispatch_offer o ON o.pickup_id = j.pickup_id AND o.contract_id = j.contract_id
                WHERE j.pickup_id = p.id AND o.state = 'accepted' AND j.contract_id = p.collector_contract_id
                AND j.organisation_id = p.collector_id AND j.recycler_contract_id = p.recycler_contract_id))""",
    "no other pickup has a live job": """
        SELECT p.id FROM pickups_pickup p JOIN dispatch_job j ON j.pickup_id = p.id
        WHERE p.state NOT IN ('accepted', 'fulfilled') AND j.state IN ('assigned', 'en_route', 'arrived', 'done')""",
    "a pickup in nobody's hands has no accepted offer, and open offers only while it is on offer": """
        SELECT p.id FROM pickups_pickup p JOIN dispatch_offer o ON o.pickup_id = p.id
        WHERE (o.state = 'accepted' AND p.state NOT IN ('accepted', 'fulfilled', 'failed'))
           OR (o.state = 'open' AND p.state <> 'offered')""",
    "what is reserved is what is in hand": """
        SELECT p.id FROM pickups_pickup p WHERE (
            SELECT coalesce(sum(a.amount), 0) FROM contracts_allotment a
            WHERE a.object_id = p.id AND a.of = 'quota' AND a.contract_id = p.collector_contract_id
        ) <> CASE WHEN p.state = 'accepted' THEN p.declared_g ELSE 0 END""",
    "nothing is left reserved for whoever lost it": """
        SELECT a.object_id AS id FROM contracts_allotment a JOIN pickups_pickup p ON p.id = a.object_id
        GROUP BY a.object_id, a.of, a.contract_id, a.facility_id, p.state
        HAVING sum(a.amount) < 0 OR (p.state <> 'accepted' AND sum(a.amount) <> 0)""",
    "no quota is overspent": """
        SELECT q.contract_id AS id FROM contracts_contractcategory q JOIN contracts_allotment a
            ON a.contract_id = q.contract_id AND a.category_id = q.category_id AND a.of = 'quota'
        GROUP BY q.id HAVING sum(a.amount) > q.quota_g""",
    "no plant's month is overspent": """
        SELECT c.facility_id AS id FROM registry_facilitycapacity c JOIN contracts_allotment a
            ON a.facility_id = c.facility_id AND a.category_id = c.category_id AND a.of = 'capacity'
        GROUP BY c.id, a.month HAVING sum(a.amount) > c.monthly_g""",
    "the present state is the last that was written down, and each followed from the one before": """
        SELECT object_id AS id FROM (
            SELECT object_id, was, lag(became, 1, '') OVER (PARTITION BY object_id ORDER BY id) AS before
            FROM audit_statechange) change WHERE was <> before
        UNION ALL
        SELECT now.id FROM (SELECT id, state FROM pickups_pickup UNION ALL SELECT id, state FROM dispatch_offer
                            UNION ALL SELECT id, state FROM dispatch_job) now
        WHERE now.state <> (SELECT became FROM audit_statechange WHERE object_id = now.id ORDER BY id DESC LIMIT 1)""",
    "whoever waits has somebody who will look again": """
        SELECT p.id FROM pickups_pickup p WHERE p.state IN ('submitted', 'offered', 'unserved') AND NOT EXISTS (
            SELECT FROM notifications_outboxrow w
            WHERE w.object_id = p.id AND w.task = 'dispatch.advance' AND w.state = 'waiting')""",
}


def hold() -> None:
    """Raise AssertionError naming every invariant that does not hold."""
    wrong = {name: [str(row["id"]) for row in found] for name, sql in BROKEN.items() if (found := rows(sql))}
    assert not wrong, wrong
    assert verify().findings == []
