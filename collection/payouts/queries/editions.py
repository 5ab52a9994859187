"""Lines priced anew after a retroactive change of rates: what is still checked at the old rate, and that pairs cancel out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from collection.contracts.prices import Rates
from collection.kernel.db import rows

_PAIRS = """
SELECT old.fact_id, old.stage, old.edition, -old.mass_g AS mass_g, -old.amount_tiyn AS amount_tiyn,
       line.mass_g AS mass_is, line.amount_tiyn AS amount_is, old.claim_id IS NULL AND line.claim_id IS NOT NULL AS alone,
       (SELECT coalesce(sum(entry.amount_tiyn) FILTER (WHERE account.kind = 'cost'), 0) FROM payouts_ledgerentry entry
        JOIN payouts_account account ON account.id = entry.account_id WHERE entry.line_id IN (old.id, line.id)) AS cost_tiyn
FROM payouts_accrualline line JOIN payouts_accrualline old ON old.id = line.reverses_id AND old.fact_id = line.fact_id
WHERE (%(programme)s::uuid IS NULL OR line.programme_id = %(programme)s::uuid)
  AND (line.mass_g <> -old.mass_g OR line.amount_tiyn <> -old.amount_tiyn
       OR round(old.coefficient * old.index_tiyn * old.mass_g / 1000000) <> old.amount_tiyn
       OR old.claim_id IS NULL AND line.claim_id IS NOT NULL
       OR (SELECT coalesce(sum(entry.amount_tiyn) FILTER (WHERE account.kind = 'cost'), 0) FROM payouts_ledgerentry entry
           JOIN payouts_account account ON account.id = entry.account_id WHERE entry.line_id IN (old.id, line.id)) <> 0)
ORDER BY line.id
"""


def broken_pairs(programme_id: UUID | None) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Lines that a repricing took back and that do not cancel out: their name, what should be there, what is."""
    return [
        (f"edition {row['edition']} of fact {row['fact_id']}, {row['stage']}",
         {"mass_g": row["mass_g"], "amount_tiyn": row["amount_tiyn"], "cost_tiyn": 0, "alone": False},
         {"mass_g": row["mass_is"], "amount_tiyn": row["amount_is"], "cost_tiyn": row["cost_tiyn"], "alone": row["alone"]})
        for row in rows(_PAIRS, {"programme": programme_id})
    ]


def agreed_then(fact: Mapping[str, Any], rates: Rates, found: Mapping[tuple[int, str], Mapping[str, Any]]
                ) -> dict[str, Decimal]:
    """The coefficients a fact must be priced by: today's for its supply date, but the one its line names where the line is
    beyond repricing (taken back by a correction, or finally rejected); a stage whose rate came later then has no line.
    """
    agreed = {}
    for stage, coefficient in rates.coefficients.items():
        line = found.get((fact["id"], stage))
        beyond = fact["taken_back"] or (line is not None and line["rejected"])
        if not beyond:
            agreed[stage] = coefficient
        elif line is not None:
            agreed[stage] = line["agreed"]
        elif _made_at(rates.tariff_ids[stage]) <= fact["rated_at"]:
            agreed[stage] = coefficient
    return agreed


def _made_at(tariff_id: UUID) -> datetime:
    """When a row was written: its id is a UUIDv7."""
    return datetime.fromtimestamp((tariff_id.int >> 80) / 1000, UTC)
