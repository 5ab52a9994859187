"""The limits money is approved under, what is committed of each, and what a claim waits for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from collection.kernel.db import rows


@dataclass(frozen=True, slots=True)
class Room:
    """One limit that a claim takes from. `kind`: ceiling (the programme's), contract, or cap; None does not narrow it."""

    claim_id: UUID
    key: str
    kind: str
    contract_id: UUID | None
    category_id: str | None
    region_id: str | None
    month: date | None
    limit_tiyn: int
    needed_tiyn: int
    committed_tiyn: int  # by approved, registered and paid claims, this one among them once it is


@dataclass(frozen=True, slots=True)
class CapView:
    """A limit of a programme and how far it is used. `id` is None for the ceiling and contracts' caps, set elsewhere."""

    id: UUID | None
    kind: str
    contract_id: UUID | None
    category: str | None
    region: str | None
    month: date | None
    limit_tiyn: int
    committed_tiyn: int
    queued_tiyn: int


def room(claim_ids: Sequence[UUID]) -> list[Room]:
    """Every limit each of these claims takes from; one statement."""
    return [Room(**row) for row in rows("SELECT * FROM claim_room(%s)", [list(claim_ids)])] if claim_ids else []


_CAPS = """
SELECT CASE WHEN cap.kind = 'cap' THEN cap.key::uuid END AS id, cap.kind, cap.contract_id, cap.category_id AS category,
       cap.region_id AS region, cap.month, cap.limit_tiyn,
       coalesce(sum(share.amount_tiyn) FILTER (WHERE claim.state <> 'queued'), 0)::bigint AS committed_tiyn,
       coalesce(sum(share.amount_tiyn) FILTER (WHERE claim.state = 'queued'), 0)::bigint AS queued_tiyn
FROM payouts_limit cap
JOIN contracts_programme programme ON programme.id = cap.programme_id AND programme.code = %s
LEFT JOIN payouts_claim claim ON claim.programme_id = cap.programme_id
    AND claim.state IN ('queued', 'approved', 'registered', 'paid')
    AND (cap.contract_id IS NULL OR cap.contract_id = claim.contract_id)
    AND (cap.month IS NULL OR cap.month = claim.month)
LEFT JOIN payouts_claimshare share ON share.claim_id = claim.id
    AND (cap.category_id IS NULL OR cap.category_id = share.category_id)
    AND (cap.region_id IS NULL OR cap.region_id = share.region_id)
GROUP BY cap.kind, cap.key, cap.contract_id, cap.category_id, cap.region_id, cap.month, cap.limit_tiyn
ORDER BY cap.kind DESC, cap.contract_id NULLS FIRST, cap.category_id NULLS FIRST, cap.region_id NULLS FIRST,
         cap.month NULLS FIRST
"""


def programmes_with_a_queue() -> list[UUID]:
    """Programmes where an approved claim waits for room."""
    return [row["programme_id"] for row in rows(
        "SELECT DISTINCT programme_id FROM payouts_claim WHERE state = 'queued' ORDER BY programme_id")]


def caps(programme: str) -> list[CapView]:
    """Every limit of the programme with that code: its ceiling, its contracts' caps and the narrower ones."""
    return [CapView(**row) for row in rows(_CAPS, [programme])]
