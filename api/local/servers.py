"""The two private servers: how each is started, asked and stopped."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from api.local import pids
from api.local.binaries import Binaries
from api.local.home import Home, Trouble

DATABASE = "house"
POSTGRES = """\
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
# Not C: with it pg_trgm would see no Cyrillic letters.
LOCALE = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"


class Postgres:
    """A cluster of our own, with the roles house_owner (superuser, owns the tables) and house_app (runs the app)."""

    def __init__(self, home: Home) -> None:
        self.home = home

    @property
    def data(self) -> Path:
        return self.home.folder / "postgres"

    def major(self) -> int | None:
        """The version that made the data; None when there is none yet."""
        try:
            return int((self.data / "PG_VERSION").read_text())
        except (OSError, ValueError):
            return None

    def pid(self) -> int | None:
        return pids.ours(self.data / "postmaster.pid", self.data)

    def answers(self, sockets: Path) -> bool:
        return bool(self.pid()) and pids.connects(sockets / ".s.PGSQL.5432")

    def start(self, found: Binaries, sockets: Path) -> None:
        """Make the cluster if there is none, start it, and make the roles and the database if they are missing."""
        if not self.answers(sockets):
            self.stop()  # runs, but its socket is gone
            if self.major() is None:
                self.make_cluster(found)
            preload = "pg_stat_statements" if (found.postgres.parent / "lib/pg_stat_statements.so").exists() else ""
            (self.data / "house.conf").write_text(POSTGRES.format(sockets=sockets, preload=preload))
            self.home.give(self.data / "house.conf")
            pid_file = self.data / "postmaster.pid"
            if pids.alive(pids.read(pid_file)) and not self.pid():
                pid_file.unlink()  # left by a crash, and its pid is now someone else's process
            self.launch(found)
        self.make_database(found, sockets)

    def make_cluster(self, found: Binaries) -> None:
        print("Making the database cluster ...", flush=True)
        made = self.data.with_name("postgres.making")  # renamed when whole: an interrupted initdb leaves no half
        shutil.rmtree(made, ignore_errors=True)
        self.home.must(
            found.postgres / "initdb", "-D", made, "-U", "house_owner", "-A", "trust", "-E", "UTF8",
            f"--locale={LOCALE}", "--locale-provider=icu", "--icu-locale=und")
        with open(made / "postgresql.conf", "a") as conf:
            conf.write("include 'house.conf'\n")
        made.rename(self.data)

    def launch(self, found: Binaries) -> None:
        log = self.data.with_name("postgres.log")
        for attempt in range(5):  # the children of a killed postmaster need a moment to go
            done = self.home.run(
                found.postgres / "pg_ctl", "start", "-w", "-t", "120", "-s", "-D", self.data, "-l", log,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # a pipe would stay open as long as the server
            if done.returncode == 0:
                return
            time.sleep(0.5 * (attempt + 1))
        raise Trouble(f"PostgreSQL does not start. The end of {log}:\n\n{pids.tail(log)}")

    def make_database(self, found: Binaries, sockets: Path) -> None:
        psql = (found.postgres / "psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-h", sockets, "-p", "5432",
                "-U", "house_owner", "-d", "postgres", "-c")
        if not self.home.must(*psql, "SELECT 1 FROM pg_roles WHERE rolname = 'house_app'").strip():
            self.home.must(*psql, "CREATE ROLE house_app LOGIN")
        if not self.home.must(*psql, f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'").strip():
            self.home.must(*psql, f"CREATE DATABASE {DATABASE}")

    def stop(self) -> None:
        pids.stop(self.pid(), signal.SIGINT)  # its fast shutdown


class Redis:
    """A Redis of our own. Append-only and never evicting, though losing it would lose nothing (see api/celery.py)."""

    def __init__(self, home: Home) -> None:
        self.home = home

    @property
    def data(self) -> Path:
        return self.home.folder / "redis"

    def pid(self) -> int | None:
        return pids.ours(self.data / "redis.pid", self.data)

    def answers(self, sockets: Path) -> bool:
        return bool(self.pid()) and pids.connects(sockets / "redis.sock", b"PING\r\n", b"+PONG")

    def start(self, found: Binaries, sockets: Path) -> None:
        if self.answers(sockets):
            return
        self.stop()
        self.data.mkdir(exist_ok=True)
        self.home.give(self.data)
        (self.data / "redis.pid").unlink(missing_ok=True)
        self.home.must(
            found.redis, "--port", "0", "--unixsocket", sockets / "redis.sock", "--unixsocketperm", "700",
            "--daemonize", "yes", "--pidfile", "redis.pid", "--logfile", "redis.log", "--dir", ".",
            "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction", cwd=self.data)
        if not pids.within(60, lambda: self.answers(sockets)):
            raise Trouble(f"Redis does not start. The end of its log:\n\n{pids.tail(self.data / 'redis.log')}")

    def stop(self) -> None:
        pids.stop(self.pid(), signal.SIGTERM)
