"""Writing down what is used of a quota, a cap or a capacity: one append-only row per change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from collection.kernel.db import execute, rows

from .models import Allotment
from .states import LEGS


@dataclass(frozen=True, slots=True)
class Allot:
    """`amount` grams (quota, capacity) or tiyn (cap) of something, because of `object_id`."""

    of: str  # quota | cap | capacity
    amount: int
    why: str
    object_id: UUID
    contract_id: UUID | None = None
    facility_id: UUID | None = None
    category_id: str | None = None
    month: date | None = None


def allot(allotments: Sequence[Allot], *, at: datetime) -> None:
    """Append the rows with one statement."""
    Allotment.objects.bulk_create(
        [
            Allotment(
                of=row.of, amount=row.amount, why=row.why, object_id=row.object_id, contract_id=row.contract_id,
                facility_id=row.facility_id, category_id=row.category_id, month=row.month, at=at,
            )
            for row in allotments
        ]
    )


def release(object_ids: Sequence[UUID], *, why: str, at: datetime) -> None:
    """Give back everything that stands against these objects: the negated sum, once, however often it is called."""
    execute(
        """
        INSERT INTO contracts_allotment (of, contract_id, facility_id, category_id, month, amount, why, object_id, at)
        SELECT of, contract_id, facility_id, category_id, month, -sum(amount), %s, object_id, %s
        FROM contracts_allotment WHERE object_id = ANY(%s)
        GROUP BY of, contract_id, facility_id, category_id, month, object_id HAVING sum(amount) <> 0
        """,
        [why, at, list(object_ids)],
    )


def reserve(*, object_id: UUID, collector_contract_id: UUID, recycler_contract_id: UUID | None,
            facility_id: UUID | None, category_id: str, mass_g: int, month: date, at: datetime) -> bool:
    """Reserve `mass_g` of both quotas and of the plant's month, all or nothing; False when one of them has no room.

    The quota rows are locked first and the sums read by the next statement, so two accepts of one contract
    queue here and the second sees what the first took.
    """
    contracts = [c for c in (collector_contract_id, recycler_contract_id) if c]
    rows(
        """
        WITH quota AS (
            SELECT id FROM contracts_contractcategory WHERE contract_id = ANY(%s) AND category_id = %s
            ORDER BY id FOR NO KEY UPDATE
        ), plant AS (
            SELECT id FROM registry_facilitycapacity WHERE facility_id = %s AND category_id = %s FOR NO KEY UPDATE
        )
        SELECT (SELECT count(*) FROM quota) + (SELECT count(*) FROM plant) AS locked
        """,
        [contracts, category_id, facility_id, category_id],
    )
    reserved = execute(
        """
        WITH wanted AS (
            SELECT DISTINCT quota.contract_id, quota.quota_g - (
                SELECT coalesce(sum(amount), 0) FROM contracts_allotment used WHERE used.contract_id = quota.contract_id
                AND used.of = 'quota' AND used.category_id = quota.category_id) AS left_g
            FROM contracts_contractcategory quota
            WHERE quota.contract_id = ANY(%(contracts)s) AND quota.category_id = %(category)s
        ), plant AS (
            SELECT capacity.facility_id, capacity.monthly_g - (
                SELECT coalesce(sum(amount), 0) FROM contracts_allotment used
                WHERE used.of = 'capacity' AND used.facility_id = capacity.facility_id
                AND used.category_id = capacity.category_id AND used.month = %(month)s) AS left_g
            FROM registry_facilitycapacity capacity
            WHERE capacity.facility_id = %(facility)s AND capacity.category_id = %(category)s
        )
        INSERT INTO contracts_allotment (of, contract_id, facility_id, category_id, month, amount, why, object_id, at)
        SELECT 'quota', contract_id, NULL, %(category)s, NULL::date, %(mass)s, 'accepted', %(object)s, %(at)s FROM wanted
            WHERE NOT EXISTS (SELECT FROM wanted WHERE left_g < %(mass)s)
              AND NOT EXISTS (SELECT FROM plant WHERE left_g < %(mass)s)
        UNION ALL
        SELECT 'capacity', NULL, facility_id, %(category)s, %(month)s, %(mass)s, 'accepted', %(object)s, %(at)s FROM plant
            WHERE NOT EXISTS (SELECT FROM wanted WHERE left_g < %(mass)s)
              AND NOT EXISTS (SELECT FROM plant WHERE left_g < %(mass)s)
        """,
        {
            "contracts": contracts, "category": category_id, "facility": facility_id, "month": month,
            "mass": mass_g, "object": object_id, "at": at,
        },
    )
    return reserved > 0


def serve(contract_ids: Sequence[UUID]) -> int:
    """Let dispatch find the contracts: one ServedArea per leg, category and region, at the base or the plant."""
    legs = [(kind, leg) for kind, served in LEGS.items() for leg in served]
    return execute(
        """
        INSERT INTO contracts_servedarea (programme_id, contract_id, leg, category_id, region_id, point)
        SELECT contract.programme_id, contract.id, legs.leg, quota.category_id, served.region_id,
               CASE legs.leg WHEN 'collection' THEN base.point ELSE facility.point END
        FROM contracts_contract contract
        JOIN unnest(%s::text[], %s::text[]) AS legs (kind, leg) ON legs.kind = contract.kind
        JOIN contracts_contractcategory quota ON quota.contract_id = contract.id
        JOIN contracts_contractregion served ON served.contract_id = contract.id
        LEFT JOIN registry_base base ON base.id = contract.base_id
        LEFT JOIN registry_facility facility ON facility.id = contract.facility_id
        WHERE contract.id = ANY(%s)
        """,
        [[kind for kind, _ in legs], [leg for _, leg in legs], list(contract_ids)],
    )
