"""Offers as those who may answer them see them, and as staff does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from collection.kernel.actor import Actor
from collection.kernel.db import rows
from collection.kernel.refusals import NotFound

from ..states import offer_actions
from .seen import Seen, as_json, instant, place, sees_everything, viewer

# The database clock ends an offer, whether or not anybody has written that down yet.
_STATE = "CASE WHEN o.state = 'open' AND o.expires_at <= house_clock() THEN 'expired' ELSE o.state END"

_FIELDS = f"""
    o.id, o.pickup_id, p.number AS pickup_number, o.contract_id, o.recycler_contract_id, o.facility_id,
    {_STATE} AS state, o.reason, o.wave, o.rank, o.distance_m, o.trips,
    {instant('o.offered_at')} AS offered_at, {instant('o.expires_at')} AS expires_at,
    {instant('o.answered_at')} AS answered_at,
    p.category_id AS category, p.waste_code_id AS waste_code, p.declared_g, p.mass_assumed, p.origin,
    {instant('p.window_from')} AS window_from, {instant('p.window_to')} AS window_to, {place('FALSE')} AS place,
    %(actions)s::jsonb -> ({_STATE}) AS allowed_actions"""

_SEEN = f"""
    SELECT o.id, o.offered_at AS at, 1 AS version, o.state, {as_json(_FIELDS)} AS json
    FROM dispatch_offer o JOIN pickups_pickup p ON p.id = o.pickup_id"""


def offers(actor: Actor, *, filters: Mapping[str, Any] | None = None, after: tuple[datetime, UUID] | None = None,
           limit: int = 50) -> list[Seen]:
    """One's organisation's offers, all for staff, newest first, after the position (offered_at, id). One statement.

    `filters`: state (by the database clock now), pickup (id), ids.
    """
    filters = filters or {}
    conditions = ["TRUE" if sees_everything(actor) else "o.organisation_id = %(organisation)s"]
    conditions += [condition for name, condition in {
        "state": f"({_STATE}) = %(state)s", "pickup": "o.pickup_id = %(pickup)s", "ids": "o.id = ANY (%(ids)s)",
    }.items() if name in filters]
    if after:
        conditions.append("(o.offered_at, o.id) < (%(after_at)s, %(after_id)s)")
    found = rows(
        f"{_SEEN} WHERE {' AND '.join(conditions)} ORDER BY o.offered_at DESC, o.id DESC LIMIT %(limit)s",
        {**viewer(actor, offer_actions(actor.role)), **filters, "limit": limit,
         "after_at": after and after[0], "after_id": after and after[1]},
        keep_plan=True,
    )
    return [Seen(**row) for row in found]


def offer(actor: Actor, offer_id: UUID) -> Seen:
    """One offer; NotFound for another organisation's as for an unknown one."""
    own = "TRUE" if sees_everything(actor) else "o.organisation_id = %(organisation)s"
    found = rows(f"{_SEEN} WHERE o.id = %(offer)s AND {own}",
                 {**viewer(actor, offer_actions(actor.role)), "offer": offer_id}, keep_plan=True)
    if not found:
        raise NotFound
    return Seen(**found[0])
