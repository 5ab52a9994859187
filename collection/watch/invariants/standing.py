"""I1, I17, I18, I20: what the database promises of itself: durable, unexhausted, and of a schema that the code knows."""

from __future__ import annotations

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from .check import Check, Found, Invariant, every, found, sql


def _migrations() -> Found:
    """What is applied and what the code has, the same."""
    loader = MigrationLoader(connection)
    applied = {key for key in loader.applied_migrations if key[0] in loader.migrated_apps}
    here = set(loader.disk_migrations)
    return found(len(here), [f"{app}.{name}: not applied" for app, name in sorted(here - applied)]
                 + [f"{app}.{name}: of a release this code does not know" for app, name in sorted(applied - here)])


STANDING = (
    Invariant("I1", "What was acknowledged is durable", (
        sql("PostgreSQL writes to the disk before it says so",
            "SELECT 4 AS n", """
            SELECT name AS id FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting <> 'on'
            UNION ALL SELECT name FROM pg_settings WHERE name = 'synchronous_commit' AND setting = 'off'
            UNION ALL SELECT 'of house_app: ' || one FROM pg_roles, unnest(rolconfig) AS one
            WHERE rolname = 'house_app' AND one LIKE 'synchronous\\_commit=off%%'"""),
        sql("an operation of a phone's queue that was acknowledged has left its line in the record",
            every("api_queuedoperation"), """
            SELECT key AS id FROM api_queuedoperation op WHERE request_id <> '' AND NOT EXISTS (
                SELECT FROM audit_auditline line WHERE line.request_id = op.request_id)"""),
    )),
    Invariant("I17", "No 5xx is an answer", (
        sql("no stored reply is a server's error",
            every("api_idempotencykey"), "SELECT key AS id FROM api_idempotencykey WHERE status >= 500"),
    )),
    Invariant("I18", "Nothing grows without bound", (
        sql("connections are below nine tenths of what the server gives",
            "SELECT count(*) AS n FROM pg_stat_activity WHERE backend_type = 'client backend'", """
            SELECT count(*) || ' connections' AS id FROM pg_stat_activity WHERE backend_type = 'client backend'
            HAVING count(*) > 0.9 * current_setting('max_connections')::int"""),
        sql("no transaction stays open for five minutes",
            "SELECT count(*) AS n FROM pg_stat_activity WHERE xact_start IS NOT NULL", """
            SELECT pid::text AS id FROM pg_stat_activity WHERE backend_type = 'client backend'
            AND xact_start < clock_timestamp() - interval '5 minutes'"""),
        sql("fewer than a hundred thousand rows of the outbox are open",
            every("notifications_outboxrow", "state IN ('waiting', 'leased', 'claimed')"), """
            SELECT count(*) || ' rows' AS id FROM notifications_outboxrow WHERE state IN ('waiting', 'leased', 'claimed')
            HAVING count(*) > 100000"""),
    )),
    Invariant("I20", "The schema is the code's", (
        Check("every migration of the code is applied, and no other", _migrations),
    )),
)
