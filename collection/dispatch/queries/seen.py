"""How rows become the JSON that one viewer may see, inside the database: lists cost one statement and no objects.

An alias `p` is a pickup, `o` an offer, `j` a job. Who may see an address is decided here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from collection.accounts.rights import STAFF_ROLES
from collection.kernel.actor import Actor

GENERATORS = ("generator", "generator_admin")
RECYCLERS = ("recycler", "recycler_admin")


@dataclass(frozen=True, slots=True)
class Seen:
    """One object as its viewer may see it: `json` is the reply, made by the database; the rest is for code."""

    id: UUID
    at: datetime  # what lists are sorted by, newest first
    version: int
    state: str
    json: str

    def plain(self) -> dict[str, Any]:
        """The reply as plain JSON values."""
        return orjson.loads(self.json)


def instant(column: str) -> str:
    """RFC 3339 in UTC, with its Z."""
    return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


def point(column: str) -> str:
    return f"ST_AsGeoJSON({column}, 7)::json"


def party(organisation_id: str) -> str:
    """An organisation by id and name, or null."""
    return f"(SELECT json_build_object('id', id, 'name', name) FROM accounts_organisation WHERE id = {organisation_id})"


def place(exact: str) -> str:
    """Where pickup `p` is. Without `exact` (SQL, never null): to about a kilometre, and no address."""
    return f"""json_build_object(
        'region', p.region_id, 'district', p.district_id, 'exact', {exact},
        'point', CASE WHEN {exact} THEN {point('p.point')} ELSE ST_AsGeoJSON(ST_SnapToGrid(p.point::geometry, 0.01), 2)::json END,
        'name', CASE WHEN {exact} THEN (SELECT name FROM registry_site WHERE id = p.site_id) END,
        'address', CASE WHEN {exact} THEN (SELECT address FROM registry_site WHERE id = p.site_id) END)"""


def as_json(fields: str) -> str:
    """A SELECT list as one JSON text."""
    return f"(SELECT row_to_json(fields) FROM (SELECT {fields}) fields)::text"


def viewer(actor: Actor, actions: dict[str, list[str]]) -> dict[str, Any]:
    """The parameters every statement of this package takes."""
    return {
        "user": actor.user_id, "organisation": actor.organisation_id, "actions": orjson.dumps(actions).decode(),
    }


def sees_everything(actor: Actor) -> bool:
    return actor.is_house or actor.role in STAFF_ROLES
