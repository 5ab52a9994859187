"""Base backups, the write-ahead log beside them, and a data directory as it was at any moment in between.

    DIR/base-20261123T101500Z/    a base backup, whole and verified; it appears under this name when it is both
    DIR/wal/                      the log, streamed by `manage.py keep_wal` (pg_receivewal), a second or two behind
    DIR/anchors.jsonl             the audit's anchors at the last backup: what a restored database is compared with

PostgreSQL's own tools do the work; they must be of the server's version, and the role must be allowed to replicate.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from api.local import binaries

STAMP = "base-%Y%m%dT%H%M%SZ"
RECOVERY = """
# Written by `manage.py restore`. PostgreSQL reads the log up to the moment asked for, and then takes writes.
restore_command = 'cp "{wal}/%f" "%p" 2>/dev/null || cp "{wal}/%f.partial" "%p"'
recovery_target_action = 'promote'
recovery_target_timeline = 'latest'
{until}
"""


class BackupFailed(Exception):
    """A tool of PostgreSQL said no; the text is what it said."""


def take(where: Path, place: Mapping[str, str], *, at: datetime) -> Path:
    """A base backup of the running server into `where`; returns its folder. Verified before it gets its name.

    `place`: host, port, user, password as libpq says them. Raises BackupFailed; nothing half-made is left under a name.
    """
    where.mkdir(parents=True, exist_ok=True, mode=0o700)
    made, making = where / at.strftime(STAMP), where / "making"
    shutil.rmtree(making, ignore_errors=True)
    tool("pg_basebackup", "-D", making, "-X", "stream", "-c", "fast", "--no-password", place=place)
    tool("pg_verifybackup", "--quiet", making, place=place)
    making.rename(made)
    return made


def stream_command(where: Path) -> tuple[str, ...]:
    """The command that keeps the log until it is stopped; run it under your supervisor, always."""
    (where / "wal").mkdir(parents=True, exist_ok=True, mode=0o700)
    return str(path_of("pg_receivewal")), "-D", str(where / "wal"), "--no-password", "--status-interval=1"


def restore(where: Path, into: Path, *, until: datetime | None = None) -> Path:
    """Make `into` a data directory that recovers to `until` (none: to the end of the log); returns the backup it began with.

    The newest backup made before `until` is copied. `into` must not exist or be empty. Raises BackupFailed.
    """
    found = [one for one in backups(where) if until is None or one[0] <= until]
    if not found:
        raise BackupFailed(f"There is no backup in {where} from before {until}.")
    if into.exists() and any(into.iterdir()):
        raise BackupFailed(f"{into} is not empty: a running server's data would be overwritten.")
    base = found[-1][1]
    shutil.copytree(base, into, dirs_exist_ok=True, symlinks=True)
    into.chmod(0o700)
    target = f"recovery_target_time = '{until.astimezone(UTC).isoformat()}'" if until else ""
    with (into / "postgresql.auto.conf").open("a") as conf:
        conf.write(RECOVERY.format(wal=(where / "wal").resolve(), until=target))
    (into / "recovery.signal").touch()
    return base


def backups(where: Path) -> list[tuple[datetime, Path]]:
    """What is there, oldest first, with the time each was begun."""
    return sorted(
        (datetime.strptime(one.name, STAMP).replace(tzinfo=UTC), one) for one in where.glob("base-*") if one.is_dir())


def forget(where: Path, *, keep: int) -> Iterator[Path]:
    """Remove all but the `keep` newest backups, and the log that only those needed; gives what was removed."""
    there = backups(where)
    for _, one in there[:-keep] if keep else []:
        shutil.rmtree(one)
        yield one
    if kept := backups(where):
        oldest = next(iter((kept[0][1] / "backup_label").read_text().split("(file ")[1:]), "").split(")")[0]
        for segment in sorted((where / "wal").glob("0*")) if oldest else []:
            if segment.name[8:24] < oldest[8:24]:
                segment.unlink()
                yield segment


def tool(name: str, *words: str | Path, place: Mapping[str, str]) -> str:
    done = subprocess.run([str(path_of(name)), *map(str, words)], env=libpq(place), capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupFailed(f"{name}: {done.stderr.strip()[-500:]}")
    return done.stdout


def path_of(name: str) -> Path:
    """Beside the server's programs, or wherever the shell finds it (a client package on another machine)."""
    beside = binaries.find_postgres()
    if beside is not None and (beside[0] / name).exists():
        return beside[0] / name
    if found := shutil.which(name):
        return Path(found)
    raise BackupFailed(f"{name} is not installed: apt-get install postgresql-client")


def libpq(place: Mapping[str, str]) -> dict[str, str]:
    """The environment in which PostgreSQL's tools find the server; a password never stands on a command line."""
    words = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return clean | {words[name]: str(value) for name, value in place.items() if name in words and value}
