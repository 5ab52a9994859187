"""`manage.py doctor`: what is wrong with this installation, and what to do about it, a line each."""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import redis
from django.conf import settings
from django.core.checks import run_checks
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from collection.kernel.db import rows
from collection.watch.queries import pulse

GOOD, DOUBTFUL, BAD = "ok", "warn", "FAIL"


class Finding(NamedTuple):
    verdict: str
    what: str
    do: str = ""


class Command(BaseCommand):
    help = "Look at everything that may be wrong with this installation. Changes nothing; exits 1 when something is."
    requires_system_checks: list[str] = []  # it asks them itself, and says what to do

    def handle(self, *args: Any, **options: Any) -> None:
        bad = 0
        for look in LOOKS:
            try:
                found = list(look())
            except Exception as error:  # a look that cannot be taken is a finding, not the end
                found = [Finding(BAD, f"{look.__name__.replace('_', ' ')}: {type(error).__name__}: {error}".strip())]
            for one in found:
                bad += one.verdict == BAD
                self.stdout.write(f"{one.verdict:<5} {one.what}" + (f"\n      -> {one.do}" if one.do else ""))
        if bad:
            raise CommandError(f"{bad} to mend")


def this_python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(GOOD if sys.version_info >= (3, 11) else BAD, f"Python {version}", "" if sys.version_info >= (3, 11)
                  else "Python 3.11 is the floor")


def the_settings() -> Iterator[Finding]:
    found = [one for one in run_checks(tags=["security"], include_deployment_checks=settings.PRODUCTION) if not one.is_silenced()]
    if not found:
        yield Finding(GOOD, "settings")
    for one in found:
        yield Finding(BAD if one.is_serious() else DOUBTFUL, f"{one.id}: {one.msg}", one.hint or "")


def the_database() -> Iterator[Finding]:
    try:
        told = rows("SELECT current_setting('server_version_num')::int AS version, current_user AS role, "
                    "(SELECT extversion FROM pg_extension WHERE extname = 'postgis') AS postgis, "
                    "(SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS mighty")[0]
    except DatabaseError as error:
        yield Finding(BAD, f"PostgreSQL does not answer: {str(error).splitlines()[0]}",
                      "make up, or see DATABASE_URL")
        return
    yield Finding(GOOD if told["version"] >= 150000 else BAD, f"PostgreSQL {told['version'] // 10000} as {told['role']}",
                  "" if told["version"] >= 150000 else "PostgreSQL 15 is the floor")
    yield Finding(GOOD if told["postgis"] else BAD, f"PostGIS {told['postgis']}",
                  "" if told["postgis"] else "CREATE EXTENSION postgis")
    if told["mighty"]:
        yield Finding(BAD if settings.PRODUCTION else DOUBTFUL, "this role may do anything, history included",
                      "run the house as house_app (DATABASE_URL); the owner only migrates")


def the_migrations() -> Iterator[Finding]:
    missing = MigrationExecutor(connection).migration_plan(MigrationExecutor(connection).loader.graph.leaf_nodes())
    yield Finding(BAD if missing else GOOD, f"{len(missing)} migrations are not applied" if missing else "migrations",
                  "manage.py migrate" if missing else "")


def the_reference_data() -> Iterator[Finding]:
    told = rows("SELECT (SELECT count(*) FROM geo_region) AS regions, (SELECT count(*) FROM waste_category) AS categories")[0]
    whole = told["regions"] >= 20 and told["categories"]
    yield Finding(GOOD if whole else BAD, f"{told['regions']} regions, {told['categories']} categories of waste",
                  "" if whole else "manage.py load_reference")


def the_queue() -> Iterator[Finding]:
    url = settings.REDIS_URL
    client = redis.Redis(unix_socket_path=url.removeprefix("redis+socket://").split("?")[0]) if url.startswith(
        "redis+socket://") else redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
    try:
        client.ping()
    except redis.RedisError as error:
        yield Finding(BAD, f"Redis does not answer: {type(error).__name__}",
                      "make up, or see REDIS_URL; nothing is lost meanwhile")
        return
    try:
        policy = client.config_get("maxmemory-policy").get("maxmemory-policy", "")
        yield Finding(GOOD if policy == "noeviction" else BAD, f"Redis, maxmemory-policy {policy}", "" if policy == "noeviction"
                      else "set noeviction: an evicted queue loses its bindings, and wake-ups in silence")
    except redis.RedisError:
        yield Finding(DOUBTFUL, "Redis does not tell its maxmemory-policy", "make sure that it is noeviction")
    finally:
        client.close()


def the_pipeline() -> Iterator[Finding]:
    found = pulse()
    late = found.pipeline_age_s > 120
    yield Finding(BAD if late else GOOD, f"the oldest message that is due has waited {found.pipeline_age_s:.0f} s",
                  "are `manage.py relay`, the workers and beat running?" if late else "")
    if dead := sum(queue.dead_today for queue in found.queues.values()):
        yield Finding(DOUBTFUL, f"{dead} messages died within a day", "see last_error of notifications_outboxrow, and the log")
    for step, money in found.stuck_money.items():
        if money.n:
            yield Finding(DOUBTFUL, f"{money.tiyn / 100:,.2f} KZT lie in {money.n} {step}", "see the runbook, stuck money")
    for what, n in found.stuck.items():
        if n:
            yield Finding(DOUBTFUL, f"{n} x {what} do not move", "see the runbook, stuck items")
    if found.rolled_s is not None and found.rolled_s > 300:
        yield Finding(DOUBTFUL, f"statistics were rolled up {found.rolled_s:.0f} s ago", "is beat running?")


def the_uploads() -> Iterator[Finding]:
    try:
        settings.UPLOAD_ROOT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.UPLOAD_ROOT):
            pass
        free = os.statvfs(settings.UPLOAD_ROOT)
        left = free.f_bavail * free.f_frsize
        yield Finding(GOOD if left > 1 << 30 else DOUBTFUL, f"photos have {left / (1 << 30):.1f} GiB left",
                      "" if left > 1 << 30 else "make room before it is full")
    except OSError as error:
        yield Finding(BAD, f"photos cannot be written to {settings.UPLOAD_ROOT}: {error.strerror}", "see UPLOAD_ROOT")


def the_pages() -> Iterator[Finding]:
    there = settings.VENDOR.exists() or (settings.STATIC_ROOT / "vendor").exists()
    yield Finding(GOOD if there else DOUBTFUL, "the pages' map and charts" if there else "the pages have no map and no charts",
                  "" if there else "make setup (it fetches them from npm)")


def the_extras() -> Iterator[Finding]:
    for variable, module, extra in (
            ("SENTRY_DSN", "sentry_sdk", "sentry"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "opentelemetry.sdk", "otel")):
        if os.environ.get(variable) and not installed(module):
            yield Finding(BAD, f"{variable} is set, but {module} is not installed", f"pip install tonnage[{extra}]")


def installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


LOOKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    this_python, the_settings, the_database, the_migrations, the_reference_data, the_queue, the_pipeline, the_uploads, the_pages,
    the_extras)
