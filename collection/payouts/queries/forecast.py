"""What a contractor may expect: sealed money by month, what is held and why, and loads that are still on their way.

| certainty | what it is |
| --- | --- |
| paid, approved, claimed | in a claim: paid; approved or in a register; before a yes |
| payable | sealed, in the next claim |
| held | sealed, stopped by rules |
| delivered | received, its batch is not sealed yet: the recycling stages, at the accepted mass |
| weighed | weighed, not received yet: every stage, at the net mass |
| promised | an accepted request or an unweighed load, at the declared mass |

Sealed figures are the ledger's lines. The others are today's rates on the supply date (the weighing's, or today), rounded
like a line; they are not owed, and a refusal, impurity or rule may make them less.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from collection.contracts.models import Contract
from collection.contracts.prices import PriceList
from collection.contracts.queries import price_list
from collection.kernel.actor import Actor
from collection.kernel.db import rows
from collection.kernel.refusals import NotFound

from ..rating import STAGES_PAID, Chain, price
from ..states import CERTAINTIES


@dataclass(frozen=True, slots=True)
class Expected:
    """`loads` counts loads or requests; `mass_g` is of this stage alone. `month`: the claim's, None where it is not known."""

    certainty: str
    month: date | None
    category: str
    stage: str
    loads: int
    mass_g: int
    amount_tiyn: int
    rules: tuple[str, ...]


_SEALED = """
SELECT CASE WHEN claim.state = 'paid' THEN 'paid' WHEN claim.state IN ('approved', 'registered') THEN 'approved'
            WHEN claim.state = 'rejected' THEN 'rejected' WHEN claim.id IS NOT NULL THEN 'claimed'
            WHEN held.rules IS NOT NULL THEN 'held' ELSE 'payable' END AS certainty,
       coalesce(claim.month, line.claim_month) AS month, line.category_id AS category, line.stage,
       count(DISTINCT line.consignment_id)::int AS loads, sum(line.mass_g)::bigint AS mass_g,
       sum(line.amount_tiyn)::bigint AS amount_tiyn, coalesce(held.rules, ARRAY[]::varchar[]) AS rules
FROM payouts_accrualline line
LEFT JOIN payouts_claim claim ON claim.id = line.claim_id
LEFT JOIN LATERAL (
    SELECT array_agg(rule ORDER BY rule) AS rules FROM payouts_hold WHERE line_id = line.id AND lifted_at IS NULL
) AS held ON line.claim_id IS NULL
WHERE line.contract_id = %(contract)s
GROUP BY 1, 2, 3, 4, held.rules ORDER BY 2, 1, 3, 4
"""
# A load that is not processed, or a request that is not loaded, of which the contract is one of the two; returned and
# failed ones are over. The mass is the surest there is; a part's day is that of the weighing of the load it is of.
_OPEN = """
SELECT load.id, load.category_id AS category, collector.id AS collector, collector.kind AS collector_kind,
       recycler.id AS recycler, recycler.kind AS recycler_kind, programme.whole_payee, weighed.supply_on,
       CASE WHEN receipt.id IS NOT NULL THEN 'delivered' WHEN weighed.id IS NOT NULL THEN 'weighed' ELSE 'promised'
       END AS certainty,
       coalesce(receipt.grams, load.part_g, weighed.grams, (
            SELECT sum(pickup.declared_g) FROM custody_consignmentpickup served
            JOIN pickups_pickup pickup ON pickup.id = served.pickup_id
            WHERE served.consignment_id = load.id), 0)::bigint AS mass_g
FROM custody_consignment load
JOIN contracts_contract collector ON collector.id = load.collector_contract_id
JOIN contracts_contract recycler ON recycler.id = load.recycler_contract_id
JOIN contracts_programme programme ON programme.id = load.programme_id
LEFT JOIN custody_fact weighed ON weighed.consignment_id = load.source_id AND weighed.measure = 'collected'
    AND weighed.reversal_of_id IS NULL AND weighed.edition = 1
LEFT JOIN LATERAL (
    SELECT id, grams FROM custody_fact WHERE consignment_id = load.id AND measure = 'received' AND reversal_of_id IS NULL
    ORDER BY edition DESC LIMIT 1) AS receipt ON true
WHERE %(contract)s IN (load.collector_contract_id, load.recycler_contract_id)
  AND load.state IN ('loaded', 'weighed', 'stored', 'grouped', 'delivered', 'received')
UNION ALL
SELECT pickup.id, pickup.category_id, collector.id, collector.kind, recycler.id, recycler.kind, programme.whole_payee, NULL,
       'promised', pickup.declared_g
FROM pickups_pickup pickup
JOIN contracts_contract collector ON collector.id = pickup.collector_contract_id
JOIN contracts_contract recycler ON recycler.id = pickup.recycler_contract_id
JOIN contracts_programme programme ON programme.id = pickup.programme_id
WHERE pickup.state = 'accepted' AND %(contract)s IN (pickup.collector_contract_id, pickup.recycler_contract_id)
  AND NOT EXISTS (SELECT FROM custody_consignmentpickup WHERE pickup_id = pickup.id)
"""


def forecast(actor: Actor, contract_id: UUID, *, today: date) -> list[Expected]:
    """One's own contract's earnings, surest first; NotFound for another's. Rejected claims are not in it."""
    contract = Contract.objects.visible_to(actor).filter(pk=contract_id).first()
    if contract is None:
        raise NotFound
    sealed = [Expected(**row | {"rules": tuple(row["rules"])}) for row in rows(_SEALED, {"contract": contract_id})
              if row["certainty"] != "rejected"]
    coming = _coming(contract_id, price_list(contract.programme_id), today)
    return sorted([*sealed, *coming], key=lambda one: (
        CERTAINTIES.index(one.certainty), one.month or date.max, one.category, one.stage))


def _coming(contract_id: UUID, prices: PriceList, today: date) -> list[Expected]:
    """What loads on their way will pay this contract at the rates of their supply date."""
    sums: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for load in rows(_OPEN, {"contract": contract_id}):
        rates = prices.on(load["category"], load["supply_on"] or today)
        chain = Chain(**{name: load[name] for name in Chain.__slots__})
        measures = ("recycled",) if load["certainty"] == "delivered" else tuple(STAGES_PAID)
        for measure in measures:
            for one in price(measure, load["mass_g"], chain, coefficients=rates.coefficients, index_tiyn=rates.index_tiyn):
                if one.contract_id == contract_id:
                    total = sums[load["certainty"], load["category"], one.stage]
                    total[0], total[1], total[2] = total[0] + 1, total[1] + one.mass_g, total[2] + one.amount_tiyn
    return [Expected(certainty, None, category, stage, total[0], total[1], total[2], ())
            for (certainty, category, stage), total in sums.items()]
