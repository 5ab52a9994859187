"""Somebody else's server, as kind or as hostile as a test wants it, and an independent reading of its mail."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any


class Receiver:
    """Listens on loopback; `answer` is what it writes to each request: bytes, or what decides and does it by itself."""

    def __init__(self, answer: bytes | Callable[[socket.socket, int], None] = b"", tls: ssl.SSLContext | None = None) -> None:
        self.answer = answer or reply(204)
        self.tls, self.lock = tls, threading.Lock()
        self.got: list[dict[str, Any]] = []
        self.now = self.most = 0  # posts in progress, and the most there ever were
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}/in?from=house"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            try:
                line, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.take, args=(line,), daemon=True).start()

    def take(self, line: socket.socket) -> None:
        try:
            with self.tls.wrap_socket(line, server_side=True) if self.tls else line as spoken:
                self.read(spoken)
        except OSError:
            pass  # the other side has had enough

    def read(self, line: socket.socket) -> None:
        head, body = b"", b""
        while b"\r\n\r\n" not in head:
            more = line.recv(4096)
            if not more:
                return
            head += more
        head, _, body = head.partition(b"\r\n\r\n")
        first, *fields = head.decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (one.partition(": ") for one in fields)}
        while len(body) < int(headers["content-length"]):
            body += line.recv(4096)
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
            self.got.append({"first": first, "headers": headers, "body": body, "event": json.loads(body)})
            count = len(self.got)
        try:
            if callable(self.answer):
                self.answer(line, count)
            else:
                line.sendall(self.answer)
        finally:
            with self.lock:
                self.now -= 1

    def close(self) -> None:
        self.socket.close()


def reply(status: int, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def drip(line: socket.socket, _: int) -> None:
    """One byte of the head at a time, for ever."""
    line.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        time.sleep(0.05)
        line.sendall(b"x")


def flood(line: socket.socket, _: int) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        line.sendall(b"X-Much: " + b"x" * 8000 + b"\r\n")


def verify(secret: str, headers: dict[str, str], body: bytes, *, tolerance_s: int = 300) -> bool:
    """As the Standard Webhooks specification tells a receiver to, written without a look at the house's own code."""
    if abs(time.time() - int(headers["webhook-timestamp"])) > tolerance_s:
        return False
    key = base64.b64decode(secret.split("_", 1)[1])
    content = b".".join((headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body))
    expected = base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
    return any(version == "v1" and hmac.compare_digest(mark, expected)
               for version, _, mark in (one.partition(",") for one in headers["webhook-signature"].split(" ")))
