"""I4, I13, I16, I19: only legal steps, a feed that tells them, an untouched record, and Almaty's days."""

from __future__ import annotations

from collection.audit.queries import verify
from collection.kernel.db import rows

from .check import Check, Found, Invariant, every, found, sql

# The lifecycles are written on the tables themselves: (table, its kind, 'from>to,...').
_LIFECYCLES = r"""
SELECT tgrelid::regclass::text AS "table", args[1] AS kind, string_to_array(args[2], ',') AS steps, tgenabled
FROM pg_trigger CROSS JOIN LATERAL (SELECT regexp_match(pg_get_triggerdef(oid), '\(''([^'']*)'', ''([^'']*)''\)$')) AS m (args)
WHERE tgname = 'lifecycle' AND NOT tgisinternal ORDER BY 1
"""


def _steps() -> Found:
    """Each object's present state is the last one written down, each followed legally from the one before."""
    wrong, checked = [], 0
    for one in rows(_LIFECYCLES):
        table, kind = one["table"], one["kind"]
        checked += int(rows(every(table))[0]["n"])
        if one["tgenabled"] != "O":
            wrong.append(f"{table}: its trigger is switched off")
        wrong += [f"{kind} {row['id']}" for row in rows(f"""
            SELECT id FROM {table} AS now WHERE now.state IS DISTINCT FROM (
                SELECT became FROM audit_statechange WHERE object_id = now.id AND object_type = %(kind)s
                ORDER BY id DESC LIMIT 1)
            UNION
            SELECT object_id FROM (
                SELECT object_id, was, became, lag(became, 1, '') OVER (PARTITION BY object_id ORDER BY id) AS before
                FROM audit_statechange WHERE object_type = %(kind)s) AS step
            WHERE was <> before OR (was <> '' AND NOT was || '>' || became = ANY (%(steps)s))""",
            {"kind": kind, "steps": one["steps"]})]
    return found(checked, wrong)


def _chains() -> Found:
    verdict = verify()
    return found(verdict.lines, [f"{one.kind} {one.object_type} {one.object_id} {one.seq}" for one in verdict.findings])


RECORDS = (
    Invariant("I4", "Only legal steps", (
        Check("the present state is the last that was written down, and each followed from the one before", _steps),
    )),
    Invariant("I13", "The feed tells every change", (
        sql("whatever phones follow is told by a trigger that is on",
            "SELECT count(*) AS n FROM pg_trigger WHERE tgname = 'kernel_changed'", """
            SELECT tgrelid::regclass::text AS id FROM pg_trigger WHERE tgname = 'kernel_changed' AND tgenabled <> 'O'
            UNION ALL
            SELECT one FROM unnest(ARRAY['pickups_pickup', 'dispatch_offer', 'dispatch_job', 'custody_consignment']) AS one
            WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = one::regclass AND tgname = 'kernel_changed')"""),
        sql("a step that was taken since the feed begins has been told",
            every("audit_statechange", "at > (SELECT coalesce(min(at), 'infinity') FROM kernel_change)"), """
            SELECT DISTINCT step.object_id AS id FROM audit_statechange step
            WHERE step.object_type IN ('pickup', 'offer', 'job', 'consignment')
              AND step.at > (SELECT coalesce(min(at), 'infinity') FROM kernel_change)
              AND NOT EXISTS (SELECT FROM kernel_change told WHERE told.object_id = step.object_id)"""),
    )),
    Invariant("I16", "The record is untouched", (
        Check("every chain of audit lines and every anchor is as it was written", _chains),
    )),
    Invariant("I19", "Days are Almaty's, moments are moments", (
        sql("a fact's day of supply is that of its ticket in Almaty, never after its recording",
            every("custody_fact"), """
            SELECT fact.id::text AS id FROM custody_fact fact
            JOIN custody_consignment load ON load.id = fact.consignment_id
            JOIN custody_weighing ticket ON ticket.consignment_id = load.source_id
            WHERE fact.supply_on
                <> (least(ticket.occurred_at, ticket.recorded_at) AT TIME ZONE 'Asia/Almaty')::date"""),
        sql("no column holds a time without its zone",
            "SELECT count(*) AS n FROM information_schema.columns WHERE table_schema = 'public' "
            "AND data_type LIKE 'timestamp%%'", """
            SELECT table_name || '.' || column_name AS id FROM information_schema.columns
            WHERE table_schema = 'public' AND data_type = 'timestamp without time zone'"""),
    )),
)
