"""I2, I3, I12, I14: one key has one effect, one pickup one winner, in time, and nobody has what is another's."""

from __future__ import annotations

from .check import Invariant, every, sql

_LIVE = "('assigned', 'en_route', 'arrived', 'done')"

WINNERS = (
    Invariant("I2", "One key, one effect", (
        sql("a person, route and key have at most one stored reply",
            every("api_idempotencykey"),
            "SELECT min(key::text) AS id FROM api_idempotencykey GROUP BY actor_id, route, key HAVING count(*) > 1"),
        sql("an operation of a phone's queue was recorded once",
            every("api_queuedoperation"),
            "SELECT min(key::text) AS id FROM api_queuedoperation GROUP BY actor_id, key HAVING count(*) > 1"),
    )),
    Invariant("I3", "One winner", (
        sql("an accepted or fulfilled pickup has one live job and one accepted offer, of the collector it names",
            every("pickups_pickup", "state IN ('accepted', 'fulfilled')"), f"""
            SELECT p.id FROM pickups_pickup p WHERE p.state IN ('accepted', 'fulfilled') AND NOT (
                (SELECT count(*) FROM dispatch_job j WHERE j.pickup_id = p.id AND j.state IN {_LIVE}) = 1
                AND (SELECT count(*) FROM dispatch_offer o WHERE o.pickup_id = p.id AND o.state = 'accepted') = 1
                AND EXISTS (SELECT FROM dispatch_job j
                    JOIN dispatch_offer o ON o.pickup_id = j.pickup_id AND o.contract_id = j.contract_id
                    WHERE j.pickup_id = p.id AND o.state = 'accepted' AND j.contract_id = p.collector_contract_id
                    AND j.organisation_id = p.collector_id AND j.recycler_contract_id = p.recycler_contract_id))"""),
        sql("no other pickup has a live job",
            every("dispatch_job", f"state IN {_LIVE}"), f"""
            SELECT p.id FROM pickups_pickup p JOIN dispatch_job j ON j.pickup_id = p.id
            WHERE p.state NOT IN ('accepted', 'fulfilled') AND j.state IN {_LIVE}"""),
        sql("a pickup in nobody's hands has no accepted offer, and open offers only while it is on offer",
            every("dispatch_offer", "state IN ('accepted', 'open')"), """
            SELECT p.id FROM pickups_pickup p JOIN dispatch_offer o ON o.pickup_id = p.id
            WHERE (o.state = 'accepted' AND p.state NOT IN ('accepted', 'fulfilled', 'failed'))
               OR (o.state = 'open' AND p.state <> 'offered')"""),
        sql("what is reserved of a quota is what is in hand, until it is weighed",
            every("contracts_allotment"), """
            SELECT p.id FROM pickups_pickup p LEFT JOIN custody_consignmentpickup served ON served.pickup_id = p.id
            LEFT JOIN custody_consignment load ON load.id = served.consignment_id
            WHERE (SELECT coalesce(sum(a.amount), 0) FROM contracts_allotment a
                   WHERE a.object_id = p.id AND a.of = 'quota' AND a.contract_id = p.collector_contract_id
            ) <> CASE WHEN p.state = 'accepted' OR load.state = 'loaded' THEN p.declared_g ELSE 0 END
            UNION ALL
            SELECT object_id FROM contracts_allotment GROUP BY object_id, of, contract_id, facility_id HAVING sum(amount) < 0"""),
        sql("no load was given away that a quota or a plant's month had no room for",
            every("contracts_allotment", "why IN ('accepted', 'rerouted') AND amount > 0"), """
            SELECT used.id::text FROM (
                SELECT id, contract_id, facility_id, category_id, of, why, amount, sum(amount) OVER (
                    PARTITION BY of, contract_id, facility_id, category_id, month ORDER BY id) AS so_far
                FROM contracts_allotment WHERE of IN ('quota', 'capacity')) AS used
            LEFT JOIN contracts_contractcategory quota ON used.of = 'quota' AND quota.contract_id = used.contract_id
                AND quota.category_id = used.category_id
            LEFT JOIN registry_facilitycapacity plant ON used.of = 'capacity' AND plant.facility_id = used.facility_id
                AND plant.category_id = used.category_id
            WHERE used.why IN ('accepted', 'rerouted') AND used.amount > 0
              AND used.so_far > coalesce(quota.quota_g, plant.monthly_g)"""),
    )),
    Invariant("I12", "Only an offer that was still open was accepted", (
        sql("an accepted offer was answered before it lapsed, by the house's clock",
            every("dispatch_offer", "state = 'accepted'"),
            "SELECT id FROM dispatch_offer WHERE state = 'accepted' AND answered_at >= expires_at"),
    )),
    Invariant("I14", "Nobody holds what is another's", (
        sql("offers and jobs are their contract's organisation's",
            every("dispatch_offer"), """
            SELECT o.id FROM dispatch_offer o JOIN contracts_contract c ON c.id = o.contract_id
            WHERE o.organisation_id <> c.organisation_id
            UNION ALL
            SELECT j.id FROM dispatch_job j JOIN contracts_contract c ON c.id = j.contract_id
            WHERE j.organisation_id <> c.organisation_id"""),
        sql("a load's parties are those of its contracts, and its pickups are its generator's",
            every("custody_consignment"), """
            SELECT load.id FROM custody_consignment load
            JOIN contracts_contract collector ON collector.id = load.collector_contract_id
            JOIN contracts_contract recycler ON recycler.id = load.recycler_contract_id
            WHERE load.collector_id <> collector.organisation_id OR load.recycler_id <> recycler.organisation_id
            UNION ALL
            SELECT load.id FROM custody_consignment load JOIN custody_consignmentpickup served
                ON served.consignment_id = load.id JOIN pickups_pickup p ON p.id = served.pickup_id
            WHERE load.generator_id IS NOT NULL AND p.generator_id <> load.generator_id"""),
        sql("money goes to a contract of the load's own way, and an order to the claim's contract",
            every("payouts_accrualline"), """
            SELECT line.id::text AS id FROM payouts_accrualline line
            JOIN custody_consignment load ON load.id = line.consignment_id
            WHERE line.contract_id NOT IN (load.collector_contract_id, load.recycler_contract_id)
            UNION ALL
            SELECT line.id::text FROM payouts_accrualline line JOIN payouts_claim claim ON claim.id = line.claim_id
            WHERE line.contract_id <> claim.contract_id OR line.programme_id <> claim.programme_id"""),
    )),
)
