"""Which server programs this machine has, and the exact line that installs the ones it lacks. Standard library only."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

APT = ("postgresql-15", "postgresql-15-postgis-3", "redis-server", "gdal-bin", "python3-venv")
BREW = "brew install postgresql@17 postgis redis gdal"


class Binaries(NamedTuple):
    postgres: Path  # folder that holds initdb, pg_ctl and psql
    major: int
    redis: Path


class Missing(Exception):
    """Something has to be installed first; the text is the whole message for the person at the keyboard."""


def install_line(packages: tuple[str, ...] = APT) -> str:
    """The one line that installs what is needed, for this system and this person."""
    if platform.system() == "Darwin":
        return BREW
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}apt-get update && {sudo}apt-get install --no-install-recommends -y {' '.join(packages)}"


def postgres_folders() -> list[Path]:
    """Folders that may hold a PostgreSQL server, newest first; HOUSE_POSTGRES_BIN names one outright."""
    if named := os.environ.get("HOUSE_POSTGRES_BIN"):
        return [Path(named)]
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: -number(folder.parent.name))
    for prefix in ("/opt/homebrew/opt", "/usr/local/opt"):
        found += sorted(Path(prefix).glob("postgresql@*/bin"), reverse=True)
    if config := shutil.which("pg_config"):
        answer = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
        found.append(Path(answer or "/nonexistent"))
    return [folder for folder in found if all((folder / name).exists() for name in ("initdb", "pg_ctl", "psql"))]


def number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def major_of(folder: Path) -> int:
    """The server's major version: `postgres (PostgreSQL) 15.20 (Debian ...)` is 15."""
    answer = subprocess.run([folder / "initdb", "--version"], capture_output=True, text=True, check=False).stdout
    return next((number(word.split(".")[0]) for word in answer.split() if word[:1].isdigit()), 0)


def has_postgis(folder: Path, major: int) -> bool:
    shares = (Path(f"/usr/share/postgresql/{major}"), folder.parent / "share/postgresql", folder.parent / "share",
              folder.parent / f"share/postgresql@{major}")
    return any((share / "extension/postgis.control").exists() for share in shares)


def find(major: int | None = None) -> Binaries:
    """The newest PostgreSQL >= 15 with PostGIS (or exactly `major`, that of existing data), and Redis.

    Raises Missing with the line to type; nothing has been started or written by then.
    """
    lacks = []
    folder = version = None
    for candidate in postgres_folders():
        version = major_of(candidate)
        if (version == major if major else version >= 15) and has_postgis(candidate, version):
            folder = candidate
            break
    if folder is None:
        lacks.append(f"PostgreSQL {major} (which made the data here)" if major else "PostgreSQL 15 or newer with PostGIS")
    redis = shutil.which("redis-server", path=os.environ.get("PATH", "") + ":/usr/bin:/usr/local/bin:/opt/homebrew/bin")
    if redis is None:
        lacks.append("Redis")
    if folder is None or version is None or redis is None:
        line = install_line()
        if major not in (None, 15):
            line = line.replace("postgresql-15", f"postgresql-{major}")
        raise Missing(f"Missing: {', '.join(lacks)}. Install with:\n\n    {line}\n")
    return Binaries(folder, version, Path(redis))
