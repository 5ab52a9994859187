"""Are claims what their lines say, and do the ledger and the bank's payments say the same? One statement each."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from collection.kernel.db import rows

# What each state has posted, as the net of the claim's own transactions on each account: approval moves accrued to
# approved, payment approved to the bank, rejection accrued back to the cost.
_CLAIMS = """
SELECT claim.number, claim.lines_n, claim.mass_g, claim.amount_tiyn, claim.state,
       summed.lines_n AS lines_should, coalesce(summed.mass_g, 0)::bigint AS mass_should,
       coalesce(summed.amount_tiyn, 0)::bigint AS amount_should,
       coalesce(posted.accrued, 0)::bigint AS accrued, coalesce(posted.approved, 0)::bigint AS approved,
       coalesce(posted.bank, 0)::bigint AS bank, coalesce(posted.cost, 0)::bigint AS cost,
       coalesce(paid.tiyn, 0)::bigint AS paid
FROM payouts_claim claim
CROSS JOIN LATERAL (
    SELECT count(*)::int AS lines_n, sum(mass_g) AS mass_g, sum(amount_tiyn) AS amount_tiyn
    FROM payouts_accrualline WHERE claim_id = claim.id) AS summed
CROSS JOIN LATERAL (
    SELECT sum(entry.amount_tiyn) FILTER (WHERE account.kind = 'accrued') AS accrued,
           sum(entry.amount_tiyn) FILTER (WHERE account.kind = 'approved') AS approved,
           sum(entry.amount_tiyn) FILTER (WHERE account.kind = 'bank') AS bank,
           sum(entry.amount_tiyn) FILTER (WHERE account.kind = 'cost') AS cost
    FROM payouts_ledgertransaction head JOIN payouts_ledgerentry entry ON entry.transaction_id = head.id
    JOIN payouts_account account ON account.id = entry.account_id
    WHERE head.claim_id = claim.id) AS posted
CROSS JOIN LATERAL (
    SELECT sum(paid.tiyn) AS tiyn FROM payouts_paid paid JOIN payouts_accrualline line ON line.id = paid.line_id
    WHERE line.claim_id = claim.id) AS paid
WHERE %(programme)s::uuid IS NULL OR claim.programme_id = %(programme)s::uuid
ORDER BY claim.number
"""
_TRIAL = """
SELECT programme.code, sum(entry.amount_tiyn)::bigint AS balance_tiyn
FROM payouts_ledgerentry entry JOIN payouts_account account ON account.id = entry.account_id
JOIN contracts_programme programme ON programme.id = account.programme_id
WHERE %(programme)s::uuid IS NULL OR programme.id = %(programme)s::uuid
GROUP BY programme.code ORDER BY programme.code
"""
# An older system's month was owed and paid: on the programme's cost and bank, and on the contract's own account both ways.
_BROUGHT = """
SELECT contract.number, paid.month, paid.category_id AS category, paid.amount_tiyn, posted.entries::int,
       coalesce(posted.cost, 0)::bigint AS cost, coalesce(posted.owed, 0)::bigint AS owed,
       coalesce(posted.settled, 0)::bigint AS settled, coalesce(posted.bank, 0)::bigint AS bank
FROM payouts_paidbefore paid JOIN contracts_contract contract ON contract.id = paid.contract_id
CROSS JOIN LATERAL (
    SELECT count(*) AS entries, sum(entry.amount_tiyn) FILTER (WHERE account.kind = 'cost') AS cost,
           sum(entry.amount_tiyn) FILTER (WHERE account.contract_id = paid.contract_id AND head.what = 'accrual') AS owed,
           sum(entry.amount_tiyn) FILTER (WHERE account.contract_id = paid.contract_id AND head.what = 'payment') AS settled,
           sum(entry.amount_tiyn) FILTER (WHERE account.kind = 'bank') AS bank
    FROM payouts_ledgertransaction head JOIN payouts_ledgerentry entry ON entry.transaction_id = head.id
    JOIN payouts_account account ON account.id = entry.account_id
    WHERE head.paid_before_id = paid.id) AS posted
WHERE %(programme)s::uuid IS NULL OR contract.programme_id = %(programme)s::uuid
ORDER BY contract.number, paid.month, paid.category_id
"""
#: For each state, the sign of the claim's amount on the accounts accrued, approved, bank and cost, and of what was paid.
_POSTED = {"approved": (1, -1, 0, 0, 0), "registered": (1, -1, 0, 0, 0), "paid": (1, 0, -1, 0, 1),
           "rejected": (1, 0, 0, -1, 0)}


def claims_and_ledger(programme_id: UUID | None) -> tuple[int, list[tuple[str, dict[str, Any], dict[str, Any]]]]:
    """How many claims there are, and each claim or ledger that differs: its name, what it should be, what it is."""
    found = rows(_CLAIMS, {"programme": programme_id})
    wrong = []
    for one in found:
        signs = _POSTED.get(one["state"], (0, 0, 0, 0, 0))
        money = {name: sign * one["amount_should"]
                 for name, sign in zip(("accrued", "approved", "bank", "cost", "paid"), signs, strict=True)}
        should = {"lines_n": one["lines_should"], "mass_g": one["mass_should"], "amount_tiyn": one["amount_should"], **money}
        is_ = {name: one[name] for name in should}
        if should != is_:
            wrong.append((f"claim No {one['number']}", should, is_))
    for one in rows(_BROUGHT, {"programme": programme_id}):
        amount = one["amount_tiyn"]
        should = {"entries": 4, "cost": amount, "owed": -amount, "settled": amount, "bank": -amount}
        if should != (is_ := {name: one[name] for name in should}):
            wrong.append((f"{one['category']} of {one['month']:%Y-%m}, paid before to {one['number']}", should, is_))
    wrong += [(f"ledger of {one['code']}", {"balance_tiyn": 0}, {"balance_tiyn": one["balance_tiyn"]})
              for one in rows(_TRIAL, {"programme": programme_id}) if one["balance_tiyn"]]
    return len(found), wrong
