"""Which programs and libraries this machine has, and the exact line that installs those it lacks."""

from __future__ import annotations

import ctypes.util
import importlib.util
import os
import platform
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

OLDEST = 15  # PostgreSQL; Debian 12 carries it


class Binaries(NamedTuple):
    postgres: Path  # folder that holds initdb, pg_ctl and psql
    major: int
    redis: Path


class Missing(Exception):
    """Something has to be installed first; the text is the whole message for the person at the keyboard."""


def find(major: int | None = None) -> Binaries:
    """The newest PostgreSQL with PostGIS (or exactly `major`, that of existing data), and Redis.

    Raises Missing with the line to type; nothing has been started or written by then.
    """
    postgres, redis = find_postgres(major), find_redis()
    if postgres is None or redis is None:
        packages = [*([] if postgres else postgres_packages(major)), *([] if redis else ["redis-server"])]
        raise Missing(message(packages))
    return Binaries(*postgres, redis)


def packages_to_install(*, dev: bool = False) -> list[str]:
    """The system packages that this machine lacks: servers, GDAL and GEOS, npm, venv for this Python; a browser for tests."""
    packages = [] if find_postgres() else postgres_packages()
    packages += [] if find_redis() else ["redis-server"]
    packages += [] if all(map(ctypes.util.find_library, ("gdal", "geos_c", "proj"))) else ["gdal-bin"]
    packages += [] if shutil.which("npm") else ["npm"]  # fetches what the pages load in a browser
    packages += [] if not dev or shutil.which("chromium") else ["chromium"]
    return packages + ([] if importlib.util.find_spec("ensurepip") else ["python3-venv"])


def message(packages: Iterable[str]) -> str:
    return f"Missing on this machine. Install with:\n\n    {install_line(packages)}\n"


def install_line(packages: Iterable[str]) -> str:
    """The one line that installs these packages, for this system and this person."""
    if platform.system() == "Darwin":
        return "brew install postgresql@17 postgis redis gdal"
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}apt-get update && {sudo}apt-get install --no-install-recommends -y {' '.join(packages)}"


def postgres_packages(major: int | None = None) -> list[str]:
    major = major or {"trixie": 17, "noble": 16}.get(codename(), OLDEST)
    return [f"postgresql-{major}", f"postgresql-{major}-postgis-3"]


def codename() -> str:
    """The distribution's release: bookworm, trixie, noble ..."""
    try:
        return platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    except OSError:
        return ""


def find_redis() -> Path | None:
    found = shutil.which("redis-server")
    return Path(found) if found else None


def find_postgres(major: int | None = None) -> tuple[Path, int] | None:
    """Folder and version of the newest usable PostgreSQL that has PostGIS; None when there is none."""
    for folder in postgres_folders():
        version = major_of(folder)
        if (version == major if major else version >= OLDEST) and has_postgis(folder, version):
            return folder, version
    return None


def postgres_folders() -> list[Path]:
    """Folders that hold a PostgreSQL server, newest first; HOUSE_POSTGRES_BIN names one outright."""
    if named := os.environ.get("HOUSE_POSTGRES_BIN"):
        found = [Path(named)]
    else:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: -number(folder.parent.name))
        for prefix in ("/opt/homebrew/opt", "/usr/local/opt"):
            found += sorted(Path(prefix).glob("postgresql@*/bin"), reverse=True)
        if config := shutil.which("pg_config"):
            answer = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
            found.append(Path(answer or "/nonexistent"))
    return [folder for folder in found if all((folder / name).exists() for name in ("initdb", "pg_ctl", "psql"))]


def major_of(folder: Path) -> int:
    """`initdb (PostgreSQL) 15.20 (Debian ...)` is 15."""
    answer = subprocess.run([folder / "initdb", "--version"], capture_output=True, text=True, check=False).stdout
    return next((number(word.split(".")[0]) for word in answer.split() if word[:1].isdigit()), 0)


def number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def has_postgis(folder: Path, major: int) -> bool:
    shares = (Path(f"/usr/share/postgresql/{major}"), folder.parent / "share/postgresql", folder.parent / "share",
              folder.parent / f"share/postgresql@{major}")
    return any((share / "extension/postgis.control").exists() for share in shares)
