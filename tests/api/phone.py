"""The phone a test holds: an HTTP client with an installation id and, once signed in, a token."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.test import Client

from collection.accounts.identity import check_digit
from collection.kernel.actor import Actor


def identity_number(serial: int) -> str:
    """The next valid BIN at or after a serial number."""
    for number in itertools.count(serial * 7):
        first = f"210140{number:05d}"
        if (digit := check_digit(first)) is not None:
            return first + str(digit)
    raise AssertionError


@dataclass
class Phone:
    """Every POST gets a key of its own unless one is given; a name like If_Match becomes the header If-Match."""

    token: str = ""
    actor: Actor | None = None
    session_id: UUID | None = None
    membership_id: UUID | None = None
    installation: str = field(default_factory=lambda: str(uuid4()))
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def headers(self, extra: dict[str, str]) -> dict[str, str]:
        own = {"X-Installation-Id": self.installation}
        if self.token:
            own["Authorization"] = f"Bearer {self.token}"
        return own | extra

    def send(self, method: str, path: str, body: Any = None, *, content_type: str = "application/json",
             **headers: str) -> Any:
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        stated = {} if body is None else {"CONTENT_TYPE": content_type}  # the test client would drop it for no bytes
        return self.client.generic(method, "/api/v1/" + path, raw, content_type=content_type,
                                   headers=self.headers(named), **stated)

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, *, key: str | None = None, **options: str) -> Any:
        return self.send("POST", path, body, Idempotency_Key=key or str(uuid4()), **options)


def codes(response: Any) -> dict[str, str]:
    """pointer -> code of a problem's defects."""
    return {one["pointer"]: one["code"] for one in response.json()["errors"]}
