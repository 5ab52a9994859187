"""A rate changed for days that have begun: lines at the old one are taken back, and stand again at the new one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from collection.contracts.steps import hold_prices
from collection.kernel.actor import Actor
from collection.kernel.db import execute, rows

from ..steps import lock_contracts
from .accrue import COLUMNS, PRICED, Accrued, settle

# Lines in force whose rate is no longer the one of their supply date. What was finally rejected stays rejected, and a
# line that a correction took back is worth nothing at any rate.
_STALE = """
SELECT line.id, line.fact_id, line.stage, line.edition, line.contract_id
FROM payouts_accrualline line
LEFT JOIN payouts_claim claim ON claim.id = line.claim_id
LEFT JOIN contracts_tariff tariff ON tariff.programme_id = line.programme_id AND tariff.category_id = line.category_id
    AND tariff.stage = line.stage AND tariff.valid @> line.supply_on
LEFT JOIN contracts_indexvalue index ON index.valid @> line.supply_on
WHERE line.programme_id = %s AND line.reverses_id IS NULL AND claim.state IS DISTINCT FROM 'rejected'
  AND NOT EXISTS (SELECT FROM payouts_accrualline back WHERE back.reverses_id = line.id)
  AND (tariff.coefficient IS DISTINCT FROM line.coefficient OR index.tiyn IS DISTINCT FROM line.index_tiyn)
ORDER BY line.id
"""

# Rated facts of which a stage had no price then and has one now.
_UNPRICED = """
SELECT fact.id AS fact_id, tariff.stage, load.collector_contract_id, load.recycler_contract_id
FROM payouts_rated rated
JOIN custody_fact fact ON fact.id = rated.fact_id AND fact.programme_id = %s AND fact.reversal_of_id IS NULL
JOIN custody_consignment load ON load.id = fact.consignment_id
JOIN contracts_indexvalue index ON index.valid @> fact.supply_on
JOIN contracts_tariff tariff ON tariff.programme_id = fact.programme_id AND tariff.category_id = fact.category_id
    AND tariff.valid @> fact.supply_on
    AND (fact.measure, tariff.stage) IN (('received', 'collection'), ('received', 'transport'),
                                         ('recycled', 'recycling'), ('recycled', 'whole'))
WHERE NOT EXISTS (SELECT FROM payouts_accrualline WHERE fact_id = fact.id AND stage = tariff.stage)
  AND NOT EXISTS (SELECT FROM custody_fact back WHERE back.reversal_of_id = fact.id)
ORDER BY fact.id, tariff.stage
"""

_REVERSALS = f"""
INSERT INTO payouts_accrualline ({COLUMNS})
SELECT old.programme_id, old.contract_id, old.consignment_id, old.fact_id, old.stage, old.category_id, old.tariff_id,
       old.coefficient, old.index_tiyn, -old.mass_g, -old.amount_tiyn, old.supply_on,
       open_month(old.contract_id, old.claim_month), old.id, %s, old.edition + 1
FROM payouts_accrualline old WHERE old.id = ANY(%s) ORDER BY old.id
RETURNING id
"""

_LINES = f"INSERT INTO payouts_accrualline ({COLUMNS})" + PRICED.format(
    edition="anew.edition",
    only="JOIN unnest(%(facts)s::bigint[], %(stages)s::text[], %(editions)s::smallint[]) AS anew (fact_id, stage, edition)"
         " ON anew.fact_id = fact.id AND anew.stage = tariff.stage")

# A hold that an inspector lifted with a reason stays lifted: the rate has nothing to do with it.
_STILL_LIFTED = """
UPDATE payouts_hold hold SET lifted_at = old.lifted_at, lifted_by = old.lifted_by, lifted_why = old.lifted_why
FROM payouts_accrualline line
JOIN payouts_accrualline before ON before.fact_id = line.fact_id AND before.stage = line.stage
    AND before.edition = line.edition - 2
JOIN payouts_hold old ON old.line_id = before.id AND old.lifted_at IS NOT NULL
WHERE line.id = ANY(%s) AND hold.line_id = line.id AND hold.rule = old.rule
"""


def reprice(*, actor: Actor, at: datetime, programme_id: UUID) -> Accrued:
    """Reverse and accrue again every line of the programme whose rate changed, and accrue what has a rate only now.

    What is in no claim yet cancels out before anybody claims it; what was claimed or paid stays as it was, and reversal and
    new line go to the contract's next open month. Running it again changes nothing. Only sums differ: grams never do.
    """
    hold_prices(changing=True)
    stale, unpriced = rows(_STALE, [programme_id]), rows(_UNPRICED, [programme_id])
    if not stale and not unpriced:
        return Accrued(0, 0, 0, 0)
    lock_contracts(sorted({row["contract_id"] for row in stale} | {
        row[name] for row in unpriced for name in ("collector_contract_id", "recycler_contract_id")}))
    stale = rows(_STALE, [programme_id])  # again, under the locks: a claim may have been rejected meanwhile
    reversals = [row["id"] for row in rows(_REVERSALS, [at, [row["id"] for row in stale]])]
    anew = [(row["fact_id"], row["stage"], row["edition"] + 2) for row in stale] + [
        (row["fact_id"], row["stage"], 1) for row in unpriced]
    made = [row["id"] for row in rows(_LINES, {
        "at": at, "facts": [fact for fact, _, _ in anew], "stages": [stage for _, stage, _ in anew],
        "editions": [edition for _, _, edition in anew]})]
    done = settle(actor, at, len({fact for fact, _, _ in anew}), made, reversals, verb="money.reprice")
    execute(_STILL_LIFTED, [made])
    return done
