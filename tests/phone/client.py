"""A small real phone: a queue in SQLite, a copy kept by `GET /sync`, retries with backoff, and a clock of its own.

It knows the house by its public HTTP API alone. What was queued survives a lost answer and a restart: an operation leaves
the queue only when the house has said what became of it.
"""

from __future__ import annotations

import http.client
import json
import random
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import UUID, uuid4

from collection.kernel.ids import uuid7

AT_ONCE, TRIES, LONGEST_WAIT_S = 100, 200, 0.4
FINAL = ("applied", "replayed", "conflict", "rejected", "blocked")
KINDS = ("pickups", "offers", "jobs", "consignments")


class Unreachable(Exception):
    """No whole answer after every try."""


class Phone:
    def __init__(self, port: int, token: str, installation: str, *, ahead: timedelta, chance: random.Random) -> None:
        self.port, self.token, self.installation, self.ahead, self.chance = port, token, installation, ahead, chance
        self.skew = timedelta(0)  # the house's clock less ours, as of the last answer
        self.tries = 0
        self.store = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self.store.executescript(
            "CREATE TABLE queue (number INTEGER PRIMARY KEY, key TEXT UNIQUE, said TEXT, outcome TEXT, result TEXT);"
            "CREATE TABLE kept (kind TEXT, id TEXT, object TEXT, PRIMARY KEY (kind, id));"
            "CREATE TABLE marks (name TEXT PRIMARY KEY, value TEXT);")

    # -- the clock ------------------------------------------------------------------------------------------------
    def clock(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def corrected(self, ago: timedelta = timedelta(0)) -> str:
        """A moment for a paper, put right by what the last answer told of the clock."""
        return (self.clock() + self.skew - ago).isoformat()

    def new_id(self) -> UUID:
        return uuid7(self.clock())

    # -- the queue ------------------------------------------------------------------------------------------------
    def do(self, path: str, body: dict[str, Any] | None = None, *, ago: timedelta = timedelta(0), after: tuple[str, ...] = (),
           base_version: int | None = None, method: str = "POST") -> str:
        """Write an operation down; nothing is sent. `after`: keys of those it depends on. Returns its key."""
        said = {"key": str(uuid4()), "method": method, "path": path, "occurred_at": (self.clock() - ago).isoformat()}
        said |= {"body": body} if body is not None else {}  # type: ignore[dict-item]
        said |= {"depends_on": list(after)} if after else {}  # type: ignore[dict-item]
        said |= {"base_version": base_version} if base_version else {}  # type: ignore[dict-item]
        self.store.execute("INSERT INTO queue (key, said) VALUES (?, ?)", [said["key"], json.dumps(said)])
        return said["key"]

    def flush(self) -> None:
        """Send the queue, in order, until the house has said of each operation what became of it."""
        while waiting := self.store.execute(
                "SELECT said FROM queue WHERE outcome IS NULL ORDER BY number LIMIT ?", [AT_ONCE]).fetchall():
            answer = self.ask("POST", "/api/v1/ops", {
                "operations": [json.loads(said) for said, in waiting], "sent_at": self.clock().isoformat()})
            for one in answer["results"]:
                if one["outcome"] in FINAL:
                    self.store.execute("UPDATE queue SET outcome = ?, result = ? WHERE key = ?",
                                       [one["outcome"], json.dumps(one), one["key"]])

    def result(self, key: str) -> dict[str, Any]:
        return json.loads(self.store.execute("SELECT result FROM queue WHERE key = ?", [key]).fetchone()[0])

    def results(self) -> list[dict[str, Any]]:
        return [json.loads(result) for result, in self.store.execute("SELECT result FROM queue ORDER BY number")]

    def operations(self) -> list[dict[str, Any]]:
        return [json.loads(said) for said, in self.store.execute("SELECT said FROM queue ORDER BY number")]

    # -- the copy -------------------------------------------------------------------------------------------------
    def sync(self) -> None:
        """Follow the feed to its end; the mark and what it told are kept together."""
        more = True
        while more:
            mark = self.store.execute("SELECT value FROM marks WHERE name = 'since'").fetchone()
            told = self.ask("GET", "/api/v1/sync" + (f"?since={mark[0]}" if mark else ""))
            self.store.execute("BEGIN")
            for kind in KINDS:
                self.store.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)",
                                       [(kind, one["id"], json.dumps(one)) for one in told[kind]])
            self.store.executemany("DELETE FROM kept WHERE kind = ? AND id = ?",
                                   [(one["kind"] + "s", one["id"]) for one in told["gone"]])
            self.store.execute("INSERT OR REPLACE INTO marks VALUES ('since', ?)", [told["next"]])
            self.store.execute("COMMIT")
            more = told["has_more"]

    def kept(self, kind: str, **same: Any) -> list[dict[str, Any]]:
        found = [json.loads(one) for one, in self.store.execute("SELECT object FROM kept WHERE kind = ? ORDER BY id", [kind])]
        return [one for one in found if all(one[name] == value for name, value in same.items())]

    # -- the wire -------------------------------------------------------------------------------------------------
    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask until there is a whole good answer; wait longer each time, and as long as the house says."""
        wait = 0.01
        for _ in range(TRIES):
            self.tries += 1
            try:
                status, headers, content = self.once(method, path, body)
                told = json.loads(content)
            except (OSError, http.client.HTTPException, ValueError):  # an answer cut in its head has no length and no body
                time.sleep(wait * self.chance.random())
                wait = min(2 * wait, LONGEST_WAIT_S)
                continue
            if date := headers.get("Date"):
                self.skew = parsedate_to_datetime(date) - self.clock()
            if status in (409, 429, 502, 503, 504) and headers.get("Retry-After"):
                time.sleep(min(float(headers["Retry-After"]), LONGEST_WAIT_S))
                continue
            assert status == 200, (status, content)
            return told
        raise Unreachable(path)

    def once(self, method: str, path: str, body: Any) -> tuple[int, Any, bytes]:
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            wire.request(method, path, None if body is None else json.dumps(body), {
                "Authorization": f"Bearer {self.token}", "X-Installation-Id": self.installation, "Connection": "close",
                **({} if body is None else {"Content-Type": "application/json"})})
            answer = wire.getresponse()
            return answer.status, answer.headers, answer.read()  # a cut answer is an IncompleteRead
        finally:
            wire.close()
