"""What the clients did and what they were told: invoked, and ok, fail or unknown. Written down before and after each call."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Op:
    """One operation of one client, however many tries it took. `answer` is the last whole one."""

    n: int
    who: str
    verb: str
    path: str
    key: str
    body: dict[str, Any]
    invoked: float
    outcome: str = "pending"  # ok, fail, unknown
    status: int = 0
    answer: dict[str, Any] = field(default_factory=dict)
    tries: int = 0
    ended: float = 0.0
    slowest: float = 0.0  # seconds of the slowest single try


class History:
    """All operations of a trial, in memory and in a file of JSON lines."""

    def __init__(self, path: Path) -> None:
        self.ops: list[Op] = []
        self.errors: list[str] = []  # answers that must never be given: 500 and what is no JSON
        self.lock, self.path = threading.Lock(), path

    def invoke(self, who: str, verb: str, path: str, key: str, body: dict[str, Any]) -> Op:
        with self.lock:
            op = Op(len(self.ops), who, verb, path, key, body, time.monotonic())
            self.ops.append(op)
            self.write({"invoke": op.n, "who": who, "verb": verb, "path": path, "key": key, "body": body})
        return op

    def end(self, op: Op, outcome: str) -> None:
        with self.lock:
            op.outcome, op.ended = outcome, time.monotonic()
            self.write({outcome: op.n, "status": op.status, "tries": op.tries, "answer": op.answer})

    def write(self, line: dict[str, Any]) -> None:
        with self.path.open("a") as file:  # opened anew for each line: what was told must be on the disk when we die
            file.write(json.dumps({"at": round(time.monotonic(), 3)} | line, default=str) + "\n")

    def wrong(self, what: str) -> None:
        with self.lock:
            self.errors.append(what)

    def of(self, verb: str, outcome: str = "ok", since: int = 0) -> list[Op]:
        return [op for op in self.ops[since:] if op.verb == verb and op.outcome == outcome]

    def pending(self) -> list[Op]:
        return [op for op in self.ops if op.outcome == "pending"]

    def counts(self, since: int = 0) -> dict[str, int]:
        found: dict[str, int] = {}
        for op in self.ops[since:]:
            found[op.outcome] = found.get(op.outcome, 0) + 1
        return found
