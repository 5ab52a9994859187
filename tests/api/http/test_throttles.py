"""The general limit: exact in Redis, polite without it, and never in the way of a hung one (fault F8, F9)."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from api.http import throttles


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    for name, value in {"_client": None, "_away_until": 0.0, "_local": {}}.items():
        monkeypatch.setattr(throttles, name, value)


def test_redis_counts_exactly_for_all_at_once():
    key = f"anon:0:{uuid4()}"
    with ThreadPoolExecutor(16) as pool:
        counts = list(pool.map(lambda _: throttles._count(key), range(200)))
    assert sorted(counts) == list(range(1, 201))
    assert throttles._redis().ttl(key) in range(100, 121)
    assert not throttles._local


def test_a_refused_redis_is_left_alone_for_a_while(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert [throttles._count("anon:5:a") for _ in range(3)] == [1, 2, 3]
    assert throttles._away_until > time.monotonic() + throttles.AWAY_S - 2


def test_f8_a_hung_redis_holds_up_one_request_and_briefly(settings):
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # accepts, and never answers
        settings.REDIS_URL = f"redis://127.0.0.1:{deaf.getsockname()[1]}/0"
        began = time.perf_counter()
        assert throttles._count("anon:5:a") == 1
        assert time.perf_counter() - began < 0.5
        began = time.perf_counter()
        assert [throttles._count("anon:5:a") for _ in range(100)] == list(range(2, 102))
        assert time.perf_counter() - began < 0.1


def test_a_new_minute_starts_afresh_and_memory_is_bounded(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    for n in range(10_050):
        throttles._count(f"anon:5:{n}")
    assert len(throttles._local) <= 10_001
    assert throttles._count("anon:6:1") == 1 and len(throttles._local) == 1


@pytest.mark.parametrize(("address", "forwarded", "proxies", "network"), [
    ("203.0.113.7", "", 0, "203.0.113.0/24"), ("203.0.113.7", "10.0.0.1", 0, "203.0.113.0/24"),
    ("10.0.0.1", "6.6.6.6, 203.0.113.7", 1, "203.0.113.0/24"), ("10.0.0.1", "", 1, "10.0.0.0/24"),
    ("2001:db8:1:2::3", "", 0, "2001:db8:1::/48"), ("::ffff:203.0.113.7", "", 0, "203.0.113.0/24"),
    ("", "", 0, "local"), ("10.0.0.1", "junk", 1, "local"),
])
def test_b77_only_our_own_proxies_are_believed(settings, address, forwarded, proxies, network):
    from types import SimpleNamespace

    from api.http.network import network_of

    settings.TRUSTED_PROXIES = proxies
    request = SimpleNamespace(META={"REMOTE_ADDR": address, "HTTP_X_FORWARDED_FOR": forwarded})
    assert network_of(request) == network
