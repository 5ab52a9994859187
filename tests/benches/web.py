"""A gunicorn of our own over a bench database, and a load generator that costs next to nothing: bytes over sockets."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from api.local import pids
from api.local.processes import FOLLOW, ROOT, free_port, gets

CLIENTS = 8


class ServerTrouble(RuntimeError):
    """The web process did not start or gave something that is not HTTP."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one round of load gave: requests a second, sorted latencies in milliseconds, answers by status."""

    rate: float
    latencies: tuple[float, ...]
    statuses: Counter[int]

    def percentile(self, share: float) -> float:
        return self.latencies[min(int(len(self.latencies) * share), len(self.latencies) - 1)]


@contextmanager
def serving(database: str) -> Iterator[int]:
    """The house's web process over `database`, as it runs everywhere; gives its port."""
    port, log = free_port(), ROOT / ".local" / "logs" / "bench-web.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    env = {name: value for name, value in os.environ.items() if name != "HOUSE_DB_ROLE"} | {
        "DJANGO_SETTINGS_MODULE": "tests.benches.settings", "HOUSE_BENCH_DATABASE": database, "HOST": "127.0.0.1",
        "PORT": str(port), "LOG_LEVEL": "WARNING", "ANONYMOUS_PER_MINUTE": "1000000", "MESSAGE_LOG": ""}
    with open(log, "wb") as output:
        process = subprocess.Popen([*FOLLOW, sys.executable, "-m", "gunicorn", "-c", "python:api.gunicorn"], cwd=ROOT,
                                   env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
    try:
        if not pids.within(60, lambda: process.poll() is not None or gets(f"http://127.0.0.1:{port}/livez")):
            raise ServerTrouble(f"The web process does not answer; see {log}")
        if process.poll() is not None:
            raise ServerTrouble(f"The web process ended:\n{pids.tail(log, 20)}")
        yield port
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def request(method: str, path: str, *, token: str = "", body: bytes = b"", **headers: str) -> bytes:
    """A whole HTTP/1.1 request; a header like Idempotency_Key becomes Idempotency-Key."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"Authorization: Bearer {token}"] * bool(token) + ["Content-Type: application/json"] * bool(body)
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def load(port: int, requests: Sequence[Sequence[bytes]]) -> Loaded:
    """Each client sends its requests one after another over one kept connection; all clients at once."""
    latencies: list[float] = []
    statuses: Counter[int] = Counter()
    start, failures = threading.Barrier(len(requests) + 1), []

    def client(mine: Sequence[bytes]) -> None:
        spent, seen = [], Counter[int]()
        try:
            connection = Connection(port)
            start.wait()
            for one in mine:
                began = time.perf_counter()
                status, _ = connection.send(one)
                spent.append((time.perf_counter() - began) * 1000)
                seen[status] += 1
        except Exception as error:
            failures.append(error)
            start.abort()
        latencies.extend(spent)
        statuses.update(seen)

    threads = [threading.Thread(target=client, args=[mine]) for mine in requests]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    if failures:
        raise failures[0]
    return Loaded(len(latencies) / seconds, tuple(sorted(latencies)), statuses)


class Connection:
    """One kept connection; opened again when the server closed it between two requests."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket = self.open()

    def open(self) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def send(self, raw: bytes) -> tuple[int, bytes]:
        """Send one request, read one answer: its status and body."""
        self.socket.sendall(raw)
        answer = b""
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self.more()
        head = answer[:end].decode("latin-1").split("\r\n")
        fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        length = end + 4 + int(fields.get("content-length", 0))
        while len(answer) < length:
            answer += self.more()
        if fields.get("connection", "").lower() == "close":
            self.socket.close()
            self.socket = self.open()
        return int(head[0].split()[1]), answer[end + 4:length]

    def more(self) -> bytes:
        chunk = self.socket.recv(65536)
        if not chunk:
            raise ServerTrouble("The server closed the connection in the middle of an answer.")
        return chunk
