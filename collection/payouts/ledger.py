"""The only file that writes the ledger: append-only double entry in tiyn, debit positive, credit negative.

| transaction | debit | credit | when |
| --- | --- | --- | --- |
| accrual | cost | accrued (to the contract) | a line is made; its reversal turns the signs |
| approval | accrued | approved | a second person approved the claim |
| recall | approved | accrued | an inspection failed before the claim was sent to the bank |
| rejection | accrued | cost | the claim was refused |
| reinstatement | cost | accrued | an appeal against the refusal was granted |
| payment | approved | bank | the bank paid the order |
| accrual, then payment | cost, then accrued | accrued, then bank | an older system had paid a month: both at the takeover |

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

def _sides(owner: str, *, debit: str, credit: str, line: str) -> str:
    """The two entries of each row of `owner`, debit first. Each account is found by its unique index, whatever their number."""
    return "\nUNION ALL\n".join(
        f"""SELECT {owner}.id AS of, {place} AS place, {owner}.transaction_id, account.id AS account_id, {line} AS line_id,
       {sign}{owner}.amount_tiyn AS amount_tiyn
FROM {owner} JOIN payouts_account account ON account.programme_id = {owner}.programme_id AND account.kind = '{kind}'
    AND account.contract_id {"IS NULL" if kind in OF_THE_PROGRAMME else f"= {owner}.contract_id"}"""
        for place, (kind, sign) in enumerate(((debit, ""), (credit, "-"))))


# Identifiers are drawn first, so that two entries can name their transaction inside one statement. The reversal of a line
# whose claim was rejected is not posted: the rejection took that money back already.
_ACCRUE = f"""
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
SELECT transaction_id, account_id, line_id, amount_tiyn
FROM ({_sides("line", debit="cost", credit="accrued", line="line.id")}) AS side ORDER BY of, place
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
INSERT INTO payouts_ledgerentry (transaction_id, account_id, line_id, amount_tiyn)
SELECT transaction_id, account_id, line_id, amount_tiyn FROM ({sides}) AS side ORDER BY of, place
"""


def accrue(line_ids: Sequence[int], *, at: datetime) -> None:
    """One transaction for each line: the programme's cost up, what is owed to the contract up."""
    _open("payouts_accrualline", line_ids, ("cost", "accrued"))
    execute(_ACCRUE, {"ids": list(line_ids), "at": at})


def approve(claim_ids: Sequence[UUID], *, at: datetime) -> None:
    """Accrued becomes approved."""
    _move(claim_ids, "approval", "accrued", "approved", at)


def recall(claim_ids: Sequence[UUID], *, at: datetime) -> None:
    """What was approved is only accrued again."""
    _move(claim_ids, "recall", "approved", "accrued", at)


def reject(claim_ids: Sequence[UUID], *, at: datetime) -> None:
    """What was accrued is not owed after all."""
    _move(claim_ids, "rejection", "accrued", "cost", at)


def reinstate(claim_ids: Sequence[UUID], *, at: datetime) -> None:
    """What a rejection took back is owed again."""
    _move(claim_ids, "reinstatement", "cost", "accrued", at)


def pay(claim_ids: Sequence[UUID], *, at: datetime) -> None:
    """Approved leaves through the bank."""
    _move(claim_ids, "payment", "approved", "bank", at)


_BROUGHT = """(SELECT paid.id, paid.contract_id, contract.programme_id, paid.amount_tiyn
    FROM payouts_paidbefore paid JOIN contracts_contract contract ON contract.id = paid.contract_id)"""
_BRING = f"""
WITH paid AS MATERIALIZED (
    SELECT paid.*, nextval('payouts_ledgertransaction_id_seq') AS transaction_id FROM {_BROUGHT} AS paid
    WHERE paid.id = ANY(%(ids)s) ORDER BY paid.id
), head AS (
    INSERT INTO payouts_ledgertransaction (id, what, paid_before_id, at)
    SELECT transaction_id, %(what)s, id, %(at)s FROM paid
)
INSERT INTO payouts_ledgerentry (transaction_id, account_id, line_id, amount_tiyn)
SELECT transaction_id, account_id, line_id, amount_tiyn FROM ({{sides}}) AS side ORDER BY of, place
"""


def bring(paid_before_ids: Sequence[UUID], *, at: datetime) -> None:
    """What an older system owed and paid: two transactions for each, so nothing is owed and what was paid is told."""
    _open(_BROUGHT, paid_before_ids, ("cost", "accrued", "bank"))
    for what, debit, credit in (("accrual", "cost", "accrued"), ("payment", "accrued", "bank")):
        execute(_BRING.format(sides=_sides("paid", debit=debit, credit=credit, line="NULL::bigint")),
                {"ids": list(paid_before_ids), "what": what, "at": at})


def _move(claim_ids: Sequence[UUID], what: str, debit: str, credit: str, at: datetime) -> None:
    """One transaction for each claim, of its whole amount."""
    _open("payouts_claim", claim_ids, (debit, credit))
    execute(_MOVE.format(sides=_sides("claim", debit=debit, credit=credit, line="NULL::bigint")),
            {"ids": list(claim_ids), "what": what, "at": at})


def _open(owners: str, ids: Sequence[int] | Sequence[UUID], kinds: Sequence[str]) -> None:
    """The accounts these lines or claims need; those that exist stay."""
    execute(_OPEN.format(owners=owners), {"ids": list(ids), "kinds": list(kinds), "common": list(OF_THE_PROGRAMME)})
