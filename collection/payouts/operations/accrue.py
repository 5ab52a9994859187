"""Sealed facts become money: a constant number of statements, so that a month of a large programme is one call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from collection.accounts import queries as accounts
from collection.audit import steps as audit
from collection.contracts.steps import hold_prices
from collection.kernel.actor import Actor
from collection.kernel.db import execute, rows
from notifications import outbox

from .. import ledger, notices
from ..models import Hold
from ..queries.lines import facts_of
from ..rules import CANCELLED, STOPS, broken


@dataclass(frozen=True, slots=True)
class Accrued:
    """What one run did: facts looked at, lines made (reversals among them), how many are held, and their sum."""

    facts: int
    lines: int
    held: int
    amount_tiyn: int


# Whoever inserts a fact's row rates it: a second run waits on the primary key and then finds it taken, so running twice,
# or at once, adds nothing. `horizon` was read before, so everything a transaction below it wrote is seen here.
_TAKE = """
INSERT INTO payouts_rated (fact_id, at)
SELECT fact.id, %(at)s FROM custody_fact fact
WHERE fact.programme_id = %(programme)s AND fact.measure IN ('received', 'recycled')
  AND (%(loads)s::uuid[] IS NULL OR fact.consignment_id = ANY(%(loads)s::uuid[]))
  AND fact.xid >= coalesce((SELECT xid FROM payouts_ratedupto WHERE programme_id = %(programme)s), '0'::xid8)
  AND NOT EXISTS (SELECT FROM payouts_rated rated WHERE rated.fact_id = fact.id)
ORDER BY fact.id
ON CONFLICT DO NOTHING RETURNING fact_id
"""

# Claims are prepared under the same lock, so a month does not close, and a line is not claimed, while this looks at it.
_LOCK = """
SELECT contract.id FROM contracts_contract contract WHERE contract.id IN (
    SELECT unnest(ARRAY[load.collector_contract_id, load.recycler_contract_id])
    FROM custody_fact fact JOIN custody_consignment load ON load.id = fact.consignment_id WHERE fact.id = ANY(%s))
ORDER BY contract.id FOR NO KEY UPDATE
"""

COLUMNS = """programme_id, contract_id, consignment_id, fact_id, stage, category_id, tariff_id, coefficient, index_tiyn,
    mass_g, amount_tiyn, supply_on, claim_month, reverses_id, accrued_at, edition"""

# rating.price in SQL; a test compares the two over every combination. How many tariffs a day has no planner can guess: it
# thinks of one line in all, and would read every contract for each fact. OFFSET 0 leaves it the key only.
PRICED = """
SELECT fact.programme_id, payee.contract_id, fact.consignment_id, fact.id, tariff.stage, fact.category_id, tariff.id,
       tariff.coefficient, index.tiyn, fact.grams, round(tariff.coefficient * index.tiyn * fact.grams / 1000000),
       fact.supply_on, open_month(payee.contract_id, fact.sealed_on), NULL, %(at)s::timestamptz, {edition}
FROM custody_fact fact
JOIN custody_consignment load ON load.id = fact.consignment_id
CROSS JOIN LATERAL (SELECT id, kind FROM contracts_contract WHERE id = load.collector_contract_id OFFSET 0) AS collector
CROSS JOIN LATERAL (SELECT id, kind FROM contracts_contract WHERE id = load.recycler_contract_id OFFSET 0) AS recycler
JOIN contracts_programme programme ON programme.id = fact.programme_id
JOIN contracts_tariff tariff ON tariff.programme_id = fact.programme_id AND tariff.category_id = fact.category_id
    AND tariff.valid @> fact.supply_on
    AND (fact.measure, tariff.stage) IN (('received', 'collection'), ('received', 'transport'),
                                         ('recycled', 'recycling'), ('recycled', 'whole'))
JOIN contracts_indexvalue index ON index.valid @> fact.supply_on
CROSS JOIN LATERAL (SELECT CASE
    WHEN tariff.stage IN ('collection', 'transport') THEN collector.id
    WHEN tariff.stage = 'recycling' THEN recycler.id
    WHEN collector.kind = 'full_cycle' THEN collector.id
    WHEN recycler.kind = 'full_cycle' THEN recycler.id
    WHEN programme.whole_payee = 'collection' THEN collector.id
    ELSE recycler.id END AS contract_id) AS payee
{only}
ORDER BY fact.id, tariff.stage
RETURNING id
"""
_LINES = f"INSERT INTO payouts_accrualline ({COLUMNS})" + PRICED.format(
    edition=1, only="WHERE fact.id = ANY(%(facts)s) AND fact.reversal_of_id IS NULL")

_REVERSALS = f"""
INSERT INTO payouts_accrualline ({COLUMNS})
SELECT old.programme_id, old.contract_id, old.consignment_id, fact.id, old.stage, old.category_id, old.tariff_id,
       old.coefficient, old.index_tiyn, -old.mass_g, -old.amount_tiyn, old.supply_on,
       open_month(old.contract_id, fact.sealed_on), old.id, %(at)s, 1
FROM custody_fact fact JOIN payouts_accrualline old ON old.fact_id = fact.reversal_of_id AND old.reverses_id IS NULL
    AND NOT EXISTS (SELECT FROM payouts_accrualline back WHERE back.reverses_id = old.id)
WHERE fact.id = ANY(%(facts)s)
ORDER BY fact.id, old.stage
RETURNING id
"""

# A line that was not claimed yet, or in vain, and its reversal cancel out: neither is claimed.
_CANCEL = """
INSERT INTO payouts_hold (line_id, rule, params, placed_at, lifted_why)
SELECT cancelled.id, %(rule)s, '{}', %(at)s, ''
FROM payouts_accrualline line
JOIN payouts_accrualline old ON old.id = line.reverses_id
LEFT JOIN payouts_claim claim ON claim.id = old.claim_id
CROSS JOIN LATERAL (VALUES (line.id), (old.id)) AS cancelled (id)
WHERE line.id = ANY(%(lines)s) AND (claim.id IS NULL OR claim.state = 'rejected')
"""

# As in the ledger: what a rejection took back is not taken back again by a later reversal.
_CAP = """
INSERT INTO contracts_allotment (of, contract_id, amount, why, object_id, at)
SELECT 'cap', line.contract_id, sum(line.amount_tiyn), 'accrued', line.consignment_id, %s
FROM payouts_accrualline line
LEFT JOIN payouts_accrualline old ON old.id = line.reverses_id
LEFT JOIN payouts_claim claim ON claim.id = old.claim_id AND claim.state = 'rejected'
WHERE line.id = ANY(%s) AND claim.id IS NULL
GROUP BY line.contract_id, line.consignment_id HAVING sum(line.amount_tiyn) <> 0
"""

_TOLD = """
SELECT line.id, line.consignment_id, line.contract_id, line.amount_tiyn, contract.organisation_id, load.number
FROM payouts_accrualline line JOIN contracts_contract contract ON contract.id = line.contract_id
JOIN custody_consignment load ON load.id = line.consignment_id WHERE line.id = ANY(%s) ORDER BY line.id
"""


def accrue(*, actor: Actor, at: datetime, programme_id: UUID, consignment_ids: Sequence[UUID] | None = None) -> Accrued:
    """Lines, holds, ledger entries and cap for every sealed fact of the programme (or of these loads) not yet rated.

    A stage without a rate on the supply date gets no line: not payable is not the same as paid zero. What is held is
    accrued, and counted against the contract's cap, all the same. Running it again adds nothing.
    """
    hold_prices(changing=False)
    horizon = rows("SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xid")[0]["xid"]
    facts = [row["fact_id"] for row in rows(_TAKE, {
        "programme": programme_id, "at": at,
        "loads": None if consignment_ids is None else list(consignment_ids)})]
    accrued = _rate(actor, at, facts) if facts else Accrued(0, 0, 0, 0)
    if consignment_ids is None:
        execute(
            "INSERT INTO payouts_ratedupto AS mark (programme_id, xid) VALUES (%s, %s::text::xid8) "
            "ON CONFLICT (programme_id) DO UPDATE SET xid = greatest(mark.xid, excluded.xid)", [programme_id, horizon])
    return accrued


def _rate(actor: Actor, at: datetime, facts: list[int]) -> Accrued:
    rows(_LOCK, [facts])
    made = [row["id"] for row in rows(_LINES, {"facts": facts, "at": at})]
    reversals = [row["id"] for row in rows(_REVERSALS, {"facts": facts, "at": at})]
    return settle(actor, at, len(facts), made, reversals, verb="money.accrue")


def settle(actor: Actor, at: datetime, facts: int, made: list[int], reversals: list[int], *, verb: str) -> Accrued:
    """What follows from new lines: holds, ledger, cap, an audit line for each load, a notice to whoever's money is held."""
    holds = [
        Hold(line_id=line_id, rule=rule, params=numbers, placed_at=at)
        for line_id, known in facts_of(made) for rule, numbers in broken(known, *STOPS).items()
    ] if made else []
    Hold.objects.bulk_create(holds)
    if reversals:
        execute(_CANCEL, {"rule": CANCELLED, "lines": reversals, "at": at})
    lines = made + reversals
    if not lines:
        return Accrued(facts, 0, 0, 0)
    ledger.accrue(lines, at=at)
    execute(_CAP, [at, lines])
    told = rows(_TOLD, [lines])
    stopped = defaultdict(list)
    for hold in holds:
        stopped[hold.line_id].append(hold.rule)
    _record(actor, at, verb, told, stopped)
    return Accrued(facts, len(lines), len(stopped), sum(row["amount_tiyn"] for row in told))


def _record(actor: Actor, at: datetime, verb: str, lines: list[dict[str, Any]],
            stopped: dict[int, list[str]]) -> None:
    """One audit line for each load; a notice to whoever's money is held."""
    loads: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        loads[line["consignment_id"]].append(line)
    audit.record_many(actor=actor, at=at, lines=[
        audit.Line(verb, "consignment", load, after={
            "lines": len(of), "amount_tiyn": sum(line["amount_tiyn"] for line in of),
            "held": sorted({rule for line in of for rule in stopped.get(line["id"], ())})})
        for load, of in loads.items()
    ])
    held = {(line["organisation_id"], line["consignment_id"], line["number"]) for line in lines if line["id"] in stopped}
    people = accounts.recipients({organisation for organisation, _, _ in held}, ("collector_admin", "recycler_admin"))
    outbox.put([
        notice for organisation, load, number in sorted(held, key=lambda one: (one[2], one[0]))
        for notice in notices.held(load, number, people[organisation])
    ], at=at)
