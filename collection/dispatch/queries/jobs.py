"""Jobs as each of their parties may see them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from collection.kernel.actor import Actor
from collection.kernel.db import rows
from collection.kernel.refusals import NotFound

from ..states import LIVE_JOB_STATES, job_actions
from .seen import GENERATORS, RECYCLERS, Seen, as_json, instant, party, place, point, sees_everything, viewer


def _is_ours(actor: Actor) -> str:
    """Collectors see their own, drivers the assigned, recyclers the inbound, generators their pickups' jobs."""
    if sees_everything(actor):
        return "TRUE"
    if actor.role == "driver":
        return "j.organisation_id = %(organisation)s AND j.driver_id = %(user)s"
    if actor.role == "collector_admin":
        return "j.organisation_id = %(organisation)s"
    if actor.role in RECYCLERS:
        return f"j.recycler_id = %(organisation)s AND j.state IN {LIVE_JOB_STATES}"
    if actor.role in GENERATORS:
        return "p.generator_id = %(organisation)s"
    return "FALSE"


def _seen(actor: Actor, *, whole: bool) -> str:
    # A collector who gave the job back has no more business at the address.
    exact = "FALSE" if actor.role == "support" else "j.state <> 'withdrawn'" if actor.role in (
        "driver", "collector_admin") else "TRUE"
    incidents = f""",
        (SELECT coalesce(json_agg(told ORDER BY told.recorded_at), '[]'::json) FROM (
            SELECT id, kind, note, {instant('occurred_at')} AS occurred_at, {instant('recorded_at')} AS recorded_at,
                (SELECT coalesce(json_agg(json_build_object('upload_id', upload_id, 'sha256', sha256) ORDER BY photo.id),
                    '[]'::json) FROM dispatch_incidentphoto photo WHERE photo.incident_id = incident.id) AS photos
            FROM dispatch_incident incident WHERE job_id = j.id) told) AS incidents""" if whole else ""
    fields = f"""
        j.id, j.pickup_id, p.number AS pickup_number, j.state, j.reason, j.contract_id, j.recycler_contract_id,
        {instant('j.assigned_at')} AS assigned_at, {instant('j.ended_at')} AS ended_at,
        p.category_id AS category, p.waste_code_id AS waste_code, p.declared_g, p.mass_assumed, p.origin,
        {instant('p.window_from')} AS window_from, {instant('p.window_to')} AS window_to,
        {place(exact)} AS place, CASE WHEN {exact} THEN p.note END AS note,
        {party('j.organisation_id')} AS collector, {party('j.recycler_id')} AS recycler,
        (SELECT json_build_object('id', id, 'name', name, 'address', address, 'point', {point('point')})
         FROM registry_facility WHERE id = j.facility_id) AS facility,
        j.driver_id, (SELECT json_build_object('id', id, 'plate', plate, 'payload_g', payload_g)
         FROM registry_vehicle WHERE id = j.vehicle_id) AS vehicle,
        j.trips, j.trips_done, j.frozen, j.version, %(actions)s::jsonb -> j.state AS allowed_actions{incidents}"""
    return f"""
        SELECT j.id, j.assigned_at AS at, j.version, j.state, {as_json(fields)} AS json
        FROM dispatch_job j JOIN pickups_pickup p ON p.id = j.pickup_id"""


def jobs(actor: Actor, *, filters: Mapping[str, Any] | None = None, after: tuple[datetime, UUID] | None = None,
         limit: int = 50) -> list[Seen]:
    """The jobs this person may see, newest first, after the position (assigned_at, id). One statement.

    `filters`: state, pickup (id), ids.
    """
    filters = filters or {}
    conditions = [_is_ours(actor)]
    conditions += [condition for name, condition in {
        "state": "j.state = %(state)s", "pickup": "j.pickup_id = %(pickup)s", "ids": "j.id = ANY (%(ids)s)",
    }.items() if name in filters]
    if after:
        conditions.append("(j.assigned_at, j.id) < (%(after_at)s, %(after_id)s)")
    found = rows(
        f"{_seen(actor, whole=False)} WHERE {' AND '.join(conditions)} "
        "ORDER BY j.assigned_at DESC, j.id DESC LIMIT %(limit)s",
        {**viewer(actor, job_actions(actor.role)), **filters, "limit": limit,
         "after_at": after and after[0], "after_id": after and after[1]},
        keep_plan=True,
    )
    return [Seen(**row) for row in found]


def job(actor: Actor, job_id: UUID) -> Seen:
    """One job with its incidents; NotFound for a stranger's as for an unknown one."""
    found = rows(f"{_seen(actor, whole=True)} WHERE j.id = %(job)s AND {_is_ours(actor)}",
                 {**viewer(actor, job_actions(actor.role)), "job": job_id}, keep_plan=True)
    if not found:
        raise NotFound
    return Seen(**found[0])
