"""A general limit for callers nobody knows, counted per network and minute.

Redis counts for all processes at once. When Redis is away or slow each process counts for itself, and does not ask
again for a while, so a hung Redis holds up one request in ten seconds by a fifth of a second and no more. This is
politeness towards our own machine; the limits that guard one-time codes and SMS money live in PostgreSQL.
"""

from __future__ import annotations

import time
from typing import Any

import redis
from django.conf import settings
from django.http import HttpResponse
from rest_framework.request import Request

from .network import network_of
from .refusals import TooManyRequests

WINDOW_S = 60
PATIENCE_S = 0.1
AWAY_S = 10

_client: redis.Redis | None = None
_away_until = 0.0
_local: dict[str, int] = {}


def count(request: Request) -> None:
    """Count one anonymous request; TooManyRequests beyond the limit of its network."""
    limit = settings.ANONYMOUS_PER_MINUTE
    now = time.time()
    window = int(now) // WINDOW_S
    seen = _count(f"anon:{window}:{network_of(request)}")
    reset = WINDOW_S - int(now) % WINDOW_S
    request._request.rate = (limit, max(limit - seen, 0), reset)
    if seen > limit:
        raise TooManyRequests(retry_after_s=reset)


def describe(request: Any, response: HttpResponse) -> None:
    """Put the limit, what is left of it, and when it is renewed onto the response."""
    rate = getattr(getattr(request, "_request", request), "rate", None)
    if rate:
        limit, left, reset = rate
        response["RateLimit-Policy"] = f'"anonymous";q={limit};w={WINDOW_S}'
        response["RateLimit"] = f'"anonymous";r={left};t={reset}'


def _count(key: str) -> int:
    global _away_until
    if time.monotonic() >= _away_until:
        try:
            with _redis().pipeline(transaction=True) as pipe:
                pipe.incr(key)
                pipe.expire(key, 2 * WINDOW_S)
                return int(pipe.execute()[0])
        except (redis.RedisError, OSError):
            _away_until = time.monotonic() + AWAY_S
    if len(_local) > 10_000 or (_local and next(iter(_local)).split(":")[1] != key.split(":")[1]):
        _local.clear()  # a new minute, or too many networks at once
    _local[key] = _local.get(key, 0) + 1
    return _local[key]


def _redis() -> redis.Redis:
    global _client
    if _client is None:
        _client = redis.Redis.from_url(
            settings.REDIS_URL.replace("redis+socket://", "unix://").replace("virtual_host=", "db="),
            socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S, retry=None,
        )
    return _client
