"""A telephone, as small as it gets: signs in with a one-time code and speaks to the API with idempotency keys."""

from __future__ import annotations

import json
import time
import uuid
from pathlib import Path
from typing import Any

import httpx


class Refused(Exception):
    """The API said no: `status` and the problem+json body."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status, self.problem = status, problem
        super().__init__(status, problem)


class Phone:
    """One person's telephone. `messages` is the development message log that one-time codes are read from."""

    def __init__(self, base_url: str, number: str = "", *, messages: Path | None = None, language: str = "ru") -> None:
        self.number, self.messages, self.device = number, messages, str(uuid.uuid4())
        self.http = httpx.Client(
            base_url=base_url, timeout=30,
            headers={"Accept-Language": language, "X-Installation-Id": self.device})

    def sign_in(self) -> Phone:
        """Ask for a code, wait for it to arrive, redeem it."""
        read_from = self.messages.stat().st_size if self.messages and self.messages.exists() else 0
        self.post("/auth/code", {"phone": self.number})
        if self.messages is None:
            raise ValueError("There is no message log to read the code from.")
        code = await_code(self.messages, self.number, read_from)
        tokens = self.post("/auth/login", {"phone": self.number, "code": code})
        self.http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        return self

    def act_as(self, role: str) -> None:
        """Choose among one's own roles: who both collects and recycles says which hat is on."""
        mine = self.get("/me")["memberships"]
        self.post("/auth/acting", {"membership_id": next(one["id"] for one in mine if one["role"] == role)})

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        return self._answer(self.http.get(f"/api/v1{path}", params=query))

    def post(self, path: str, body: dict[str, Any] | None = None, *, key: str | None = None,
             version: str | None = None) -> dict[str, Any]:
        """POST with a new idempotency key (or `key`, to repeat) and, for state actions, the ETag last seen."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        if version:
            headers["If-Match"] = version
        return self._answer(self.http.post(f"/api/v1{path}", json=body or {}, headers=headers))

    def patch(self, path: str, body: dict[str, Any], *, version: str) -> dict[str, Any]:
        return self._answer(self.http.patch(f"/api/v1{path}", json=body, headers={"If-Match": version}))

    def put(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._answer(self.http.put(f"/api/v1{path}", json=body))

    def see(self, path: str) -> tuple[dict[str, Any], str]:
        """An object with its ETag, for the state action that follows."""
        answer = self.http.get(f"/api/v1{path}")
        return self._answer(answer), answer.headers.get("ETag", "")

    def act(self, path: str, action: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Read the object, then do `action` to exactly what was read."""
        _, version = self.see(path)
        return self.post(f"{path}/{action}", body, version=version)

    @staticmethod
    def _answer(answer: httpx.Response) -> dict[str, Any]:
        if answer.status_code >= 400:
            raise Refused(answer.status_code, answer.json() if answer.content else {})
        return answer.json() if answer.content else {}


def await_code(messages: Path, number: str, read_from: int, seconds: float = 30) -> str:
    """The one-time code sent to `number`, once it stands in the development message log beyond byte `read_from`."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if messages.exists():
            with messages.open() as log:
                log.seek(read_from)
                for line in log:
                    message = json.loads(line)
                    if message.get("address") == number:
                        return "".join(c for c in message["text"].split(":")[-1] if c.isdigit())[:6]
        time.sleep(0.1)
    raise TimeoutError(f"No code arrived for {number} within {seconds:.0f} s.")
