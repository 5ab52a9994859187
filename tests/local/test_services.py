"""The private PostgreSQL and Redis, for real: in a path with spaces, after crashes, and beside others."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

Copy = Callable[[Path], Path]
Local = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def checkout(open_folder: Path, copied: Copy, local: Local) -> Iterator[Path]:
    folder = copied(open_folder / "a house")
    yield folder
    local(folder, "clean")


def where(checkout: Path) -> dict[str, str]:
    answer: dict[str, str] = json.loads((checkout / ".local/services.json").read_text())
    return answer


def ask(checkout: Path, user: str, question: str) -> object:
    at = where(checkout)
    with psycopg.connect(host=at["postgres_socket"], dbname=at["database"], user=user, port=5432) as connection:
        answer = connection.execute(question)
        row = answer.fetchone() if answer.description else None
        return row and row[0]


def redis_of(checkout: Path) -> redis.Redis:
    return redis.Redis(unix_socket_path=where(checkout)["redis_url"].removeprefix("redis+socket://"))


def pid(checkout: Path, name: str) -> int:
    return int((checkout / ".local/services" / name).read_text().split()[0])


def test_up_answers_as_both_roles_and_may_be_repeated(checkout: Path, local: Local) -> None:
    first = local(checkout, "up")
    assert first.returncode == 0, first.stderr
    assert ask(checkout, "house_app", "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    assert ask(checkout, "house_owner", "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is True
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'house'"
    assert ask(checkout, "house_app", owner) == "house_owner"
    assert ask(checkout, "house_owner", "SELECT default_version FROM pg_available_extensions WHERE name = 'postgis'")
    assert ask(checkout, "house_app", "SHOW listen_addresses") == ""
    assert ask(checkout, "house_app", "SHOW max_connections") == "300"
    assert ask(checkout, "house_app", "SELECT lower('ҚӘҒ') = 'қәғ'") is True
    settings = redis_of(checkout).config_get("*")
    assert (settings["maxmemory-policy"], settings["appendonly"], settings["port"]) == ("noeviction", "yes", "0")

    sockets = Path(where(checkout)["postgres_socket"])
    assert sockets.stat().st_mode & 0o777 == 0o700
    assert len(os.fsencode(sockets / ".s.PGSQL.5432.lock")) < 107
    assert os.access(checkout / ".local", os.W_OK)

    pids = pid(checkout, "postgres/postmaster.pid"), pid(checkout, "redis/redis.pid")
    again = local(checkout, "up")
    assert again.returncode == 0
    assert again.stdout.startswith("Already up")
    assert (pid(checkout, "postgres/postmaster.pid"), pid(checkout, "redis/redis.pid")) == pids
    assert local(checkout, "status").returncode == 0


def test_up_after_both_servers_were_killed_keeps_what_was_committed(checkout: Path, local: Local) -> None:
    ask(checkout, "house_owner", "CREATE TABLE kept AS SELECT 7 AS it")
    redis_of(checkout).set("kept", "7")
    os.kill(pid(checkout, "redis/redis.pid"), signal.SIGKILL)
    os.kill(pid(checkout, "postgres/postmaster.pid"), signal.SIGKILL)
    assert local(checkout, "status").returncode == 1
    assert local(checkout, "up").returncode == 0
    assert ask(checkout, "house_owner", "SELECT it FROM kept") == 7
    assert redis_of(checkout).get("kept") == b"7"


def test_up_after_the_sockets_were_cleared_away(checkout: Path, local: Local) -> None:
    shutil.rmtree(where(checkout)["postgres_socket"])
    assert local(checkout, "up").returncode == 0
    assert ask(checkout, "house_owner", "SELECT it FROM kept") == 7


def test_a_reused_pid_is_left_alone(checkout: Path, local: Local) -> None:
    """After a reboot the pid files may name anybody: here, this very test."""
    assert local(checkout, "down").returncode == 0
    (checkout / ".local/services/redis/redis.pid").write_text(f"{os.getpid()}\n")
    stale = checkout / ".local/services/postgres/postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{stale.parent}\n1\n5432\n/nowhere\n\n0 0\nready   \n")
    assert local(checkout, "down").stdout == "Nothing to stop\n"
    assert local(checkout, "up").returncode == 0
    assert ask(checkout, "house_owner", "SELECT it FROM kept") == 7


def test_a_copied_checkout_does_not_touch_the_original(
    checkout: Path, open_folder: Path, copied: Copy, local: Local,
) -> None:
    twin = copied(open_folder / "twin")
    shutil.copytree(checkout / ".local", twin / ".local", ignore=shutil.ignore_patterns("postgres", "redis"))
    try:
        assert local(twin, "down").stdout == "Nothing to stop\n"
        assert ask(checkout, "house_owner", "SELECT it FROM kept") == 7
        assert local(twin, "up").returncode == 0, "a twin beside a running house"
        assert ask(twin, "house_owner", "SELECT count(*) FROM pg_tables WHERE tablename = 'kept'") == 0
        assert ask(checkout, "house_owner", "SELECT it FROM kept") == 7
    finally:
        local(twin, "clean")


def test_down_stops_both_and_may_be_repeated(checkout: Path, local: Local) -> None:
    sockets = where(checkout)["postgres_socket"]
    assert local(checkout, "down").stdout == "Stopped\n"
    assert not Path(sockets).exists()
    assert not (checkout / ".local/services.json").exists()
    assert local(checkout, "down").stdout == "Nothing to stop\n"
    assert local(checkout, "status").returncode == 1


def test_with_leaves_the_services_as_they_were(checkout: Path, local: Local) -> None:
    inside = local(checkout, "with", "--", "sh", "-c", "test -s .local/services.json && exit 3")
    assert inside.returncode == 3
    assert local(checkout, "status").returncode == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's folders are closed to the user who runs PostgreSQL")
def test_a_folder_closed_to_the_servers_user(tmp_path: Path, copied: Copy, local: Local) -> None:
    checkout = copied(tmp_path / "house")
    try:
        assert local(checkout, "up").returncode == 0
        home = checkout / ".local/services"
        assert home.is_symlink() and home.resolve().is_relative_to("/var/tmp")
        assert ask(checkout, "house_app", "SELECT 1") == 1
    finally:
        data = (checkout / ".local/services").resolve()
        assert local(checkout, "clean").returncode == 0
    assert not data.exists()
