"""The whole house on servers of its own, kept running as an init system would: whatever dies is started again.

PostgreSQL (and, on request, a streaming standby), Redis, two web workers, the Celery workers, beat, the relay and a fake of
FCM and the SMS gateway: all on sockets and loopback ports, each behind a wire that can be cut.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from api.local import binaries, pids
from api.local.home import Home
from api.local.processes import ROOT, Running, commands, free_port, gets, is_free
from api.local.servers import DATABASE, Postgres
from api.local.services import Services
from tests.faults.wire import Loop, Wire

#: What makes a trial short: a lost message comes back after seconds instead of a minute, and nobody is held up by limits.
BRISK = {
    "OUTBOX_LEASE_S": "4", "OUTBOX_PAUSE_S": "0.1", "LOGIN_CODE_PER_NETWORK_HOUR": "100000", "ANONYMOUS_PER_MINUTE": "1000000",
    "LOG_LEVEL": "WARNING", "SECOND_FACTOR_REQUIRED": "0", "MESSAGE_LOG": "",
}
PATIENCE_S = 120


class Estate:
    def __init__(self, root: Path, **env: str) -> None:
        self.root, self.loop = root, Loop()
        self.services = Services(root)
        self.services.up()
        self.found = binaries.find(self.services.postgres.major())
        real = Path(json.loads(self.services.answer.read_text())["postgres_socket"])
        self.primary, self.standby = self.services.postgres, None
        self.wires = root / "wires"
        self.wires.mkdir()
        self.wires.chmod(0o755)
        self.postgres = Wire(self.loop, real / ".s.PGSQL.5432", self.wires / ".s.PGSQL.5432")
        self.redis = Wire(self.loop, real / "redis.sock", self.wires / "redis.sock")
        # Whatever asks for the services from now on, this process among them, finds the wires.
        (root / "services.json").write_text(json.dumps({
            "postgres_socket": str(self.wires), "database": DATABASE,
            "redis_url": f"redis+socket://{self.wires}/redis.sock"}))
        os.environ["HOUSE_SERVICES"] = str(root / "services.json")
        self.sockets = real
        self.port = free_port()
        self.env = {name: value for name, value in os.environ.items() if name not in ("HOUSE_DB_ROLE", "DATABASE_URL")} | {
            **BRISK, "DJANGO_SETTINGS_MODULE": "api.settings", "HOST": "127.0.0.1", "PORT": str(self.port), **env}
        self.house = Running(f"http://127.0.0.1:{self.port}", root / "logs")
        self.house.logs.mkdir()
        self.watching = threading.Event()
        self.deaths: list[str] = []

    # -- the house -----------------------------------------------------------------------------------------------
    def open(self) -> None:
        """Start everything and wait until the door answers and the workers are ready."""
        fcm = free_port()
        self.account = self.root / "account.json"
        self.env |= {"FCM_SERVICE_ACCOUNT": str(self.account), "FCM_ENDPOINT": f"http://127.0.0.1:{fcm}",
                     "SMS_GATEWAY_URL": f"http://127.0.0.1:{fcm}/sms"}
        self.fcm_url = f"http://127.0.0.1:{fcm}"
        self.commands = {
            "fcm": ("-m", "api.local.fake_fcm", "--port", str(fcm), "--account", str(self.account)), **commands(self.root)}
        self.commands["worker"] += ("--include", "tests.faults.poison")
        self.house.start("fcm", *self.commands["fcm"], env=self.env)
        wait("the fake FCM", lambda: not is_free(fcm) and self.account.exists())
        for name in self.commands:
            if name != "fcm":
                self.start(name)
        self.web = Wire(self.loop, self.port)
        wait("the web", lambda: gets(f"{self.house.base_url}/readyz"))
        wait("the workers", lambda: all(b" ready." in (self.house.logs / f"{name}.log").read_bytes()
                                        for name in ("worker", "sender")))
        self.watching.set()
        threading.Thread(target=self.keep, daemon=True, name="keeper").start()

    def start(self, name: str) -> None:
        level = "INFO" if name in ("worker", "sender") else "WARNING"  # the workers say at INFO that they are ready
        self.house.start(name, *self.commands[name], env=self.env | {"LOG_LEVEL": level})

    def keep(self) -> None:
        """What an init system does: a process that has ended is started again, half a second later."""
        while self.watching.is_set():
            for name, process in list(self.house.processes.items()):
                if process.poll() is not None and self.watching.is_set():
                    self.deaths.append(name)
                    log = self.house.logs / f"{name}.log"
                    shutil.copy(log, log.with_suffix(f".{len(self.deaths)}.log"))
                    self.start(name)
            time.sleep(0.5)

    def pid(self, name: str) -> int:
        return self.house.processes[name].pid

    def children(self, name: str) -> list[int]:
        """The web's workers, or the processes of a Celery pool."""
        told = Path(f"/proc/{self.pid(name)}/task/{self.pid(name)}/children").read_text()
        return [int(one) for one in told.split()]

    def kill_children(self, name: str) -> int:
        killed = self.children(name)
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        return len(killed)

    def kill(self, name: str) -> None:
        """The process and all its children at once, as a lost machine would."""
        os.killpg(self.pid(name), signal.SIGKILL)

    def stop_and_go(self, name: str, *, go: bool) -> None:
        os.killpg(self.pid(name), signal.SIGCONT if go else signal.SIGSTOP)

    # -- the servers ---------------------------------------------------------------------------------------------
    def postgres_dies(self) -> None:
        pid = self.primary.pid()
        assert pid
        os.kill(pid, signal.SIGQUIT)  # its immediate shutdown: no checkpoint, recovery at the next start
        wait("PostgreSQL's end", lambda: not pids.alive(pid))

    def postgres_starts(self) -> None:
        self.primary.start(self.found, self.sockets)

    def redis_dies(self, *, forgets: bool) -> None:
        pid = self.services.redis.pid()
        assert pid
        os.kill(pid, signal.SIGKILL)
        wait("Redis' end", lambda: not pids.alive(pid))
        if forgets:
            shutil.rmtree(self.services.redis.data)

    def redis_starts(self) -> None:
        self.services.redis.start(self.found, self.sockets)

    def redis_signal(self, number: signal.Signals) -> None:
        pid = self.services.redis.pid()
        assert pid
        os.kill(pid, number)

    def follow(self, *, synchronous: bool) -> None:
        """A standby that streams from the primary; synchronous: a commit is acknowledged when the standby has it, too."""
        home = Home(self.root / "standby")
        home.root.mkdir()
        home.root.chmod(0o755)
        home.settle()
        self.standby = Postgres(home)
        run = self.services.home.run
        name = {"PGAPPNAME": "standby"}
        done = run(self.found.postgres / "pg_basebackup", "-h", self.sockets, "-U", "house_owner", "-D", self.standby.data,
                   "-X", "stream", "-R", "-c", "fast", env={**os.environ, **name})
        assert done.returncode == 0, done
        self.standby_sockets = Path(tempfile.mkdtemp(prefix="house-standby-", dir="/tmp"))
        home.give(self.standby_sockets)
        conf = (self.standby.data / "house.conf").read_text()
        (self.standby.data / "house.conf").write_text(conf.replace(str(self.sockets), str(self.standby_sockets)))
        auto = self.standby.data / "postgresql.auto.conf"
        auto.write_text(f"{auto.read_text()}\nprimary_conninfo = 'host={self.sockets} user=house_owner "
                        "application_name=standby'\n")
        self.standby.launch(self.found)
        wait("the standby's stream", lambda: self.ask(
            "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") == "1")
        if synchronous:
            self.ask("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
            self.ask("SELECT pg_reload_conf()")
            wait("the synchronous standby", lambda: self.ask(
                "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1")

    def promote(self) -> None:
        """The standby becomes the primary and the wire leads to it; the old one stays dead."""
        assert self.standby is not None
        self.primary, self.standby, self.sockets = self.standby, None, self.standby_sockets
        self.primary.home.must(self.found.postgres / "pg_ctl", "promote", "-w", "-D", self.primary.data)
        self.postgres.target = self.sockets / ".s.PGSQL.5432"
        self.ask("ALTER SYSTEM RESET synchronous_standby_names")
        self.ask("SELECT pg_reload_conf()")

    # -- backups -------------------------------------------------------------------------------------------------
    def manage(self, *words: str, may_fail: bool = False) -> str:
        """A command as an operator would give it, past the wire; what it printed."""
        services = self.root / "real.json"
        services.write_text(json.dumps({"postgres_socket": str(self.sockets), "database": DATABASE,
                                        "redis_url": f"redis+socket://{self.wires}/redis.sock"}))
        done = subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, capture_output=True, text=True, check=False,
                              env=self.env | {"HOUSE_SERVICES": str(services)})
        assert may_fail or done.returncode == 0, f"manage.py {' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    @contextmanager
    def keeping_the_log(self, store: Path) -> Iterator[None]:
        services = {"HOUSE_SERVICES": str(self.root / "real.json")}
        self.manage("check")  # writes real.json
        self.house.start("log", "manage.py", "keep_wal", str(store), env=self.env | services)
        self.commands["log"] = ("manage.py", "keep_wal", str(store))
        wait("the stream of the log", lambda: any((store / "wal").glob("0*")))
        try:
            yield
        finally:
            del self.commands["log"]
            stream = self.house.processes.pop("log")
            stream.terminate()
            stream.wait(20)

    def starts_from(self, store: Path, *, until: str) -> None:
        """A new data directory as it was then, started where the lost one was."""
        home = Home(self.root / "restored")
        home.root.mkdir()
        home.root.chmod(0o755)
        home.settle()
        restored = Postgres(home)
        self.manage("restore", str(store), "--into", str(restored.data), "--until", until)
        for path in (restored.data, *restored.data.rglob("*"), store, *store.rglob("*")):
            home.give(path)
        self.root.chmod(0o755)
        restored.launch(self.found)
        self.primary = restored
        wait("the end of recovery", lambda: self.ask("SELECT pg_is_in_recovery()") == "f")

    def ask(self, sql: str) -> str:
        """One statement as the owner, past the wire."""
        return self.services.home.must(
            self.found.postgres / "psql", "-X", "-q", "-At", "-h", self.sockets, "-U", "house_owner", "-d", DATABASE,
            "-c", sql).strip()

    # -- the end -------------------------------------------------------------------------------------------------
    def close(self) -> None:
        self.watching.clear()
        self.house.grace = 4
        self.house.stop()
        for postgres in (self.primary, self.standby, self.services.postgres):
            if postgres is not None and (pid := postgres.pid()):
                pids.stop(pid, signal.SIGQUIT)
        self.services.redis.stop()
        self.services.halt()
        self.loop.stop()
        shutil.rmtree(getattr(self, "standby_sockets", self.root / "none"), ignore_errors=True)


@contextmanager
def estate(**env: str) -> Iterator[Estate]:
    """An estate in a folder of its own, which is removed at the end."""
    root = Path(tempfile.mkdtemp(prefix="house-faults-", dir="/tmp"))
    root.chmod(0o755)
    made = Estate(root, **env)
    try:
        yield made
    finally:
        made.close()
        if not os.environ.get("KEEP_ESTATE"):
            shutil.rmtree(root, ignore_errors=True)


def wait(what: str, condition: Any, seconds: float = PATIENCE_S) -> float:
    """Wait until it holds; how many seconds that took. Raises TimeoutError naming it."""
    started = time.monotonic()
    if not pids.within(seconds, condition):
        raise TimeoutError(f"{what} did not come within {seconds:.0f} s")
    return time.monotonic() - started

