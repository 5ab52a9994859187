"""Pickups as each person may see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from collection.kernel.actor import Actor
from collection.kernel.db import rows
from collection.kernel.refusals import NotFound

from ..states import LIVE_JOB_STATES, pickup_actions
from .seen import GENERATORS, RECYCLERS, Seen, as_json, instant, party, place, sees_everything, viewer

#: A phone whose clock is further ahead than this is mistaken; both times are kept, and the request says so.
CLOCK_TOLERANCE_S = 600

_OFFERED_TO_US = """ARRAY(SELECT pickup_id FROM dispatch_offer
    WHERE organisation_id = %(organisation)s AND state = 'open' AND expires_at > house_clock())"""


def _is_ours(actor: Actor) -> str:
    """Which pickups this person may see, as SQL. Collectors: their own, and those on offer to them now."""
    if sees_everything(actor):
        return "TRUE"
    if actor.role in GENERATORS:
        return "p.generator_id = %(organisation)s"
    if actor.role in RECYCLERS:
        return "p.recycler_id = %(organisation)s"
    if actor.role == "driver":
        return "p.collector_id = %(organisation)s AND p.driver_id = %(user)s"
    if actor.role == "collector_admin":
        return f"(p.collector_id = %(organisation)s OR p.id = ANY ({_OFFERED_TO_US}))"
    return "FALSE"


def fields_of_pickup(actor: Actor) -> str:
    """The SELECT list of pickup `p` for this viewer.

    Nobody but the generator sees the hand-over code. Until a collector has it, it sees neither who nor where exactly;
    support never does.
    """
    exact = {"support": "FALSE", "collector_admin": "coalesce(p.collector_id = %(organisation)s, FALSE)"}.get(
        actor.role, "TRUE")
    code = "CASE WHEN p.state = 'accepted' THEN p.handover_code END" if actor.role in GENERATORS else "NULL::text"
    return f"""
        p.id, p.number, (SELECT code FROM contracts_programme WHERE id = p.programme_id) AS programme,
        (SELECT synthetic FROM contracts_programme WHERE id = p.programme_id) AS synthetic,
        p.state, p.reason, p.category_id AS category, p.waste_code_id AS waste_code, p.declared_g,
        p.mass_assumed, p.origin,
        {instant('p.window_from')} AS window_from, {instant('p.window_to')} AS window_to,
        {instant('p.occurred_at')} AS occurred_at, {instant('p.submitted_at')} AS submitted_at,
        {instant('p.accepted_at')} AS accepted_at, {instant('p.closed_at')} AS closed_at,
        {place(exact)} AS place,
        CASE WHEN {exact} THEN p.site_id END AS site_id, CASE WHEN {exact} THEN p.note END AS note,
        CASE WHEN {exact} THEN {party('p.generator_id')} END AS generator,
        {party('p.collector_id')} AS collector, {party('p.recycler_id')} AS recycler, p.facility_id,
        (SELECT id FROM dispatch_job WHERE pickup_id = p.id AND state IN {LIVE_JOB_STATES}) AS job_id,
        p.driver_id, (SELECT plate FROM registry_vehicle WHERE id = p.vehicle_id) AS vehicle_plate,
        {code} AS handover_code,
        CASE WHEN {exact} THEN ARRAY(SELECT id FROM pickups_upload WHERE pickup_id = p.id ORDER BY id) END AS photo_ids,
        CASE WHEN p.occurred_at > p.submitted_at + interval '{CLOCK_TOLERANCE_S} seconds'
            THEN '["device_clock_ahead"]'::json ELSE '[]'::json END AS flags,
        p.residual_of_id AS residual_of, p.version,
        CASE WHEN {exact} OR {actor.role == 'support'} THEN %(actions)s::jsonb -> p.state
            ELSE '[]'::jsonb END AS allowed_actions"""


def seen_pickup(actor: Actor) -> str:
    """The columns of `Seen` for pickup `p`."""
    return f"p.id, p.submitted_at AS at, p.version, p.state, {as_json(fields_of_pickup(actor))} AS json"


def pickups(actor: Actor, *, filters: Mapping[str, Any] | None = None, after: tuple[datetime, UUID] | None = None,
            limit: int = 50) -> list[Seen]:
    """The pickups this person may see, newest first, after the position (submitted_at, id). One statement.

    `filters`: state, programme (its code), category, region, ids. Recyclers get what is on its way to them.
    """
    filters = filters or {}
    conditions = [_is_ours(actor)]
    conditions += [condition for name, condition in {
        "state": "p.state = %(state)s", "category": "p.category_id = %(category)s", "region": "p.region_id = %(region)s",
        "ids": "p.id = ANY (%(ids)s)",
        "programme": "p.programme_id = (SELECT id FROM contracts_programme WHERE code = %(programme)s)",
    }.items() if name in filters]
    if actor.role in RECYCLERS:
        conditions.append("p.state = 'accepted'")
    if after:
        conditions.append("(p.submitted_at, p.id) < (%(after_at)s, %(after_id)s)")
    found = rows(
        f"SELECT {seen_pickup(actor)} FROM pickups_pickup p WHERE {' AND '.join(conditions)} "
        "ORDER BY p.submitted_at DESC, p.id DESC LIMIT %(limit)s",
        {**viewer(actor, pickup_actions(actor.role)), **filters, "limit": limit,
         "after_at": after and after[0], "after_id": after and after[1]},
        keep_plan=True,
    )
    return [Seen(**row) for row in found]


def pickup(actor: Actor, pickup_id: UUID) -> Seen:
    """One pickup; NotFound for a stranger's as for an unknown one."""
    found = rows(f"SELECT {seen_pickup(actor)} FROM pickups_pickup p WHERE p.id = %(pickup)s AND {_is_ours(actor)}",
                 {**viewer(actor, pickup_actions(actor.role)), "pickup": pickup_id}, keep_plan=True)
    if not found:
        raise NotFound
    return Seen(**found[0])


@dataclass(frozen=True, slots=True)
class Step:
    """A state a pickup or one of its jobs came to. `mass_g`: the grams this step is about, where it is about any."""

    of: str  # pickup | job
    step: str
    at: datetime
    mass_g: int | None


def timeline(pickup_id: UUID) -> list[Step]:
    """How far it has come, oldest first; ask `pickup` first whether it may be seen."""
    return [Step(**row) for row in rows(
        """
        SELECT change.object_type AS of, change.became AS step, change.at,
               CASE WHEN change.object_type = 'pickup' AND change.was = '' THEN p.declared_g END AS mass_g
        FROM pickups_pickup p JOIN audit_statechange change ON change.object_id = p.id
            OR change.object_id IN (SELECT id FROM dispatch_job WHERE pickup_id = p.id)
        WHERE p.id = %s ORDER BY change.id
        """,
        [pickup_id],
    )]


def unserved(actor: Actor, *, programme: str | None = None, after: tuple[datetime, UUID] | None = None,
             limit: int = 50) -> list[Seen]:
    """The queue of requests nobody is eligible for, longest waiting first, each with its latest `explanation`."""
    fields = f"""{fields_of_pickup(actor)},
        (SELECT json_build_object('wave', wave, 'at', {instant('at')}, 'eligible', considered -> 'eligible',
                                  'need', considered -> 'need',
                                  'contracts', considered -> 'contracts', 'recyclers', considered -> 'recyclers')
         FROM dispatch_explanation WHERE pickup_id = p.id ORDER BY id DESC LIMIT 1) AS explanation"""
    found = rows(
        f"""
        SELECT p.id, p.submitted_at AS at, p.version, p.state, {as_json(fields)} AS json FROM pickups_pickup p
        WHERE p.state = 'unserved' AND p.programme_id = ANY (ARRAY(
            SELECT id FROM contracts_programme WHERE %(programme)s::text IS NULL OR code = %(programme)s))
          AND (%(after_at)s::timestamptz IS NULL OR (p.submitted_at, p.id) > (%(after_at)s, %(after_id)s::uuid))
        ORDER BY p.submitted_at, p.id LIMIT %(limit)s
        """,
        {**viewer(actor, pickup_actions(actor.role)), "programme": programme, "limit": limit,
         "after_at": after and after[0], "after_id": after and after[1]},
    )
    return [Seen(**row) for row in found]


def explanation(pickup_id: UUID, *, wave: int | None = None) -> dict[str, Any]:
    """Why a wave (the latest) went to whom it went: every contract considered, and every offer with its answer."""
    told = rows(
        """
        SELECT wave, at, considered::text AS considered, ARRAY(
            SELECT DISTINCT wave FROM dispatch_explanation WHERE pickup_id = %(pickup)s ORDER BY wave) AS waves
        FROM dispatch_explanation WHERE pickup_id = %(pickup)s AND (%(wave)s::int IS NULL OR wave = %(wave)s)
        ORDER BY id DESC LIMIT 1
        """,
        {"pickup": pickup_id, "wave": wave},
    )
    if not told:
        raise NotFound
    offers = rows(
        """
        SELECT o.id, o.rank, o.contract_id, contract.number, o.distance_m, o.state, o.reason, o.offered_at,
               o.expires_at, o.answered_at, o.recycler_contract_id
        FROM dispatch_offer o JOIN contracts_contract contract ON contract.id = o.contract_id
        WHERE o.pickup_id = %s AND o.wave = %s ORDER BY o.rank
        """,
        [pickup_id, told[0]["wave"]],
    )
    return {"pickup_id": pickup_id, "wave": told[0]["wave"], "waves": told[0]["waves"], "at": told[0]["at"],
            **orjson.loads(told[0]["considered"]), "offers": offers}
