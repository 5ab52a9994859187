"""Where the private servers keep their data, and as whom they run.

PostgreSQL refuses to run as root, so root runs both servers as the owner of the data (at first: `postgres`). When that
user cannot reach the checkout (root's home is closed to others), the data lives in /var/tmp and is linked to.
"""

from __future__ import annotations

import os
import pwd
import subprocess
import tempfile
from pathlib import Path
from typing import Any


class Trouble(Exception):
    """The services cannot be brought up or down; the text says why and what to do."""


class Home:
    """`.local/services` of the checkout at `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.local = root / ".local"
        self.link = self.local / "services"
        self.uid = os.geteuid()  # whose servers they are; settled by settle()

    @property
    def folder(self) -> Path:
        return self.link.resolve()

    def exists(self) -> bool:
        return self.link.exists()

    def sockets(self) -> Path | None:
        """The socket folder of the last `up`; None when there is none, or when /tmp was emptied since."""
        try:
            folder = Path((self.link / "sockets").read_text().strip())
            return folder if folder.stat().st_uid == self.link.stat().st_uid else None
        except OSError:
            return None

    def settle(self) -> None:
        """Decide where the data lives and whose it is, making the folder on the first run."""
        self.local.mkdir(exist_ok=True)
        if not os.access(self.local, os.W_OK):
            owner = name(self.local.stat().st_uid)
            text = f"{self.local} belongs to {owner}. Run this as {owner}, or: sudo chown -R $USER '{self.local}'"
            raise Trouble(text)
        self.adopt()
        if self.exists():
            self.uid = self.link.stat().st_uid
            if self.uid == 0:  # copied by root: neither server runs as root
                self.uid = user_for_root()
                for path in (self.folder, *self.folder.rglob("*")):
                    self.give(path)
            if os.geteuid() not in (0, self.uid):
                raise Trouble(f"The data in {self.link} was made by root. Run this as root, or first: sudo make clean")
            return
        if os.geteuid() == 0:
            self.uid = user_for_root()
        if self.run("test", "-x", self.local).returncode == 0:
            self.link.mkdir(mode=0o700)
        else:
            self.link.symlink_to(tempfile.mkdtemp(prefix="house-", dir="/var/tmp"), target_is_directory=True)
        self.write("checkout", self.root)
        self.give(self.folder)

    def adopt(self) -> None:
        """A checkout that was moved keeps its data; one that was copied must not touch the original's servers."""
        if self.link.is_symlink() and not self.exists():
            self.link.unlink()  # what it pointed at was cleared away
        try:
            before = Path((self.link / "checkout").read_text().strip())
        except OSError:
            return
        if before == self.root:
            return
        original = before / ".local" / "services"
        if self.link.is_symlink() and original.exists() and original.samefile(self.link):
            self.link.unlink()
        elif os.access(self.link, os.W_OK):
            (self.link / "sockets").unlink(missing_ok=True)
            self.write("checkout", self.root)

    def write(self, file: str, text: object) -> None:
        path = self.link / file
        path.unlink(missing_ok=True)
        path.write_text(f"{text}\n")
        self.give(path)

    def give(self, path: Path) -> None:
        """Hand what root made to the servers' user."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, group(self.uid))

    def run(self, *command: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a program as the servers' user, deaf to the PG* variables of whoever called us."""
        settings: dict[str, Any] = {
            "env": {key: value for key, value in os.environ.items() if not key.startswith("PG")},
            "stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "cwd": "/",
        }
        if os.geteuid() == 0:
            settings |= {"user": self.uid, "group": group(self.uid), "extra_groups": []}
        return subprocess.run([str(word) for word in command], text=True, check=False, **(settings | options))

    def must(self, *command: str | Path, **options: Any) -> str:
        """Run a program that has to succeed, and return what it printed."""
        done = self.run(*command, **options)
        if done.returncode:
            raise Trouble(f"{Path(command[0]).name} failed:\n\n{done.stdout}")
        return done.stdout


def name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def group(uid: int) -> int:
    try:
        return pwd.getpwuid(uid).pw_gid
    except KeyError:
        return uid


def user_for_root() -> int:
    try:
        return pwd.getpwnam("postgres").pw_uid
    except KeyError:
        text = "PostgreSQL does not run as root, and there is no user `postgres`: run this as a normal user."
        raise Trouble(text) from None
