"""Installs Debian packages, as root or through sudo, without leaving a server running or a system cluster behind.

`python3 -m api.local.apt PACKAGE ...` is the part that needs root. It may be interrupted anywhere and run again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from api.local import binaries

MARK = "# temporary, by python3 -m api.local.apt\n"
STAY_QUIET = {  # while we install: packages start no daemon, and PostgreSQL makes no cluster of the system's
    Path("/usr/sbin/policy-rc.d"): f"#!/bin/sh\n{MARK}exit 101\n",
    Path("/etc/postgresql-common/createcluster.d/house.conf"): f"{MARK}create_main_cluster = false\n",
}


def install(packages: list[str]) -> None:
    """Install the packages. Raises Missing, with the line to type, when this person may not or it fails."""
    problem = binaries.Missing(binaries.message(packages))
    if not shutil.which("apt-get"):
        raise problem
    command = [sys.executable, "-B", "-m", "api.local.apt", *packages]  # -B: no root-owned files in the checkout
    if os.geteuid() != 0:
        print(f"Needed: {' '.join(packages)}", flush=True)
        command = [*sudo(problem), *command]
    root = Path(__file__).resolve().parent.parent.parent
    if subprocess.run(command, cwd=root, check=False).returncode:
        raise problem


def sudo(problem: Exception) -> list[str]:
    """How this person becomes root: without a password, or by typing it; raises `problem` when there is no way."""
    if shutil.which("sudo"):
        if subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0:
            return ["sudo", "-n"]
        if sys.stdin.isatty() and subprocess.run(["sudo", "-v"], check=False).returncode == 0:
            return ["sudo"]
    raise problem


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    made = [path for path in STAY_QUIET if not path.exists() or MARK in path.read_text()]
    try:
        for path in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(STAY_QUIET[path])
            path.chmod(0o755)
        yield
    finally:
        for path in made:
            path.unlink(missing_ok=True)


def main(packages: list[str]) -> int:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}

    def run(*command: str) -> int:
        print("+", *command, flush=True)
        return subprocess.run(command, env=env, stdin=subprocess.DEVNULL, check=False).returncode

    wait = ("-o", "DPkg::Lock::Timeout=300")
    with quiet():
        subprocess.run(["dpkg", "--configure", "-a"], env=env, stdin=subprocess.DEVNULL, check=False)  # after a Ctrl-C
        run("apt-get", "update", *wait)
        code = run("apt-get", "install", "--no-install-recommends", "-y", *wait, *packages)
    if code == 0 and "redis-server" in packages and Path("/run/systemd/system").exists():
        subprocess.run(["systemctl", "disable", "--quiet", "redis-server"], check=False)  # ours is private
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
