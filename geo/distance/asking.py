"""A routing server over HTTP: connections that are kept, an end to waiting, and one word for every way to fail."""

from __future__ import annotations

import json
import time
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit
from weakref import finalize

import httpx

from collection.kernel.db import outside_transaction

from .base import EngineDown, EngineRefused

IDLE_S = 1.0  # shorter than a server keeps its end open, so that a closed connection is never mistaken for a dead engine
REFUSALS = (400, 413, 414)  # not this question: a place without roads, or too many of them
MOST_BYTES = 64 << 20  # a table of 2,500 cells is some 500 kB in Valhalla's words


class Server:
    """The server at `url` (ValueError: it is none). `timeout_s` is for connecting, for each read, and for the whole answer."""

    def __init__(self, url: str, *, timeout_s: float) -> None:
        parts = urlsplit(url)  # raises ValueError
        if parts.scheme not in ("http", "https") or not parts.hostname or not timeout_s > 0:
            raise ValueError(f"{parts.netloc.rpartition('@')[2]!r} within {timeout_s} s is not a server that can be asked")
        self._url, self._timeout_s = url.rstrip("/"), timeout_s
        self.place = (parts.netloc.rpartition("@")[2] + parts.path).rstrip("/")  # without a password

    def ask(self, method: str, path: str, **question: Any) -> Any:
        """The JSON of the answer. Raises EngineRefused for a refusal, EngineDown for whatever else is no answer."""
        outside_transaction()
        until, body = time.monotonic() + self._timeout_s, bytearray()
        try:
            with self._client.stream(method, self._url + path, **question) as answer:
                for part in answer.iter_bytes():
                    body += part
                    if time.monotonic() > until or len(body) > MOST_BYTES:
                        raise EngineDown(f"no end of an answer after {self._timeout_s} s and {len(body)} bytes")
            if answer.status_code in REFUSALS:
                raise EngineRefused(body[:200].decode(errors="replace"))
            if answer.status_code != httpx.codes.OK:  # not raise_for_status: its words hold passwords and people's places
                raise EngineDown(f"status {answer.status_code}")
            return json.loads(body)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
            raise EngineDown(f"{type(error).__name__}: {error}"[:300]) from error

    @cached_property
    def _client(self) -> httpx.Client:
        """Made by the process that asks, not by the one it was forked from; 20 ms, so not for every question."""
        client = httpx.Client(timeout=self._timeout_s, trust_env=False, limits=httpx.Limits(keepalive_expiry=IDLE_S))
        finalize(self, client.close)
        return client
