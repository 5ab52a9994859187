"""A private PostgreSQL + PostGIS and Redis for this checkout, on unix sockets only. Standard library only.

Nothing here listens on the network and no port is taken: any number of checkouts and system servers live side by side.

    .local/services        the data
    .local/services.json   where the sockets are, for api/settings.py; written last by `up`, removed first by `down`
    /tmp/house-XXXXXXXX    the sockets, 0700; short, because a socket's path must stay under 107 bytes
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from api.local import binaries
from api.local.home import Home
from api.local.servers import DATABASE, Postgres, Redis


class Services:
    """The two servers of the checkout at `root`."""

    def __init__(self, root: Path) -> None:
        self.home = Home(root)
        self.postgres, self.redis = Postgres(self.home), Redis(self.home)
        self.answer = self.home.local / "services.json"

    def is_up(self) -> bool:
        """Both answer, and services.json points at them."""
        sockets = self.home.sockets()
        return bool(
            sockets and self.answer.exists() and self.postgres.answers(sockets) and self.redis.answers(sockets))

    def up(self) -> None:
        """Start what is not running. Safe to repeat, and after a crash, a reboot or an emptied /tmp.

        Raises binaries.Missing before anything is written when a program is not installed, and home.Trouble.
        """
        found = binaries.find(self.postgres.major())
        self.home.settle()
        with self.alone():
            if self.is_up():
                print(f"Already up: PostgreSQL {found.major} and Redis on sockets in {self.home.sockets()}", flush=True)
                return
            try:
                sockets = self.socket_folder()
                self.postgres.start(found, sockets)
                self.redis.start(found, sockets)
                self.publish(sockets)
            except BaseException:
                self.halt()  # also on Ctrl-C: never half-started
                raise
            print(f"Up: PostgreSQL {found.major} and Redis on sockets in {sockets}", flush=True)

    def down(self) -> None:
        """Stop both servers, if they are ours. Safe to repeat."""
        self.home.adopt()
        was_up = False
        if self.home.exists():
            self.home.settle()
            with self.alone():
                was_up = bool(self.postgres.pid() or self.redis.pid())
                self.halt()
        self.answer.unlink(missing_ok=True)
        print("Stopped" if was_up else "Nothing to stop", flush=True)

    def status(self) -> bool:
        """Say what runs. Returns is_up()."""
        sockets = self.home.sockets()
        for name, server in (("PostgreSQL", self.postgres), ("Redis", self.redis)):
            up = sockets and server.answers(sockets)
            print(f"{name + ':':12}{f'up, pid {server.pid()}' if up else 'down'}")
        if sockets:
            print(f"{'Sockets:':12}{sockets}\n{'Data:':12}{self.home.folder}")
        return self.is_up()

    def clean(self) -> None:
        """Stop both servers and delete their data."""
        self.down()
        if self.home.exists():
            shutil.rmtree(self.home.folder)
        if self.home.link.is_symlink():
            self.home.link.unlink()

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """One `up` or `down` of this checkout at a time."""
        lock = os.open(self.home.local / "services.lock", os.O_RDONLY | os.O_CREAT, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def socket_folder(self) -> Path:
        """The folder that a running server already uses, or a new one."""
        sockets = self.home.sockets()
        if sockets and (self.postgres.answers(sockets) or self.redis.answers(sockets)):
            return sockets
        self.halt()
        sockets = Path(tempfile.mkdtemp(prefix="house-", dir="/tmp"))
        self.home.give(sockets)
        self.home.write("sockets", sockets)
        return sockets

    def publish(self, sockets: Path) -> None:
        text = json.dumps({
            "postgres_socket": str(sockets), "database": DATABASE, "redis_url": f"redis+socket://{sockets}/redis.sock"})
        fresh = self.answer.with_suffix(".new")
        fresh.write_text(text + "\n")
        fresh.replace(self.answer)

    def halt(self) -> None:
        """Stop what is ours and remove its socket folder."""
        self.answer.unlink(missing_ok=True)
        self.redis.stop()
        self.postgres.stop()
        if sockets := self.home.sockets():
            shutil.rmtree(sockets, ignore_errors=True)
        if self.home.exists():
            (self.home.link / "sockets").unlink(missing_ok=True)
