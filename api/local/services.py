"""A private PostgreSQL + PostGIS and Redis for this checkout, on unix sockets only. Standard library only.

Nothing here listens on the network and no port is taken, so any number of checkouts and system servers live side by side.

    .local/services        the data (a link into /var/tmp when root's checkout is closed to the `postgres` user)
    .local/services.json   where the sockets are, for api/settings.py; written last by `up`, removed first by `down`
    /tmp/house-XXXXXXXX    the sockets, 0700; short, because a socket's path must stay under 107 bytes

PostgreSQL refuses to run as root, so root runs both servers as the owner of the data (at first: `postgres`).
A server counts as ours only when the process behind its pid file works in our folder: pids are reused.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from api.local import binaries

DATABASE = "house"
SETTINGS = """\
# Written by `python -m api.local up`.
listen_addresses = ''
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
port = 5432
max_connections = 300
shared_buffers = 256MB
effective_cache_size = 2GB
work_mem = 16MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
random_page_cost = 1.1
fsync = on
timezone = 'UTC'
log_timezone = 'UTC'
shared_preload_libraries = '{preload}'
"""


class Trouble(Exception):
    """The services cannot be brought up or down; the text says why and what to do."""


class Services:
    """The two servers of the checkout at `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.local = root / ".local"
        self.home = self.local / "services"
        self.answer = self.local / "services.json"
        self.uid = os.geteuid()

    # --- places and people -----------------------------------------------------------------------------------
    @property
    def data(self) -> Path:
        return self.home.resolve() / "postgres"

    @property
    def redis_folder(self) -> Path:
        return self.home.resolve() / "redis"

    def sockets(self) -> Path | None:
        """The socket folder of the last `up`; None when there is none, or /tmp was emptied since."""
        try:
            folder = Path((self.home / "sockets").read_text().strip())
            return folder if folder.stat().st_uid == self.home.stat().st_uid else None
        except OSError:
            return None

    def run(self, *command: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
        """Run a program as the servers' user, deaf to the PG* variables of whoever called us."""
        env = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        as_user = {"user": self.uid, "group": pwd.getpwuid(self.uid).pw_gid, "extra_groups": []}
        return subprocess.run(
            [str(word) for word in command], env=env, text=True, stdin=subprocess.DEVNULL, check=False,
            **({"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "cwd": "/"}
               | (as_user if os.geteuid() == 0 else {}) | options),  # type: ignore[arg-type]
        )

    def settle(self) -> None:
        """Decide where the data lives and whose it is, making the folder on the first run."""
        self.local.mkdir(exist_ok=True)
        if not os.access(self.local, os.W_OK):
            owner = pwd.getpwuid(self.local.stat().st_uid).pw_name
            raise Trouble(f"{self.local} belongs to {owner}. Run this as {owner}, or: sudo chown -R $USER '{self.local}'")
        self.adopt()
        if self.home.exists():
            self.uid = self.home.stat().st_uid
            if os.geteuid() not in (0, self.uid):
                owner = pwd.getpwuid(self.uid).pw_name
                raise Trouble(f"The data in {self.home} belongs to {owner}. Run this as root, or `sudo make clean` first.")
            return
        if os.geteuid() == 0:
            try:
                self.uid = pwd.getpwnam("postgres").pw_uid
            except KeyError:
                raise Trouble("PostgreSQL does not run as root, and there is no user `postgres`: run this as a normal user.") from None
        reachable = self.run("test", "-x", self.local).returncode == 0
        if reachable:
            self.home.mkdir(mode=0o700)
        else:
            self.home.symlink_to(tempfile.mkdtemp(prefix="house-", dir="/var/tmp"), target_is_directory=True)
        self.write("checkout", self.root)
        self.give(self.home.resolve())

    def adopt(self) -> None:
        """A checkout that was moved keeps its data; one that was copied must not touch the original's servers."""
        if self.home.is_symlink() and not self.home.exists():
            self.home.unlink()  # what it pointed at was cleared away
        try:
            before = Path((self.home / "checkout").read_text().strip())
        except OSError:
            return
        if before == self.root:
            return
        original = before / ".local" / "services"
        if self.home.is_symlink() and original.exists() and original.samefile(self.home):
            self.home.unlink()
        elif os.access(self.home, os.W_OK):
            (self.home / "sockets").unlink(missing_ok=True)
            self.write("checkout", self.root)

    def write(self, name: str, text: object) -> None:
        (self.home / name).unlink(missing_ok=True)
        (self.home / name).write_text(f"{text}\n")
        self.give(self.home / name)

    def give(self, path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, self.uid, pwd.getpwuid(self.uid).pw_gid)

    # --- who is running --------------------------------------------------------------------------------------
    def postgres_pid(self) -> int | None:
        return ours(self.data / "postmaster.pid", self.data)

    def redis_pid(self) -> int | None:
        return ours(self.redis_folder / "redis.pid", self.redis_folder)

    def postgres_answers(self, sockets: Path) -> bool:
        return bool(self.postgres_pid()) and connects(sockets / ".s.PGSQL.5432")

    def redis_answers(self, sockets: Path) -> bool:
        return bool(self.redis_pid()) and connects(sockets / "redis.sock", b"PING\r\n", b"+PONG")

    def is_up(self) -> bool:
        sockets = self.sockets()
        return bool(sockets) and self.answer.exists() and self.postgres_answers(sockets) and self.redis_answers(sockets)

    # --- verbs -----------------------------------------------------------------------------------------------
    def up(self) -> None:
        """Start what is not running. Safe to repeat, and after a crash, a reboot or an emptied /tmp."""
        found = binaries.find(self.data_major())
        self.settle()
        with self.alone():
            if self.is_up():
                say(f"Already up: PostgreSQL {found.major} and Redis on sockets in {self.sockets()}")
                return
            sockets = self.sockets()
            if sockets is None or not (self.postgres_answers(sockets) or self.redis_answers(sockets)):
                self.halt()  # an unreachable server of ours has lost its socket: stop it before starting anew
                sockets = Path(tempfile.mkdtemp(prefix="house-", dir="/tmp"))  # 0700; /tmp because short
                self.give(sockets)
                self.write("sockets", sockets)
            try:
                self.start_postgres(found, sockets)
                self.start_redis(found, sockets)
            except BaseException:
                self.halt()  # also on Ctrl-C: never half-started
                raise
            self.publish(sockets)
            say(f"Up: PostgreSQL {found.major} and Redis on sockets in {sockets}")

    def down(self) -> None:
        """Stop both servers, if they are ours. Safe to repeat."""
        self.adopt()
        if not self.home.exists():
            self.answer.unlink(missing_ok=True)
            say("Nothing to stop")
            return
        self.settle()
        with self.alone():
            was_up = bool(self.postgres_pid() or self.redis_pid())
            self.answer.unlink(missing_ok=True)
            self.halt()
            say("Stopped" if was_up else "Nothing to stop")

    def status(self) -> bool:
        """Say what runs; True when both servers answer and services.json points at them."""
        sockets = self.sockets()
        postgres = bool(sockets) and self.postgres_answers(sockets)
        redis = bool(sockets) and self.redis_answers(sockets)
        say(f"PostgreSQL: {f'up, pid {self.postgres_pid()}' if postgres else 'down'}")
        say(f"Redis:      {f'up, pid {self.redis_pid()}' if redis else 'down'}")
        if postgres or redis:
            say(f"Sockets:    {sockets}\nData:       {self.home.resolve()}")
        return postgres and redis and self.answer.exists()

    def clean(self) -> None:
        """Stop both servers and delete their data."""
        self.down()
        if self.home.exists():
            shutil.rmtree(self.home.resolve())
        if self.home.is_symlink():
            self.home.unlink()

    # --- how -------------------------------------------------------------------------------------------------
    def data_major(self) -> int | None:
        try:
            return int((self.data / "PG_VERSION").read_text())
        except (OSError, ValueError):
            return None

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """One `up` or `down` of this checkout at a time."""
        lock = os.open(self.local / "services.lock", os.O_RDONLY | os.O_CREAT)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def start_postgres(self, found: binaries.Binaries, sockets: Path) -> None:
        if self.postgres_answers(sockets):
            return
        if not (self.data / "PG_VERSION").exists():
            say("Making the database cluster ...")
            made = self.data.with_name("postgres.making")  # renamed when whole: an interrupted initdb leaves no half
            shutil.rmtree(made, ignore_errors=True)
            locale = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"  # not C: pg_trgm must see Cyrillic letters
            self.must("initdb", self.run(
                found.postgres / "initdb", "-D", made, "-U", "house_owner", "-A", "trust", "-E", "UTF8",
                f"--locale={locale}", "--locale-provider=icu", "--icu-locale=und"))
            with open(made / "postgresql.conf", "a") as conf:
                conf.write("include 'house.conf'\n")
            made.rename(self.data)
        preload = "pg_stat_statements" if (found.postgres.parent / "lib/pg_stat_statements.so").exists() else ""
        (self.data / "house.conf").write_text(SETTINGS.format(sockets=sockets, preload=preload))
        self.give(self.data / "house.conf")
        stop(self.postgres_pid(), signal.SIGINT)  # runs, but its socket is gone
        pid_file = self.data / "postmaster.pid"
        if alive(first_number(pid_file)) and not self.postgres_pid():
            pid_file.unlink()  # left by a crash, and its pid is now someone else's process
        log = self.data.with_name("postgres.log")
        for attempt in range(5):  # the children of a killed postmaster need a moment to go
            done = self.run(found.postgres / "pg_ctl", "start", "-w", "-t", "120", "-s", "-D", self.data, "-l", log,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # a pipe would stay open with it
            if done.returncode == 0:
                break
            time.sleep(0.5 * (attempt + 1))
        else:
            raise Trouble(f"PostgreSQL does not start. The end of {log}:\n\n{tail(log)}")
        self.make_database(found, sockets)

    def make_database(self, found: binaries.Binaries, sockets: Path) -> None:
        psql = (found.postgres / "psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-h", sockets, "-p", "5432", "-U", "house_owner")
        role = "DO $$ BEGIN IF to_regrole('house_app') IS NULL THEN CREATE ROLE house_app LOGIN; END IF; END $$"
        self.must("psql", self.run(*psql, "-d", "postgres", "-c", role))
        there = self.must("psql", self.run(*psql, "-d", "postgres", "-c", f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"))
        if there.strip() != "1":
            self.must("psql", self.run(*psql, "-d", "postgres", "-c", f"CREATE DATABASE {DATABASE}"))

    def start_redis(self, found: binaries.Binaries, sockets: Path) -> None:
        if self.redis_answers(sockets):
            return
        stop(self.redis_pid(), signal.SIGTERM)
        self.redis_folder.mkdir(exist_ok=True)
        self.give(self.redis_folder)
        self.must("redis-server", self.run(
            found.redis, "--port", "0", "--unixsocket", sockets / "redis.sock", "--unixsocketperm", "700",
            "--daemonize", "yes", "--pidfile", "redis.pid", "--logfile", "redis.log", "--dir", ".",
            "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction", cwd=self.redis_folder))
        if not within(60, lambda: self.redis_answers(sockets)):
            raise Trouble(f"Redis does not start. The end of its log:\n\n{tail(self.redis_folder / 'redis.log')}")

    def publish(self, sockets: Path) -> None:
        text = json.dumps({"postgres_socket": str(sockets), "database": DATABASE, "redis_url": f"redis+socket://{sockets}/redis.sock"})
        fresh = self.answer.with_suffix(".new")
        fresh.write_text(text + "\n")
        fresh.replace(self.answer)

    def halt(self) -> None:
        """Stop what is ours and remove its socket folder."""
        redis, postgres, sockets = self.redis_pid(), self.postgres_pid(), self.sockets()
        stop(redis, signal.SIGTERM)
        stop(postgres, signal.SIGINT)  # PostgreSQL's fast shutdown
        if sockets:
            shutil.rmtree(sockets, ignore_errors=True)
        (self.home / "sockets").unlink(missing_ok=True)

    def must(self, what: str, done: subprocess.CompletedProcess[str]) -> str:
        if done.returncode:
            raise Trouble(f"{what} failed:\n\n{done.stdout}")
        return done.stdout


def say(text: str) -> None:
    print(text, flush=True)


def first_number(pid_file: Path) -> int | None:
    try:
        return int(pid_file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def alive(pid: int | None) -> bool:
    if not pid:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()  # a zombie is dead
    except OSError:
        return not Path("/proc/self").exists()


def ours(pid_file: Path, folder: Path) -> int | None:
    """The pid in the file, if that process lives and its working folder is `folder`."""
    pid = first_number(pid_file)
    if not pid or not alive(pid):
        return None
    try:
        if Path("/proc/self").exists():
            return pid if os.path.samefile(f"/proc/{pid}/cwd", folder) else None
        lsof = subprocess.run(["lsof", "-a", "-p", str(pid), "-d", "cwd", "-Fn"], capture_output=True, text=True, check=False)
        return pid if f"n{folder}\n" in lsof.stdout else None
    except OSError:
        return None


def connects(path: Path, question: bytes = b"", answer: bytes = b"") -> bool:
    """Whether somebody listens on the socket, and answers the question if there is one."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(5)
            line.connect(str(path))
            line.sendall(question)
            return not answer or line.recv(64).startswith(answer)
    except OSError:
        return False


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def stop(pid: int | None, polite: signal.Signals) -> None:
    """Ask, wait up to a minute, then kill."""
    if pid is None:
        return
    os.kill(pid, polite)
    if not within(60, lambda: not alive(pid)):
        os.kill(pid, signal.SIGKILL)
        within(10, lambda: not alive(pid))


def tail(path: Path, lines: int = 15) -> str:
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return "(no log)"
