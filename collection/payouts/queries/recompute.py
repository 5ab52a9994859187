"""Is the money still a pure function of the facts? Everything is priced again by `rating`, and compared to the tiyn.

Then claims against their lines, and the ledger and what was paid against both (`reconcile`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from collection.contracts.prices import PriceList, Rates
from collection.contracts.queries import price_list
from collection.kernel.db import rows

from ..rating import Chain, Priced, price
from .editions import agreed_then, broken_pairs
from .reconcile import claims_and_ledger

CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class Difference:
    """A line, claim or ledger that is not what the facts say. `expected` None: should not be; `found` None: is missing."""

    what: str
    expected: dict[str, Any] | None
    found: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Recomputed:
    """How much was priced again. `waiting`: sealed facts that accrual has not looked at yet, which is no difference."""

    facts: int
    waiting: int
    lines: int
    claims: int
    differences: tuple[Difference, ...]


_FACTS = """
SELECT fact.id, fact.programme_id, fact.measure, fact.grams, fact.category_id, fact.supply_on, rated.at AS rated_at,
       fact.reversal_of_id IS NOT NULL OR EXISTS (SELECT FROM custody_fact back JOIN payouts_rated ON fact_id = back.id
            WHERE back.reversal_of_id = fact.id) AS taken_back,
       load.collector_contract_id AS collector, collector.kind AS collector_kind,
       load.recycler_contract_id AS recycler, recycler.kind AS recycler_kind, programme.whole_payee
FROM custody_fact fact
JOIN payouts_rated rated ON rated.fact_id = fact.id
JOIN custody_consignment load ON load.id = fact.consignment_id
JOIN contracts_contract collector ON collector.id = load.collector_contract_id
JOIN contracts_contract recycler ON recycler.id = load.recycler_contract_id
JOIN contracts_programme programme ON programme.id = fact.programme_id
WHERE fact.id > %(after)s AND (%(programme)s::uuid IS NULL OR fact.programme_id = %(programme)s::uuid)
ORDER BY fact.id LIMIT %(limit)s
"""

# Of each fact and stage the last edition; the earlier ones are pairs that cancel out (`editions`).
# Every line has one transaction of its own with its amount on both sides, but the reversal of a rejected claim's line.
_LINES = """
SELECT line.fact_id, line.stage, tariff.coefficient AS agreed, coalesce(claim.state = 'rejected', false) AS rejected,
       line.contract_id, line.coefficient, line.index_tiyn, line.mass_g, line.amount_tiyn,
       posted.entries = 2 AND posted.cost_tiyn = line.amount_tiyn AND posted.accrued_tiyn = -line.amount_tiyn
       OR posted.entries = 0 AND old_claim.state = 'rejected' AS posted
FROM payouts_accrualline line
JOIN contracts_tariff tariff ON tariff.id = line.tariff_id
LEFT JOIN payouts_claim claim ON claim.id = line.claim_id
LEFT JOIN payouts_accrualline old ON old.id = line.reverses_id
LEFT JOIN payouts_claim old_claim ON old_claim.id = old.claim_id
CROSS JOIN LATERAL (
    SELECT count(*) AS entries, sum(entry.amount_tiyn) FILTER (WHERE account.kind = 'cost') AS cost_tiyn,
           sum(entry.amount_tiyn) FILTER (WHERE account.kind = 'accrued' AND account.contract_id = line.contract_id)
               AS accrued_tiyn
    FROM payouts_ledgerentry entry JOIN payouts_account account ON account.id = entry.account_id
    WHERE entry.line_id = line.id) AS posted
WHERE line.fact_id = ANY(%s) AND NOT EXISTS (SELECT FROM payouts_accrualline other WHERE other.fact_id = line.fact_id
    AND (other.reverses_id = line.id OR other.id = line.reverses_id))
"""

_WAITING = """
SELECT count(*) AS n FROM custody_fact fact
WHERE fact.measure IN ('received', 'recycled') AND NOT EXISTS (SELECT FROM payouts_rated WHERE fact_id = fact.id)
  AND (%(programme)s::uuid IS NULL OR fact.programme_id = %(programme)s::uuid)
"""


def recompute_check(programme_id: UUID | None = None) -> Recomputed:
    """Price every rated fact (of one programme) again and compare line by line, each with its ledger entries;
    then every claim with its lines, and what was posted and paid with every claim.
    """
    facts = lines = 0
    differences: list[Difference] = []
    prices: dict[UUID, PriceList] = {}
    rates: dict[tuple[Any, ...], Rates] = {}
    for chunk in _chunks(programme_id):
        expected: dict[tuple[int, str], dict[str, Any]] = {}
        found = {(row.pop("fact_id"), row.pop("stage")): row for row in rows(_LINES, [[fact["id"] for fact in chunk]])}
        for fact in chunk:
            key = (fact["programme_id"], fact["category_id"], fact["supply_on"])
            if key not in rates:
                if key[0] not in prices:
                    prices[key[0]] = price_list(key[0])
                rates[key] = prices[key[0]].on(key[1], key[2])
            chain = Chain(**{name: fact[name] for name in Chain.__slots__})
            for one in price(fact["measure"], fact["grams"], chain, coefficients=agreed_then(fact, rates[key], found),
                             index_tiyn=rates[key].index_tiyn):
                expected[fact["id"], one.stage] = _plain(one)
        for row in found.values():
            del row["agreed"], row["rejected"]
        for fact_id, stage in sorted(expected.keys() | found.keys()):
            should, is_ = expected.get((fact_id, stage)), found.get((fact_id, stage))
            if should != is_:
                differences.append(Difference(f"line of fact {fact_id}, {stage}", should, is_))
        facts, lines = facts + len(chunk), lines + len(found)
    differences += [Difference(*one) for one in broken_pairs(programme_id)]
    claims, wrong = claims_and_ledger(programme_id)
    differences += [Difference(*one) for one in wrong]
    waiting = rows(_WAITING, {"programme": programme_id})[0]["n"]
    return Recomputed(facts, waiting, lines, claims, tuple(differences))


def _plain(one: Priced) -> dict[str, Any]:
    return {"contract_id": one.contract_id, "coefficient": one.coefficient, "index_tiyn": one.index_tiyn,
            "mass_g": one.mass_g, "amount_tiyn": one.amount_tiyn, "posted": True}


def _chunks(programme_id: UUID | None) -> Iterator[list[dict[str, Any]]]:
    after = 0
    while chunk := rows(_FACTS, {"after": after, "programme": programme_id, "limit": CHUNK}):
        yield chunk
        after = chunk[-1]["id"]
