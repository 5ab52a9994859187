"""Runs the house's processes together: the web, a Celery worker, beat, the outbox relay and, if asked, the fake FCM.

    with running({"MESSAGE_LOG": str(path)}, database="test_house") as house:
        httpx.get(house.base_url + "/livez")

Every process leads a group of its own, so leaving the block stops it with all its children, by whatever way it is left;
and should this process itself be killed, the kernel tells them to stop.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from api.local import pids, where
from api.local.home import Trouble

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 90  # seconds a process may take to start
FOLLOW = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []  # stop when this process dies


@dataclass
class Running:
    """What is running and where. `fcm_url` and `fcm_account` (path of its service account) are empty without it."""

    base_url: str
    logs: Path
    fcm_url: str = ""
    fcm_account: str = ""
    grace: float = 15  # seconds between SIGTERM and SIGKILL
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def check(self) -> None:
        """Raise Trouble, with the end of its log, if a process has ended."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                log = self.logs / f"{name}.log"
                raise Trouble(f"{name} ended with code {process.returncode}. The end of {log}:\n\n{pids.tail(log, 25)}")

    def start(self, name: str, *command: str, env: Mapping[str, str]) -> None:
        with open(self.logs / f"{name}.log", "wb") as log:
            self.processes[name] = subprocess.Popen(
                [*FOLLOW, sys.executable, "-u", *command], cwd=ROOT, env={**env, "APPLICATION_NAME": f"house-{name}"},
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)

    def stop(self) -> None:
        """Ask every process to end (itself only: Celery and gunicorn see to their children), then kill what is left."""
        with uninterrupted():
            for process in self.processes.values():
                process.terminate()
            end = time.monotonic() + self.grace
            for process in self.processes.values():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(max(0.1, end - time.monotonic()))
            for process in self.processes.values():
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            self.processes.clear()


@contextlib.contextmanager
def running(
    env: Mapping[str, str] | None = None, web_port: int | None = None, with_fcm: bool = False, logs: Path | None = None,
    database: str | None = None, redis_db: int = 1,
) -> Iterator[Running]:
    """Start everything, wait until it answers, stop everything afterwards.

    `env` is laid over this process's environment. `web_port` None takes a free loopback port. `database` names another
    database of the private PostgreSQL (a test's); the house then also has the Redis database `redis_db` to itself,
    because two houses on one queue would take each other's work. Raises Trouble.
    """
    port = web_port or free_port()
    must_be_free(port)
    house = Running(f"http://127.0.0.1:{port}", logs or ROOT / ".local" / "logs")
    house.logs.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="house-run-"))
    ours = {"DJANGO_SETTINGS_MODULE": "api.settings", **(env or {}), "HOST": "127.0.0.1", "PORT": str(port)}
    full = {key: value for key, value in os.environ.items() if key != "HOUSE_DB_ROLE"} | ours  # tests are the owner
    if database:
        full["HOUSE_SERVICES"] = point_elsewhere(scratch / "services.json", database, redis_db)
    try:
        if with_fcm:
            start_fcm(house, scratch, full)
        for name, command in commands(scratch).items():
            house.start(name, *command, env=full)
        wait(house, "the web", lambda: gets(f"{house.base_url}/livez"))
        logs_of_workers = [house.logs / "worker.log", house.logs / "sender.log"]
        wait(house, "the workers", lambda: all(b" ready." in log.read_bytes() for log in logs_of_workers))
        yield house
    finally:
        house.stop()
        shutil.rmtree(scratch, ignore_errors=True)


def commands(scratch: Path) -> dict[str, tuple[str, ...]]:
    """What the house consists of: a name and a command line for each process. `scratch` is a folder for beat's notes."""
    celery = ("-m", "celery", "-A", "api.celery")
    quiet = ("--loglevel", "INFO", "--without-gossip", "--without-mingle", "-n")
    return {
        "web": ("-m", "gunicorn", "-c", "python:api.gunicorn"),
        "worker": (*celery, "worker", "-Q", "rooms", "--pool", "prefork", "--concurrency", "2", *quiet,
                   f"house-{os.getpid()}@%h"),
        # It only waits for others, so it has threads, and nobody slow holds up the rooms.
        "sender": (*celery, "worker", "-Q", "push,sms,email,hooks", "--pool", "threads", "--concurrency", "12", *quiet,
                   f"sender-{os.getpid()}@%h"),
        "beat": (*celery, "beat", "--pidfile=", "--schedule", str(scratch / "beat"), "--loglevel", "WARNING"),
        "relay": ("manage.py", "relay"),
    }


def start_fcm(house: Running, scratch: Path, env: dict[str, str]) -> None:
    """Start the fake of FCM's HTTP v1 API and tell the house through FCM_SERVICE_ACCOUNT and FCM_ENDPOINT."""
    port = free_port()
    house.fcm_url, house.fcm_account = f"http://127.0.0.1:{port}", str(scratch / "service-account.json")
    house.start("fcm", "-m", "api.local.fake_fcm", "--port", str(port), "--account", house.fcm_account, env=env)
    wait(house, "the fake FCM", lambda: not is_free(port) and Path(house.fcm_account).exists())
    env |= {"FCM_SERVICE_ACCOUNT": house.fcm_account, "FCM_ENDPOINT": house.fcm_url}


def point_elsewhere(path: Path, database: str, redis_db: int) -> str:
    """Write a services.json that names another database and queue of the same servers; returns its path."""
    services = where.services(ROOT)
    if services is None:
        raise Trouble("The private services are down: make up")
    queue = services["redis_url"].split("?")[0] + f"?virtual_host={redis_db}"
    path.write_text(json.dumps({**services, "database": database, "redis_url": queue}))
    return str(path)


def wait(house: Running, what: str, condition: Callable[[], bool]) -> None:
    def held() -> bool:
        house.check()
        return condition()

    if not pids.within(PATIENCE, held):
        raise Trouble(f"{what} did not start within {PATIENCE} s; see {house.logs}")


def gets(url: str) -> bool:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def must_be_free(port: int) -> None:
    if not is_free(port):
        raise Trouble(f"Port {port} is taken. Choose another one: make run PORT={free_port()}")


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """An impatient second Ctrl-C must not leave half of the processes running."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def manage(*arguments: str) -> None:
    """Run a management command in a process of its own, its progress shown. Raises Trouble when it fails."""
    if code := subprocess.run([sys.executable, "-u", "manage.py", *arguments], cwd=ROOT, check=False).returncode:
        raise Trouble(f"manage.py {' '.join(arguments)} ended with code {code}")
