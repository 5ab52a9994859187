"""Closed months: what each contract's statement said when it was closed, and the dated corrections since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from collection.contracts.models import Contract
from collection.kernel.actor import Actor
from collection.kernel.db import rows
from collection.kernel.refusals import NotFound

from ..models import Period as PeriodRow


@dataclass(frozen=True, slots=True)
class Period:
    """A month closed for the whole programme."""

    month: date
    closed_at: datetime
    closed_by: UUID | None
    claims_n: int
    amount_tiyn: int


@dataclass(frozen=True, slots=True)
class MonthStatement:
    """What was owed to the contract when the month was closed, and what moved since the statement before.

    closing = opening + accrued + reversed - rejected - paid. `corrected_tiyn` is what later lines changed of this month's
    since then: restated = what the month's own lines came to + corrected.
    """

    id: int
    contract_id: UUID
    month: date
    claim_id: UUID | None
    claim_number: int | None
    closed_at: datetime
    opening_tiyn: int
    accrued_tiyn: int
    reversed_tiyn: int
    rejected_tiyn: int
    paid_tiyn: int
    closing_tiyn: int
    corrected_tiyn: int


@dataclass(frozen=True, slots=True)
class StatementPart:
    """`part`: claimed, or held back by a rule on that day."""

    part: str
    category: str
    stage: str
    lines_n: int
    mass_g: int
    amount_tiyn: int


@dataclass(frozen=True, slots=True)
class Correction:
    """A later line that takes back one of the month's, or replaces it: dated, and claimed in a later month."""

    line_id: int
    at: datetime
    consignment_id: UUID
    consignment_number: int
    category: str
    stage: str
    mass_g: int
    amount_tiyn: int
    claim_month: date


# The month's own lines are those its claim took and those that were held that day; what corrects them are reversals of
# them, and later editions of the same fact or of its price. Corrections made before the closing are part of what was closed.
_LATER = """
SELECT later.id AS line_id, later.accrued_at AS at, later.consignment_id, load.number AS consignment_number,
       later.category_id AS category, later.stage, later.mass_g, later.amount_tiyn, later.claim_month,
       statement.id AS statement_id
FROM payouts_monthstatement statement
JOIN payouts_accrualline own ON own.contract_id = statement.contract_id AND own.reverses_id IS NULL AND (
    own.claim_id = statement.claim_id
    OR own.claim_month = statement.month AND own.accrued_at <= statement.closed_at
       AND own.claim_id IS DISTINCT FROM statement.claim_id)
JOIN custody_fact fact ON fact.id = own.fact_id
JOIN payouts_accrualline later ON later.consignment_id = own.consignment_id AND later.stage = own.stage
    AND later.accrued_at > statement.closed_at
JOIN custody_fact newer ON newer.id = later.fact_id AND newer.measure = fact.measure
    AND (later.reverses_id = own.id OR later.reverses_id IS NULL AND newer.edition = fact.edition + 1
         OR later.fact_id = own.fact_id AND later.edition = own.edition + 2)
JOIN custody_consignment load ON load.id = later.consignment_id
WHERE statement.contract_id = %(contract)s AND (%(month)s::date IS NULL OR statement.month = %(month)s::date)
ORDER BY later.id
"""
_STATEMENTS = f"""
WITH later AS ({_LATER}), corrected AS (
    SELECT statement_id, sum(amount_tiyn)::bigint AS tiyn FROM later GROUP BY statement_id
)
SELECT statement.id, statement.contract_id, statement.month, statement.claim_id, claim.number AS claim_number,
       statement.closed_at, statement.opening_tiyn, statement.accrued_tiyn, statement.reversed_tiyn,
       statement.rejected_tiyn, statement.paid_tiyn, statement.closing_tiyn, coalesce(corrected.tiyn, 0) AS corrected_tiyn
FROM payouts_monthstatement statement
LEFT JOIN payouts_claim claim ON claim.id = statement.claim_id
LEFT JOIN corrected ON corrected.statement_id = statement.id
WHERE statement.contract_id = %(contract)s AND (%(month)s::date IS NULL OR statement.month = %(month)s::date)
ORDER BY statement.month DESC
"""
_PARTS = """
SELECT part, category_id AS category, stage, lines_n, mass_g, amount_tiyn FROM payouts_statementline
WHERE statement_id = %s ORDER BY part, category_id, stage
"""


def month_statements(actor: Actor, contract_id: UUID) -> list[MonthStatement]:
    """The closed months of one's own contract, newest first; NotFound for another's."""
    return [MonthStatement(**row) for row in _asked(actor, contract_id, None)]


def month_statement(actor: Actor, contract_id: UUID, month: date) -> tuple[
        MonthStatement, list[StatementPart], list[Correction]]:
    """One closed month: as it was closed, its parts, and every dated correction since. NotFound where it is not closed."""
    found = _asked(actor, contract_id, month)
    if not found:
        raise NotFound
    later: list[dict[str, Any]] = rows(_LATER, {"contract": contract_id, "month": month})
    for one in later:
        del one["statement_id"]
    return (MonthStatement(**found[0]), [StatementPart(**row) for row in rows(_PARTS, [found[0]["id"]])],
            [Correction(**one) for one in later])


def periods(programme: str) -> list[Period]:
    """The closed months of the programme with that code, newest first."""
    found = PeriodRow.objects.filter(programme__code=programme).order_by("-month")
    return [Period(one.month, one.closed_at, one.closed_by, one.claims_n, one.amount_tiyn) for one in found]


def _asked(actor: Actor, contract_id: UUID, month: date | None) -> list[dict[str, Any]]:
    if not Contract.objects.visible_to(actor).filter(pk=contract_id).exists():
        raise NotFound
    return rows(_STATEMENTS, {"contract": contract_id, "month": month})
