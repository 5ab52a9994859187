"""Plans and routes as each person may see them; which contracts the night has to plan."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from collection.kernel.actor import Actor
from collection.kernel.calendar import ALMATY
from collection.kernel.db import rows
from collection.kernel.money import CURRENCY
from collection.kernel.refusals import NotFound

from ..states import UNDERWAY
from .seen import Seen, as_json, instant, place, point, sees_everything

_FROM = """
FROM dispatch_route route JOIN dispatch_plan plan ON plan.id = route.plan_id
JOIN contracts_contract contract ON contract.id = plan.contract_id
"""
_VEHICLE = """(SELECT json_build_object('id', id, 'plate', plate, 'payload_g', payload_g)
    FROM registry_vehicle WHERE id = route.vehicle_id)"""

_DONE = "CASE WHEN stop.kind = 'delivery' THEN stop.done_at WHEN j.state IN ('done', 'failed') THEN j.ended_at END"


def _is_ours(actor: Actor) -> str:
    """Collectors see their organisation's, drivers those they drive."""
    if sees_everything(actor):
        return "TRUE"
    if actor.role == "collector_admin":
        return "contract.organisation_id = %(organisation)s"
    if actor.role == "driver":
        return "contract.organisation_id = %(organisation)s AND route.driver_id = %(user)s"
    return "FALSE"


def _summary() -> str:
    return f"""
        route.id, route.plan_id, plan.contract_id, plan.day::text AS day, plan.state = 'done' AS in_force,
        {_VEHICLE} AS vehicle, route.driver_id, {instant('route.starts_at')} AS starts_at,
        {instant('route.ends_at')} AS ends_at, route.metres AS distance_m, route.seconds AS driving_s, route.mass_g,
        route.value_tiyn, CASE WHEN route.metres > 0 THEN round(route.value_tiyn * 1000.0 / route.metres)::bigint END
            AS value_tiyn_per_km, '{CURRENCY}' AS currency,
        (SELECT count(*) FROM dispatch_routestop WHERE route_id = route.id) AS halts,
        plan.provider, plan.fallback, plan.version"""


def _whole(actor: Actor) -> str:
    exact = "FALSE" if actor.role == "support" else "j.state <> 'withdrawn'" if actor.role in (
        "driver", "collector_admin") else "TRUE"
    return f"""{_summary()}, {point('route.start')} AS start, {point('route.end')} AS base, route.home_m,
        (SELECT coalesce(json_agg(halt ORDER BY halt.position), '[]'::json) FROM (
            SELECT stop.position, stop.kind, stop.job_id, j.pickup_id, p.number AS pickup_number,
                p.category_id AS category, p.declared_g AS mass_g, j.state AS job_state,
                {instant('stop.arrives_at')} AS arrives_at, {instant('stop.departs_at')} AS departs_at,
                CASE WHEN stop.kind = 'pickup' THEN {instant('p.window_from')} END AS window_from,
                CASE WHEN stop.kind = 'pickup' THEN {instant('p.window_to')} END AS window_to,
                stop.load_g, stop.metres AS distance_m, stop.seconds AS driving_s, stop.fixed,
                {instant(_DONE)} AS done_at,
                CASE WHEN stop.kind = 'pickup' THEN {place(exact)} END AS place,
                CASE WHEN stop.kind = 'delivery' THEN (SELECT json_build_object(
                    'id', id, 'name', name, 'address', address, 'point', {point('point')})
                    FROM registry_facility WHERE id = j.facility_id) END AS facility
            FROM dispatch_routestop stop JOIN dispatch_job j ON j.id = stop.job_id
            JOIN pickups_pickup p ON p.id = j.pickup_id WHERE stop.route_id = route.id) halt) AS stops,
        {_unserved(actor)} AS unserved"""


def _unserved(actor: Actor) -> str:
    """The plan's jobs that are on no route, with their reasons; a driver is told of their own."""
    theirs = "AND j.driver_id = %(user)s" if actor.role == "driver" else ""
    return f"""(SELECT coalesce(json_agg(json_build_object(
            'job_id', j.id, 'pickup_id', p.id, 'pickup_number', p.number, 'mass_g', p.declared_g,
            'window_from', {instant('p.window_from')}, 'window_to', {instant('p.window_to')},
            'reason', left_over ->> 1) ORDER BY p.number), '[]'::json)
        FROM jsonb_array_elements(plan.unserved) left_over JOIN dispatch_job j ON j.id = (left_over ->> 0)::uuid
        JOIN pickups_pickup p ON p.id = j.pickup_id WHERE true {theirs})"""


def routes(actor: Actor, *, filters: Mapping[str, Any], after: tuple[datetime, UUID] | None = None, limit: int = 50,
           whole: bool = False) -> list[Seen]:
    """Routes in force, the latest to set out first, after the position (starts_at, id); `whole`: with their halts.

    `filters`: day, contract (id), driver (user id). One statement.
    """
    conditions = ["plan.state = 'done'", _is_ours(actor)]
    conditions += [condition for name, condition in {
        "day": "plan.day = %(day)s", "contract": "plan.contract_id = %(contract)s",
        "driver": "route.driver_id = %(driver)s"}.items() if filters.get(name) is not None]
    if after:
        conditions.append("(route.starts_at, route.id) < (%(after_at)s, %(after_id)s)")
    fields = _whole(actor) if whole else _summary()
    return [Seen(**row) for row in rows(
        f"SELECT route.id, route.starts_at AS at, plan.version, plan.state, {as_json(fields)} AS json {_FROM} "
        f"WHERE {' AND '.join(conditions)} ORDER BY route.starts_at DESC, route.id DESC LIMIT %(limit)s",
        {"user": actor.user_id, "organisation": actor.organisation_id, **filters, "limit": limit,
         "after_at": after and after[0], "after_id": after and after[1]})]


def route(actor: Actor, route_id: UUID) -> Seen:
    """One route with its halts, in force or replaced; NotFound for a stranger's as for an unknown one."""
    found = rows(
        f"SELECT route.id, route.starts_at AS at, plan.version, plan.state, {as_json(_whole(actor))} AS json {_FROM} "
        f"WHERE route.id = %(route)s AND {_is_ours(actor)}",
        {"user": actor.user_id, "organisation": actor.organisation_id, "route": route_id})
    if not found:
        raise NotFound
    return Seen(**found[0])


def day_plan(actor: Actor, plan_id: UUID) -> Seen:
    """A plan: how far it has come, its routes in short and the jobs left over. NotFound; drivers see routes, no plans."""
    fields = f"""
        plan.id, plan.contract_id, contract.organisation_id, plan.day::text AS day, plan.state, plan.why, plan.progress,
        plan.seed, plan.cost, plan.metres AS distance_m, plan.provider, plan.fallback, plan.unreachable,
        nullif(plan.error, '') AS error,
        plan.replaces_id, {instant('plan.created_at')} AS created_at, {instant('plan.ended_at')} AS ended_at,
        (SELECT coalesce(json_agg(one ORDER BY one.starts_at, one.id), '[]'::json)
         FROM (SELECT {_summary()} FROM dispatch_route route WHERE route.plan_id = plan.id) one) AS routes,
        {_unserved(actor)} AS unserved, plan.version"""
    found = rows(
        f"SELECT plan.id, plan.created_at AS at, plan.version, plan.state, {as_json(fields)} AS json FROM dispatch_plan plan "
        "JOIN contracts_contract contract ON contract.id = plan.contract_id "
        f"WHERE plan.id = %(plan)s AND ({'FALSE' if actor.role == 'driver' else _is_ours(actor)})",
        {"user": actor.user_id, "organisation": actor.organisation_id, "plan": plan_id})
    if not found:
        raise NotFound
    return Seen(**found[0])


def contracts_to_plan(day: date, *, limit: int) -> list[UUID]:
    """Contracts with a base and unfinished jobs of the day that no plan in force or under way has looked at yet."""
    since = datetime.combine(day, time(0), ALMATY)
    return [row["contract_id"] for row in rows(
        f"""
        SELECT DISTINCT job.contract_id FROM dispatch_job job JOIN pickups_pickup pickup ON pickup.id = job.pickup_id
        JOIN contracts_contract contract ON contract.id = job.contract_id AND contract.base_id IS NOT NULL
        WHERE job.state IN {UNDERWAY} AND pickup.window_from < %(until)s AND pickup.window_to >= %(since)s
          AND NOT EXISTS (SELECT FROM dispatch_plan plan WHERE plan.contract_id = job.contract_id AND plan.day = %(day)s
                          AND (plan.why = 'nightly' OR plan.state IN ('queued', 'running')))
          AND NOT EXISTS (SELECT FROM dispatch_routestop stop JOIN dispatch_route route ON route.id = stop.route_id
                          JOIN dispatch_plan plan ON plan.id = route.plan_id
                          WHERE stop.job_id = job.id AND plan.day = %(day)s AND plan.state = 'done')
        ORDER BY job.contract_id LIMIT %(limit)s
        """,
        {"since": since, "until": since + timedelta(days=1), "day": day, "limit": limit})]
