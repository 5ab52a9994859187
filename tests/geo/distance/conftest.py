"""Engines to ask: recorded ones, real ones when `make test-roads` started them, and ill-behaved ones."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from geo.distance.geodesic import Geodesic
from geo.distance.osrm import Osrm
from geo.distance.roads import Roads
from geo.distance.valhalla import Valhalla

RECORDED = Path(__file__).parent / "recorded"
Answer = Callable[[str, str, bytes], tuple[int, bytes]]


class Served(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer, self.asked, self.delay_s = answer, 0, 0.0
        self.talking: list[socket.socket] = []
        threading.Thread(target=self.serve_forever, args=[0.02], daemon=True).start()

    def verify_request(self, request: Any, client_address: Any) -> bool:
        self.talking.append(request)
        return True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Served
    protocol_version = "HTTP/1.1"  # connections are kept, as real engines keep them

    def do_GET(self) -> None:
        self.server.asked += 1
        time.sleep(self.server.delay_s)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, answer = self.server.answer(self.command, self.path, body)
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_GET

    def log_message(self, *args: Any) -> None:
        pass


def of(server: Served, **more: Any) -> Roads:
    """The provider that asks this server, in the words of its kind (OSRM's by default)."""
    kind = getattr(server, "kind", "osrm")
    engine = Osrm(server.url, timeout_s=5) if kind == "osrm" else Valhalla(server.url, costing="auto", timeout_s=5)
    return Roads(engine, Geodesic(), **more)


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], Served]]:
    """`serve(answer)` is a server on this machine for the length of a test."""
    servers: list[Served] = []

    def start(answer: Answer) -> Served:
        servers.append(Served(answer))
        return servers[-1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(params=["osrm", "valhalla"])
def engine(request: pytest.FixtureRequest, serve: Callable[[Answer], Served]) -> Served:
    """What a real engine says: from the record, or asked now (and recorded, if RECORD is set)."""
    real = os.environ.get(f"ROADS_{request.param.upper()}")
    file = RECORDED / f"{request.param}.json"
    said: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}

    def answer(method: str, path: str, body: bytes) -> tuple[int, bytes]:
        question = f"{method} {path} {body.decode()}".strip()
        if real:
            asked = httpx.request(method, real + path, content=body, timeout=30, trust_env=False)
            if os.environ.get("RECORD"):
                said[question] = {"status": asked.status_code, "body": asked.json()}
                file.write_text(json.dumps(said, ensure_ascii=False, sort_keys=True, indent=0) + "\n")
            return asked.status_code, asked.content
        return said[question]["status"], json.dumps(said[question]["body"]).encode()

    server = serve(answer)
    server.kind = request.param  # type: ignore[attr-defined]
    return server
