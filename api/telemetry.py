"""Sentry and OpenTelemetry, where the operator has installed them (extras `sentry`, `otel`) and says where to send.

Neither gets anybody's data: no request bodies, no addresses, no users, and texts pass the same scrubbing as logs.
"""

from __future__ import annotations

import logging
import os
from typing import Any

from api.logs import without_private

log = logging.getLogger(__name__)


def start() -> None:
    """Called once in every process. Nothing is set: nothing is loaded."""
    if dsn := os.environ.get("SENTRY_DSN"):
        start_sentry(dsn)
    if os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        start_opentelemetry()


def start_sentry(dsn: str, **more: Any) -> None:
    import sentry_sdk

    sentry_sdk.init(dsn=dsn, include_local_variables=False, max_request_body_size="never",
                    before_send=scrubbed, environment=os.environ.get("SENTRY_ENVIRONMENT", "production"), **more)


def scrubbed(event: Any, hint: Any) -> Any:
    """The event without who asked, what for and from where; its texts without private data."""
    if "request" in event:
        event["request"] = {"method": event["request"].get("method")}
    event.pop("user", None)
    event.pop("server_name", None)
    return _clean({key: value for key, value in event.items() if key not in ("breadcrumbs", "extra")})


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return without_private(value)
    if isinstance(value, dict):
        return {key: _clean(one) for key, one in value.items()}
    return [_clean(one) for one in value] if isinstance(value, list) else value


def start_opentelemetry() -> None:
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.instrumentation.celery import CeleryInstrumentor
        from opentelemetry.instrumentation.django import DjangoInstrumentor
        from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as missing:
        log.error("OTEL_EXPORTER_OTLP_ENDPOINT is set, but the extra `otel` is not installed: %s", missing)
        return
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    for instrumentor in (DjangoInstrumentor(), CeleryInstrumentor(), PsycopgInstrumentor()):
        instrumentor.instrument()
