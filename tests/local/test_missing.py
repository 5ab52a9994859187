"""What is missing is named in one line that can be pasted, and nothing is half-started."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Copy = Callable[[Path], Path]
Local = Callable[..., subprocess.CompletedProcess[str]]
PYTHON = "/usr/bin/python3" if os.geteuid() == 0 else sys.executable  # ours may lie in root's closed home
NOBODY: dict[str, Any] = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}


@pytest.fixture
def bare(open_folder: Path) -> dict[str, str]:
    """The environment of a machine with nothing on it but apt-get and a sudo that says no."""
    programs = open_folder / "bin"
    programs.mkdir(exist_ok=True)
    for name, script in {"apt-get": f"touch '{open_folder}/installed'", "sudo": "exit 1"}.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    return {"PATH": str(programs), "HOUSE_POSTGRES_BIN": "/nonexistent"}


def test_up_without_the_servers(open_folder: Path, bare: dict[str, str], copied: Copy, local: Local) -> None:
    checkout = copied(open_folder / "up")
    done = local(checkout, "up", env=bare)
    assert done.returncode == 1
    sudo = "" if os.geteuid() == 0 else "sudo "
    line = f"{sudo}apt-get update && {sudo}apt-get install --no-install-recommends -y postgresql-"
    assert line in done.stderr
    assert "-postgis-3 redis-server\n" in done.stderr
    assert not (checkout / ".local").exists()


@pytest.mark.skipif(not Path(PYTHON).exists(), reason="no Python that an unprivileged user could run")
def test_setup_for_someone_who_may_not_install(open_folder: Path, bare: dict[str, str], copied: Copy) -> None:
    checkout = copied(open_folder / "setup")
    if NOBODY:
        os.chown(checkout, NOBODY["user"], NOBODY["group"])
    done = subprocess.run(
        [PYTHON, "-B", "-m", "api.local.setup"], cwd=checkout, env=bare, text=True, capture_output=True,
        stdin=subprocess.DEVNULL, check=False, timeout=60, **NOBODY)
    assert done.returncode == 1
    assert "sudo apt-get update && sudo apt-get install --no-install-recommends -y postgresql-" in done.stderr
    assert not (open_folder / "installed").exists()
    assert sorted(path.name for path in checkout.iterdir()) == [
        "api", "requirements-clients.lock", "requirements-dev.lock", "requirements.lock"]
