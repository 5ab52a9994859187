"""The only file that writes the ledger: append-only double entry in tiyn, debit positive, credit negative.

| transaction | debit | credit | when |
| --- | --- | --- | --- |
| accrual | cost | accrued (to the contract) | a line is made; its reversal turns the signs |
| approval | accrued | approved | a second person approved the claim |
| rejection | accrued | cost | the claim was refused |
| reinstatement | cost | accrued | an appeal against the refusal was granted |
| payment | approved | bank | the bank paid the order |

Every transaction sums to zero (a deferred trigger looks at commit); nothing is ever changed or deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from collection.kernel.db import execute

#: Accounts of the programme as a whole; the others belong to one contract each.
OF_THE_PROGRAMME = ("cost", "bank")

_OPEN = """
INSERT INTO payouts_account (programme_id, contract_id, kind)
SELECT DISTINCT owner.programme_id, CASE WHEN kind = ANY(%(common)s) THEN NULL ELSE owner.contract_id END, kind
FROM {owners} owner CROSS JOIN unnest(%(kinds)s::text[]) AS kind WHERE owner.id = ANY(%(ids)s)
ON CONFLICT DO NOTHING
"""

# Identifiers are drawn first, so that two entries can name their transaction inside one statement. The reversal of a line
# whose claim was rejected is not posted: the rejection took that money back already.
_ACCRUE = """
WITH line AS MATERIALIZED (
    SELECT line.id, line.programme_id, line.contract_id, line.amount_tiyn, line.reverses_id IS NOT NULL AS reversal,
           nextval('payouts_ledgertransaction_id_seq') AS transaction_id
    FROM payouts_accrualline line
    WHERE line.id = ANY(%(ids)s) AND NOT EXISTS (
        SELECT FROM payouts_accrualline old JOIN payouts_claim claim ON claim.id = old.claim_id
        WHERE old.id = line.reverses_id AND claim.state = 'rejected')
    ORDER BY line.id
), head AS (
    INSERT INTO payouts_ledgertransaction (id, what, at)
    SELECT transaction_id, CASE WHEN reversal THEN 'reversal' ELSE 'accrual' END, %(at)s FROM line
)
INSERT INTO payouts_ledgerentry (transaction_id, account_id, line_id, amount_tiyn)
SELECT line.transaction_id, account.id, line.id, side.sign * line.amount_tiyn
FROM line CROSS JOIN (VALUES ('cost', 1), ('accrued', -1)) AS side (kind, sign)
JOIN payouts_account account ON account.programme_id = line.programme_id AND account.kind = side.kind
    AND account.contract_id IS NOT DISTINCT FROM CASE side.kind WHEN 'cost' THEN NULL ELSE line.contract_id END
ORDER BY line.id, side.sign DESC
"""

_MOVE = """
WITH claim AS MATERIALIZED (
    SELECT claim.id, claim.programme_id, claim.contract_id, claim.amount_tiyn,
           nextval('payouts_ledgertransaction_id_seq') AS transaction_id
    FROM payouts_claim claim WHERE claim.id = ANY(%(ids)s) ORDER BY claim.id
), head AS (
    INSERT INTO payouts_ledgertransaction (id, what, claim_id, at)
    SELECT transaction_id, %(what)s, id, %(at)s FROM claim
)
INSERT INTO payouts_ledgerentry (transaction_id, account_id, amount_tiyn)
SELECT claim.transaction_id, account.id, side.sign * claim.amount_tiyn
FROM claim CROSS JOIN (VALUES (%(debit)s, 1), (%(credit)s, -1)) AS side (kind, sign)
JOIN payouts_account account ON account.programme_id = claim.programme_id AND account.kind = side.kind
    AND account.contract_id IS NOT DISTINCT FROM CASE WHEN side.kind = ANY(%(common)s) THEN NULL ELSE claim.contract_id END
ORDER BY claim.id, side.sign DESC
"""


def accrue(line_ids: Sequence[int], *, at: datetime) -> None:
    """One transaction for each line: the programme's cost up, what is owed to the contract up."""
    _open("payouts_accrualline", line_ids, ("cost", "accrued"))
    execute(_ACCRUE, {"ids": list(line_ids), "at": at})


def approve(claim_ids: Sequence[UUID], *, at: datetime) -> None:
    """Accrued becomes approved."""
    _move(claim_ids, "approval", "accrued", "approved", at)


def reject(claim_ids: Sequence[UUID], *, at: datetime) -> None:
    """What was accrued is not owed after all."""
    _move(claim_ids, "rejection", "accrued", "cost", at)


def reinstate(claim_ids: Sequence[UUID], *, at: datetime) -> None:
    """What a rejection took back is owed again."""
    _move(claim_ids, "reinstatement", "cost", "accrued", at)


def pay(claim_ids: Sequence[UUID], *, at: datetime) -> None:
    """Approved leaves through the bank."""
    _move(claim_ids, "payment", "approved", "bank", at)


def _move(claim_ids: Sequence[UUID], what: str, debit: str, credit: str, at: datetime) -> None:
    """One transaction for each claim, of its whole amount."""
    _open("payouts_claim", claim_ids, (debit, credit))
    execute(_MOVE, {"ids": list(claim_ids), "what": what, "debit": debit, "credit": credit, "at": at,
                    "common": list(OF_THE_PROGRAMME)})


def _open(owners: str, ids: Sequence[int] | Sequence[UUID], kinds: Sequence[str]) -> None:
    """The accounts these lines or claims need; those that exist stay."""
    execute(_OPEN.format(owners=owners), {"ids": list(ids), "kinds": list(kinds), "common": list(OF_THE_PROGRAMME)})
