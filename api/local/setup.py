"""Everything a fresh machine needs: `python3 -m api.local.setup [--dev]`, on the system's Python and nothing else.

System packages first (nothing else is touched when they cannot be had), then `.venv` and what the pages load in a browser,
both from hashed lock files.
The second run is instant; an interrupted one is simply run again.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed"  # what is whole
UNDERWAY = VENV / "installing"  # left behind by a killed pip: a package may be half there, so .venv is made anew
OLDEST = (3, 11)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python3 -m api.local.setup", description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    dev = parser.parse_args(arguments).dev
    if sys.version_info < OLDEST:
        print(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; {sys.executable} is {sys.version.split()[0]}.\n"
              "Name another one: make PYTHON=/path/to/python3 ...", file=sys.stderr)
        return 1
    # Imported here, so that an old Python reaches the sentence above.
    from api.local import apt, assets, binaries

    try:
        with open(ROOT / "requirements.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two at once would trip over each other
            packages = binaries.packages_to_install(dev=dev)
            if packages:
                apt.install(packages)
            install_python(dev)
            assets.install()
    except binaries.Missing as missing:
        print(missing, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failed:
        print(f"Failed: {' '.join(map(str, failed.cmd))}. Run it again; what was done is kept.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. Run it again; what was done is kept.", file=sys.stderr)
        return 130
    return 0


def install_python(dev: bool) -> None:
    """Bring `.venv` to what the lock file says. The dev lock is a superset, so either satisfies a run without --dev."""
    locks = [ROOT / "requirements-dev.lock"] if dev else [ROOT / "requirements.lock", ROOT / "requirements-dev.lock"]
    if VENV.is_symlink() and runs():
        return  # lent by another checkout, which keeps it
    stamp = STAMP.read_text() if STAMP.exists() else ""
    if any(stamp == wanted(lock) for lock in locks) and runs():
        return
    moved = bool(stamp) and stamp.splitlines()[0] != str(ROOT)  # a venv does not survive it
    if moved or UNDERWAY.exists() or not runs():
        print("Making .venv ...", flush=True)
        shutil.rmtree(VENV, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    STAMP.unlink(missing_ok=True)
    print(f"Installing {locks[0].name} ...", flush=True)
    UNDERWAY.touch()
    pip = f"{VENV}/bin/python", "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes"
    done = subprocess.run([*pip, "-r", str(locks[0])], check=False)
    UNDERWAY.unlink()  # pip ended by itself; where it failed, it has put things back
    done.check_returncode()
    STAMP.write_text(wanted(locks[0]))


def wanted(lock: Path) -> str:
    """What the stamp says once `lock` is installed here."""
    return f"{ROOT}\n{lock.name} {hashlib.sha256(lock.read_bytes()).hexdigest()}\n"


def runs() -> bool:
    """Whether .venv has a working interpreter and pip (its base Python may have been upgraded away)."""
    try:
        check = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
        return subprocess.run([VENV / "bin/python", "-c", check], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
