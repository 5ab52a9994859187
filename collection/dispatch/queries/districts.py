"""Tonnes that nobody fetches, by district."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from collection.kernel.db import rows


@dataclass(frozen=True, slots=True)
class District:
    """Declared grams in one district of one programme. `district` None: the region's, in no known district."""

    programme: str
    region: str
    district: str | None
    waiting_n: int
    waiting_g: int  # unserved now
    oldest_at: datetime | None  # of those
    lost_n: int
    lost_g: int  # expired in the last days: nobody came


def unserved_by_district(*, programme: str | None = None, days: int = 30) -> list[District]:
    """Where requests wait in vain, and what was lost in the last `days`; most grams first. One statement."""
    return [District(**row) for row in rows(
        """
        SELECT programme.code AS programme, p.region_id AS region, p.district_id AS district,
               count(*) FILTER (WHERE p.state = 'unserved') AS waiting_n,
               coalesce(sum(p.declared_g) FILTER (WHERE p.state = 'unserved'), 0)::bigint AS waiting_g,
               min(p.submitted_at) FILTER (WHERE p.state = 'unserved') AS oldest_at,
               count(*) FILTER (WHERE p.state = 'expired') AS lost_n,
               coalesce(sum(p.declared_g) FILTER (WHERE p.state = 'expired'), 0)::bigint AS lost_g
        FROM contracts_programme programme JOIN pickups_pickup p ON p.programme_id = programme.id
          AND (p.state = 'unserved' OR p.state = 'expired' AND p.submitted_at IS NOT NULL
               AND p.closed_at > house_clock() - make_interval(days => %(days)s))
        WHERE %(programme)s::text IS NULL OR programme.code = %(programme)s
        GROUP BY 1, 2, 3 ORDER BY sum(p.declared_g) DESC, 1, 2, 3
        """,
        {"programme": programme, "days": days},
    )]


def unserved_g(*, programme_id: UUID, region: str, district: str | None) -> int:
    """Grams that wait in vain in one district now."""
    return rows(
        """
        SELECT coalesce(sum(declared_g), 0)::bigint AS g FROM pickups_pickup
        WHERE programme_id = %s AND state = 'unserved' AND region_id = %s AND district_id IS NOT DISTINCT FROM %s
        """,
        [programme_id, region, district],
    )[0]["g"]
