"""Making claims of what is payable and freezing a contract's month: for one contract or for all of a programme at once.

Whoever calls these holds the contracts' locks (`lock_contracts`), which accrual takes too: no month closes and no line is
claimed while another looks at it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from collection.kernel.calendar import next_month
from collection.kernel.db import execute, rows
from collection.kernel.ids import uuid7

_LOCK = "SELECT id FROM contracts_contract WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"

# Claimed: every line that is free of holds, of this month or of an earlier one that had closed without it. The rows are
# picked once, so a hold that is placed or lifted meanwhile changes nothing.
_PICK = """
CREATE TEMP TABLE payable ON COMMIT DROP AS
SELECT line.id, line.contract_id, line.programme_id, line.category_id, load.region_id, line.mass_g, line.amount_tiyn
FROM payouts_accrualline line JOIN custody_consignment load ON load.id = line.consignment_id
WHERE line.contract_id = ANY(%s) AND line.claim_id IS NULL AND line.claim_month <= %s
  AND NOT EXISTS (SELECT FROM payouts_hold WHERE line_id = line.id AND lifted_at IS NULL)
"""
# Corrections may take back more than was earned: then nothing is claimed, and they wait for a later month.
_SUMS = """
SELECT contract_id, count(*)::int AS lines_n, sum(mass_g)::bigint AS mass_g, sum(amount_tiyn)::bigint AS amount_tiyn
FROM payable WHERE NOT EXISTS (SELECT FROM payouts_claim claim
    WHERE claim.contract_id = payable.contract_id AND claim.month = %s)
GROUP BY contract_id HAVING sum(amount_tiyn) > 0 ORDER BY contract_id
"""
# VAT is contained in the amount, at the rate of the month's last day; none where the payee is not registered.
_CLAIMS = """
INSERT INTO payouts_claim (id, programme_id, contract_id, month, state, lines_n, mass_g, amount_tiyn, vat_tiyn, act_number,
                           declaration, prepared_by, created_at, reason, version)
SELECT made.id, contract.programme_id, contract.id, %(month)s, 'draft', made.lines_n, made.mass_g, made.amount_tiyn,
       CASE WHEN contract.vat_payer THEN coalesce(round(made.amount_tiyn * vat.percent / (100 + vat.percent)), 0) ELSE 0 END,
       '', '', %(by)s, %(at)s, '', 1
FROM unnest(%(ids)s::uuid[], %(contracts)s::uuid[], %(lines_n)s::int[], %(mass_g)s::bigint[], %(amount_tiyn)s::bigint[])
    AS made (id, contract_id, lines_n, mass_g, amount_tiyn)
JOIN contracts_contract contract ON contract.id = made.contract_id
LEFT JOIN contracts_vatrate vat ON vat.valid @> %(last_day)s
ORDER BY contract.number
"""
_TAKE = """
UPDATE payouts_accrualline line SET claim_id = claim.id
FROM payable JOIN payouts_claim claim ON claim.contract_id = payable.contract_id AND claim.id = ANY(%s)
WHERE line.id = payable.id
"""
_SHARES = """
INSERT INTO payouts_claimshare (claim_id, category_id, region_id, lines_n, mass_g, amount_tiyn)
SELECT claim.id, payable.category_id, payable.region_id, count(*), sum(payable.mass_g), sum(payable.amount_tiyn)
FROM payable JOIN payouts_claim claim ON claim.contract_id = payable.contract_id AND claim.id = ANY(%s)
GROUP BY claim.id, payable.category_id, payable.region_id ORDER BY claim.id, payable.category_id, payable.region_id
"""

# Everything posted to the contract so far, less what earlier statements told: nothing is told twice or left out, in
# whatever order transactions commit.
_STATEMENTS = """
INSERT INTO payouts_monthstatement (contract_id, month, claim_id, closed_at, opening_tiyn, accrued_tiyn, reversed_tiyn,
                                    rejected_tiyn, paid_tiyn, closing_tiyn)
SELECT contract.id, %(month)s, claim.id, %(at)s, coalesce(told.owed, 0), coalesce(posted.accrued, 0) - coalesce(told.accrued, 0),
       coalesce(posted.reversed, 0) - coalesce(told.reversed, 0), coalesce(posted.rejected, 0) - coalesce(told.rejected, 0),
       coalesce(posted.paid, 0) - coalesce(told.paid, 0), coalesce(posted.owed, 0)
FROM contracts_contract contract
LEFT JOIN payouts_claim claim ON claim.contract_id = contract.id AND claim.month = %(month)s
LEFT JOIN (
    SELECT account.contract_id, -sum(entry.amount_tiyn) AS owed,
           -sum(entry.amount_tiyn) FILTER (WHERE head.what = 'accrual') AS accrued,
           -sum(entry.amount_tiyn) FILTER (WHERE head.what = 'reversal') AS reversed,
           sum(entry.amount_tiyn) FILTER (WHERE head.what IN ('rejection', 'reinstatement')) AS rejected,
           sum(entry.amount_tiyn) FILTER (WHERE head.what = 'payment') AS paid
    FROM payouts_account account JOIN payouts_ledgerentry entry ON entry.account_id = account.id
    JOIN payouts_ledgertransaction head ON head.id = entry.transaction_id
    WHERE account.contract_id = ANY(%(contracts)s) GROUP BY account.contract_id
) AS posted ON posted.contract_id = contract.id
LEFT JOIN (
    SELECT contract_id, sum(accrued_tiyn) AS accrued, sum(reversed_tiyn) AS reversed, sum(rejected_tiyn) AS rejected,
           sum(paid_tiyn) AS paid, sum(accrued_tiyn + reversed_tiyn - rejected_tiyn - paid_tiyn) AS owed
    FROM payouts_monthstatement WHERE contract_id = ANY(%(contracts)s) GROUP BY contract_id
) AS told ON told.contract_id = contract.id
WHERE contract.id = ANY(%(contracts)s) AND (posted.contract_id IS NOT NULL OR claim.id IS NOT NULL)
  AND NOT EXISTS (SELECT FROM payouts_monthstatement WHERE contract_id = contract.id AND month >= %(month)s)
RETURNING id
"""
_STATEMENT_LINES = """
INSERT INTO payouts_statementline (statement_id, part, category_id, stage, lines_n, mass_g, amount_tiyn)
SELECT statement.id, CASE WHEN line.claim_id IS NULL THEN 'held' ELSE 'claimed' END, line.category_id, line.stage, count(*),
       sum(line.mass_g), sum(line.amount_tiyn)
FROM payouts_monthstatement statement
JOIN payouts_accrualline line ON line.contract_id = statement.contract_id AND (
    line.claim_id = statement.claim_id OR line.claim_id IS NULL AND line.claim_month <= statement.month)
WHERE statement.id = ANY(%s)
GROUP BY statement.id, 2, line.category_id, line.stage ORDER BY statement.id, 2, line.category_id, line.stage
"""


def lock_contracts(contract_ids: Sequence[UUID]) -> None:
    """Nobody accrues to or claims for these contracts until the end of the transaction."""
    execute(_LOCK, [list(contract_ids)])


def make_claims(contract_ids: Sequence[UUID], month: date, *, by: UUID | None, at: datetime) -> list[UUID]:
    """A draft claim for each of these contracts that has something payable and no claim of `month` yet; their ids."""
    execute("DROP TABLE IF EXISTS payable")
    execute(_PICK, [list(contract_ids), month])
    sums = rows(_SUMS, [month])
    made = [uuid7(at) for _ in sums]
    if made:
        totals: dict[str, Any] = {name: [one[name] for one in sums] for name in ("lines_n", "mass_g", "amount_tiyn")}
        execute(_CLAIMS, totals | {
            "ids": made, "contracts": [one["contract_id"] for one in sums], "month": month, "by": by, "at": at,
            "last_day": date.fromordinal(next_month(month).toordinal() - 1)})
        execute(_TAKE, [made])
        execute(_SHARES, [made])
    execute("DROP TABLE payable")
    return made


def freeze_statements(contract_ids: Sequence[UUID], month: date, *, at: datetime) -> int:
    """Write these contracts' statements of the month, where they have money and no statement of it yet; how many."""
    made = [row["id"] for row in rows(_STATEMENTS, {"contracts": list(contract_ids), "month": month, "at": at})]
    execute(_STATEMENT_LINES, [made])
    return len(made)


# A month that was paid before the takeover: nothing was owed before it and nothing is owed after it.
_BROUGHT = """
INSERT INTO payouts_monthstatement (contract_id, month, closed_at, opening_tiyn, accrued_tiyn, reversed_tiyn, rejected_tiyn,
                                    paid_tiyn, closing_tiyn)
SELECT contract_id, month, %(at)s, 0, sum(amount_tiyn), 0, 0, sum(amount_tiyn), 0
FROM payouts_paidbefore WHERE id = ANY(%(ids)s) GROUP BY contract_id, month ORDER BY contract_id, month
"""
_BROUGHT_LINES = """
INSERT INTO payouts_statementline (statement_id, part, category_id, stage, lines_n, mass_g, amount_tiyn)
SELECT statement.id, 'before', paid.category_id, 'whole', 1, paid.mass_g, paid.amount_tiyn
FROM payouts_paidbefore paid JOIN payouts_monthstatement statement
    ON statement.contract_id = paid.contract_id AND statement.month = paid.month
WHERE paid.id = ANY(%(ids)s) ORDER BY statement.id, paid.category_id
"""


def state_brought_months(paid_before_ids: Sequence[UUID], *, at: datetime) -> None:
    """Write the closed statements of months that an older system paid: accrued and paid are the same, nothing is left."""
    execute(_BROUGHT, {"ids": list(paid_before_ids), "at": at})
    execute(_BROUGHT_LINES, {"ids": list(paid_before_ids)})
