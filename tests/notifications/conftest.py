"""A household of telephones, a Firebase of our own, and a Redis that may be stopped."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from celery import Celery

from api.celery import app as house_app
from api.local.fake_fcm import FakeFcm
from collection.kernel.ids import uuid7
from collection.kernel.nudge import nudge
from collection.kernel.words import Words
from notifications import devices, outbox
from notifications.channels import fcm as fcm_channel
from notifications.models import OutboxRow
from notifications.outbox import Notice
from notifications.relay import Relay


@pytest.fixture
def at() -> datetime:
    """Now: what is put at this moment is due."""
    return datetime.now(UTC)


@pytest.fixture
def person(at: datetime) -> Callable[..., UUID]:
    """`person("kk", "ru")` is somebody with two telephones; `value=` is what FCM knows the (only) one by."""
    def person(*languages: str, value: str = "", kind: str = "token") -> UUID:
        recipient_id = uuid7(at)
        for language in languages:
            installation_id = uuid7(at)
            devices.put_device(recipient_id=recipient_id, installation_id=installation_id, kind=kind, language=language,
                               value=value or f"ok-{installation_id}", platform="android", at=at)
        return recipient_id

    return person


@pytest.fixture
def notice(at: datetime) -> Callable[..., Notice]:
    def notice(recipient_id: UUID, **other: Any) -> Notice:
        return Notice(**{
            "recipient_id": recipient_id, "event": "offer_made", "title": Words("Жаңа ұсыныс", "Новое предложение", "New offer"),
            "body": Words("№7 өтінім: 12 км", "Заявка №7: 12 км", "Request No 7: 12 km away"),
            "object_type": "offer", "object_id": uuid7(at),
        } | other)

    return notice


@pytest.fixture
def push(person: Callable[..., UUID], notice: Callable[..., Notice], at: datetime) -> Callable[..., OutboxRow]:
    """`push("UNREGISTERED-1")` puts one push for a telephone known to FCM by that; returns its outbox row."""
    def push(value: str = "", *, language: str = "ru", kind: str = "token", **other: Any) -> OutboxRow:
        outbox.put([notice(person(language, value=value, kind=kind), **other)], at=at)
        return OutboxRow.objects.latest("id")

    return push


@pytest.fixture(scope="session")
def firebase(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeFcm]:
    server = FakeFcm(slow_s=2).start()
    server.account = tmp_path_factory.mktemp("firebase") / "account.json"  # type: ignore[attr-defined]
    server.write_account(server.account)
    yield server
    server.stop()


@pytest.fixture
def fcm(firebase: FakeFcm, settings: Any, monkeypatch: pytest.MonkeyPatch) -> FakeFcm:
    """The house is configured for the fake, which begins empty. The channel waits a second, not ten."""
    firebase.clear()
    settings.FCM_SERVICE_ACCOUNT, settings.FCM_ENDPOINT = str(firebase.account), firebase.url
    monkeypatch.setattr(fcm_channel, "TIMEOUT_S", 1)
    return firebase


class PrivateRedis:
    """A redis-server of the test's own on a unix socket, without persistence: stopping it empties it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="house-redis-", dir="/tmp"))
        self.url = f"redis+socket://{self.folder}/redis.sock"
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", str(self.folder / "redis.sock"), "--save", "", "--appendonly", "no",
             "--dir", str(self.folder)], stdout=subprocess.DEVNULL)
        wait(lambda: (self.folder / "redis.sock").exists())

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        (self.folder / "redis.sock").unlink(missing_ok=True)

    @contextmanager
    def hung(self) -> Iterator[None]:
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)


@pytest.fixture
def redis() -> Iterator[PrivateRedis]:
    server = PrivateRedis()
    yield server
    server.stop()
    shutil.rmtree(server.folder)


@pytest.fixture
def celery(redis: PrivateRedis) -> Iterator[Celery]:
    """The house's Celery application, on the test's own Redis."""
    app = Celery("house", broker=redis.url, set_as_current=False)
    mine = {"broker_url", "broker_read_url", "broker_write_url", "beat_schedule", "include", "imports"}
    app.conf.update({key: value for key, value in house_app.conf.changes.items() if key not in mine})
    yield app
    app.close()
    house_app.set_current()  # a test's worker makes its own application the current and the default one
    house_app.set_default()


@pytest.fixture
def queued(celery: Celery) -> Callable[[str], list[int]]:
    """The row ids waiting in a queue, oldest first; bundles laid open."""
    def queued(queue: str) -> list[int]:
        with celery.connection_for_read() as broker:
            found = broker.default_channel.client.lrange(queue, 0, -1)
        given = [json.loads(b64decode(json.loads(one)["body"]))[0][0] for one in reversed(found)]
        return [row_id for one in given for row_id in (one if isinstance(one, list) else [one])]

    return queued


@pytest.fixture
def relay(celery: Celery, transactional_db: None) -> Iterator[Callable[..., Relay]]:
    """`relay()` starts one in a thread; all are stopped at the end, and must end by themselves."""
    running: list[tuple[Relay, threading.Thread]] = []

    def start(**options: Any) -> Relay:
        one = Relay(celery, **options)
        thread = threading.Thread(target=one.run)
        thread.start()
        running.append((one, thread))
        return one

    yield start
    for one, _ in running:
        one.stop.set()
    nudge("stop")  # they need not sit out their second
    for _, thread in running:
        thread.join(15)
        assert not thread.is_alive()


def wait(condition: Callable[[], object], seconds: float = 10) -> None:
    """Until `condition` holds; fails after `seconds`."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)

