"""What a request is judged by, before it is taken in."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from collection.kernel.db import rows
from collection.pickups.states import WAITING_STATES

_STANDING = """
SELECT site.organisation_id, site.region_id, site.district_id, site.precision, ST_AsEWKT(site.point) AS point,
       programme.id AS programme_id, programme.starts_on, programme.ends_on,
       EXISTS (SELECT FROM contracts_enrolment enrolled
            WHERE enrolled.programme_id = programme.id AND enrolled.generator_id = site.organisation_id) AS enrolled,
       EXISTS (SELECT FROM waste_category WHERE code = %(category)s) AS category_known,
       %(waste_code)s::text IS NULL OR EXISTS (SELECT FROM waste_wastecode WHERE code = %(waste_code)s) AS code_known,
       %(waste_code)s::text IS NULL OR EXISTS (SELECT FROM waste_categorycode allowed
            WHERE allowed.category_id = %(category)s AND allowed.code_id = %(waste_code)s) AS code_allowed,
       (SELECT index.tiyn FROM contracts_indexvalue index WHERE index.valid @> %(day)s::date) AS index_tiyn,
       (SELECT coalesce(json_object_agg(tariff.stage, tariff.coefficient::text), '{}') FROM contracts_tariff tariff
            WHERE tariff.programme_id = programme.id AND tariff.category_id = %(category)s
              AND tariff.valid @> %(day)s::date) AS rates,
       EXISTS (SELECT FROM contracts_servedarea area JOIN contracts_contract contract ON contract.id = area.contract_id
            WHERE area.cell = contracts_cell(programme.id, site.region_id, %(category)s, 'collection')
              AND area.programme_id = programme.id AND area.region_id = site.region_id
              AND area.category_id = %(category)s AND area.leg = 'collection'
              AND contract.state = 'active' AND contract.valid @> %(day)s::date) AS served
FROM registry_site site, contracts_programme programme
WHERE site.id = %(site)s AND programme.code = %(programme)s
"""


def standing(*, site_id: UUID, programme: str, category: str, waste_code: str | None, day: date) -> dict[str, Any] | None:
    """Everything that decides whether a request is acceptable and payable, in one statement; None: no such site or programme."""
    found = rows(_STANDING, {
        "site": site_id, "programme": programme, "category": category, "waste_code": waste_code, "day": day}, keep_plan=True)
    if not found:
        return None
    stand = found[0]
    stand["rates"] = {stage: Decimal(coefficient) for stage, coefficient in stand["rates"].items()}
    return stand


def likely_duplicates(*, site_id: UUID, category: str, window_from: datetime, window_to: datetime) -> list[UUID]:
    """Requests that still wait at this site for the same category in an overlapping window, newest first, at most three."""
    return [row["id"] for row in rows(
        """
        SELECT id FROM pickups_pickup
        WHERE site_id = %s AND category_id = %s AND state = ANY(%s) AND window_from < %s AND window_to > %s
        ORDER BY submitted_at DESC LIMIT 3
        """,
        [site_id, category, [*WAITING_STATES, "accepted"], window_to, window_from],
    )]
