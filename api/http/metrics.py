"""`GET /metrics` for Prometheus: what the house does, counted in each process, and how it is, asked of the database.

Requests are counted in files that all processes of gunicorn share (`PROMETHEUS_MULTIPROC_DIR`, set by api/gunicorn.py).
Whoever asks comes from this machine, or says `Authorization: Bearer METRICS_TOKEN`.
"""

from __future__ import annotations

import hmac
import os
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from collection.watch.queries import Pulse, pulse

from .problems import not_found

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10)
OURSELVES = ("127.0.0.1", "::1", "")  # "": a unix socket

_registry = CollectorRegistry()
REQUESTS = Counter("house_requests_total", "Requests answered", ["method", "route", "status"], registry=_registry)
SECONDS = Histogram("house_request_seconds", "Seconds to an answer", ["method", "route"], buckets=BUCKETS, registry=_registry)


class CountingMiddleware:
    """Counts every answer by its route's name, never by its path: ids are no labels."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        found = request.resolver_match
        route = found.view_name if found and found.view_name else "none"
        method = request.method if request.method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD") else "other"
        REQUESTS.labels(method, route, str(response.status_code)).inc()
        SECONDS.labels(method, route).observe(time.perf_counter() - started)
        return response


def metrics(request: HttpRequest) -> HttpResponse:
    """Text for Prometheus; 404 for a stranger. A database that does not answer is a figure, too: `house_up 0`."""
    if not may_look(request):
        return not_found(request)
    counted = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    else:
        counted = _registry
    asked = CollectorRegistry()
    asked.register(House())
    return HttpResponse(generate_latest(counted) + generate_latest(asked), content_type=CONTENT_TYPE_LATEST)


def may_look(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    if token:
        return hmac.compare_digest(request.META.get("HTTP_AUTHORIZATION", "").encode(), f"Bearer {token}".encode())
    return request.META.get("REMOTE_ADDR", "") in OURSELVES and not request.META.get("HTTP_X_FORWARDED_FOR")


class House(Collector):
    """The pulse as gauges, asked anew at each scrape."""

    def collect(self) -> Iterator[Metric]:
        try:
            found = pulse()
        except DatabaseError:
            connection.close()
            yield GaugeMetricFamily("house_up", "Whether the database answers", 0)
            return
        yield GaugeMetricFamily("house_up", "Whether the database answers", 1)
        yield from gauges(found)


def gauges(found: Pulse) -> Iterator[Metric]:
    def labelled(name: str, help_text: str, label: str, values: dict[str, float]) -> Metric:
        family = GaugeMetricFamily(name, help_text, labels=[label])
        for key, value in sorted(values.items()):
            family.add_metric([key], value)
        return family

    yield GaugeMetricFamily("house_pipeline_age_seconds", "The oldest message that should have gone out", found.pipeline_age_s)
    queues = found.queues.items()
    yield labelled("house_outbox_open", "Rows not ended", "channel", {name: one.open for name, one in queues})
    yield labelled("house_outbox_due", "Rows due and not handed out", "channel", {name: one.due for name, one in queues})
    yield labelled("house_outbox_oldest_seconds", "Age of the oldest due row", "channel",
                   {name: one.oldest_s for name, one in queues})
    yield labelled("house_outbox_dead_day", "Rows that died in a day", "channel", {name: one.dead_today for name, one in queues})
    yield labelled("house_offers_day", "Offers of a day by what became of them", "state",
                   {name: float(n) for name, n in found.offers_today.items()})
    yield labelled("house_stuck_items", "Things that do not move", "what", {name: float(n) for name, n in found.stuck.items()})
    yield labelled("house_stuck_money_tenge", "Money that lies longer than it should", "step",
                   {name: one.tiyn / 100 for name, one in found.stuck_money.items()})
    yield labelled("house_stuck_money_items", "Claims (or lines, unclaimed) that lie so", "step",
                   {name: float(one.n) for name, one in found.stuck_money.items()})
    holds = found.holds.items()
    yield labelled("house_held_tenge", "Money held by a rule", "rule", {name: one.tiyn / 100 for name, one in holds})
    yield labelled("house_held_lines", "Lines held by a rule", "rule", {name: float(one.n) for name, one in holds})
    yield GaugeMetricFamily("house_connections", "Connections to PostgreSQL", found.connections)
    yield GaugeMetricFamily("house_connections_most", "max_connections", found.connections_most)
    yield GaugeMetricFamily("house_waiting_for_locks", "Statements that wait for a lock", found.waiting_for_locks)
    yield GaugeMetricFamily("house_oldest_transaction_seconds", "The longest open transaction", found.oldest_transaction_s)
    if found.rolled_s is not None:
        yield GaugeMetricFamily("house_rollup_age_seconds", "Since statistics were rolled up", found.rolled_s)
