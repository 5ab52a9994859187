"""Writing down what is used of a quota, a cap or a capacity: one append-only row per change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from collection.kernel.db import execute

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


def release_part(object_id: UUID, grams: int, *, why: str, at: datetime) -> None:
    """Give back `grams` of everything that stands against this object, and never more than stands there."""
    execute(
        """
        INSERT INTO contracts_allotment (of, contract_id, facility_id, category_id, month, amount, why, object_id, at)
        SELECT of, contract_id, facility_id, category_id, month, -least(%s, sum(amount)), %s, object_id, %s
        FROM contracts_allotment WHERE object_id = %s AND of IN ('quota', 'capacity')
        GROUP BY of, contract_id, facility_id, category_id, month, object_id HAVING sum(amount) > 0
        """,
        [grams, why, at, object_id],
    )


def hold_prices(*, changing: bool) -> None:
    """Until the end of the transaction nobody changes prices of days that have begun; or, `changing`, nobody accrues.

    Whoever rates facts reads tariffs that somebody may be changing: without this lock a line could be made at the old
    rate after the repricing had looked for such lines.
    """
    shared = "" if changing else "_shared"
    execute(f"SELECT pg_advisory_xact_lock{shared}(hashtextextended('prices of days that have begun', 3))")


def serve(contract_ids: Sequence[UUID]) -> int:
    """Let dispatch find the contracts: one ServedArea per leg, category and region, at the base or the plant."""
    legs = [(kind, leg) for kind, served in LEGS.items() for leg in served]
    return execute(
        """
        INSERT INTO contracts_servedarea (programme_id, contract_id, leg, category_id, region_id, quota_g, point)
        SELECT contract.programme_id, contract.id, legs.leg, quota.category_id, served.region_id, quota.quota_g,
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
