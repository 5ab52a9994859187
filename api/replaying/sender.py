"""The API as one patient, paced sender sees it. Every POST has a key, so anything may be sent again."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from api.local.phone import Refused

TRIES = 6
LONGEST_WAIT_S = 30.0


class Stopped(Exception):
    """The API can no longer be reached or spoken to; what was sent is known, and the next run goes on from there."""


@dataclass
class Pace:
    """At most `rate` turns a second, evenly: no burst makes up for a slow moment."""

    rate: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _next: float = field(default=0.0, init=False)

    def wait(self) -> None:
        now = self.clock()
        if now < self._next:
            self.sleep(self._next - now)
        self._next = max(now, self._next) + 1 / self.rate


class Sender:
    """Speaks to `base_url` at most `rate` times a second; waits and repeats while the API is busy or away."""

    def __init__(self, base_url: str, *, rate: float, token: str = "") -> None:
        self.pace, self.sent, self._refresh_token = Pace(rate), 0, ""
        self.http = httpx.Client(
            base_url=base_url.rstrip("/") + "/api/v1", timeout=30, trust_env=False,
            headers={"Accept-Language": "en", "X-Installation-Id": str(uuid.uuid4())})
        if token:
            self.http.headers["Authorization"] = f"Bearer {token}"

    def sign_in(self, number: str, read_code: Callable[[], str]) -> None:
        """By a one-time code; `read_code` is asked for it once it has been sent."""
        self.post("/auth/code", {"phone": number}, key=uuid.uuid4())
        self._keep(self.post("/auth/login", {"phone": number, "code": read_code()}, key=uuid.uuid4())[0])

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        return self._answer(lambda: self.http.get(path, params=query))[0]

    def post(self, path: str, body: dict[str, Any], *, key: UUID) -> tuple[dict[str, Any], bool]:
        """The reply, and whether it was given before: to this key, or (200 instead of 201) to this object's own id."""
        return self._answer(lambda: self.http.post(path, json=body, headers={"Idempotency-Key": str(key)}))

    def _answer(self, ask: Callable[[], httpx.Response], *, may_refresh: bool = True) -> tuple[dict[str, Any], bool]:
        wait, why = 0.25, ""
        for _ in range(TRIES):
            self.pace.wait()
            try:
                answer = ask()
            except httpx.TransportError as error:
                why = f"{self.http.base_url.host} does not answer: {error}"
            else:
                self.sent += 1
                if answer.status_code == 401 and may_refresh and self._refresh_token:
                    self._refresh()
                    continue
                if answer.status_code < 400:
                    again = answer.headers.get("Idempotency-Replayed") == "true" or answer.status_code == 200
                    return answer.json() if answer.content else {}, again
                problem = _problem(answer)
                if answer.status_code == 401:
                    raise Stopped("the token is refused: sign in again")
                if answer.status_code not in (429, 500, 502, 503, 504) and problem["code"] != "idempotency_in_progress":
                    raise Refused(answer.status_code, problem)
                why = f"{answer.status_code} {problem['code']}"
                asked = float(answer.headers.get("Retry-After") or 0)
                if asked > LONGEST_WAIT_S:
                    raise Stopped(f"{why}: try again in {asked:.0f} s")
                wait = max(wait, asked)
            self.pace.sleep(wait)
            wait *= 2
        raise Stopped(f"gave up after {TRIES} tries: {why}")

    def _refresh(self) -> None:
        token, self._refresh_token = self._refresh_token, ""
        self._keep(self._answer(
            lambda: self.http.post("/auth/refresh", json={"refresh_token": token}, headers={
                "Idempotency-Key": str(uuid.uuid4())}), may_refresh=False)[0])

    def _keep(self, tokens: dict[str, Any]) -> None:
        self.http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        self._refresh_token = tokens["refresh_token"]


def _problem(answer: httpx.Response) -> dict[str, Any]:
    """The problem+json of a refusal, or what a proxy in between left of it."""
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    return {"code": f"http_{answer.status_code}", "title": answer.reason_phrase, "errors": []} | (
        problem if isinstance(problem, dict) else {})
