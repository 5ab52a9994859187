"""Writing down what is used of a quota, a cap or a capacity: one append-only row per change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from collection.kernel.db import execute

from .models import Allotment


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


def allot(rows: Sequence[Allot], *, at: datetime) -> None:
    """Append the rows with one statement."""
    Allotment.objects.bulk_create(
        [
            Allotment(
                of=row.of, amount=row.amount, why=row.why, object_id=row.object_id, contract_id=row.contract_id,
                facility_id=row.facility_id, category_id=row.category_id, month=row.month, at=at,
            )
            for row in rows
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
