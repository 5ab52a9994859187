"""`python -m api.local run`: the demo programme at a local address until Ctrl-C."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
from pathlib import Path

from api.local.home import Trouble
from api.local.processes import ROOT, running


def main(port: int) -> int:
    """Migrate, see that the demo programme is there, serve. The services are up already, and stay up."""
    prepare()
    with running(web_port=port) as house:
        print(f"\nServing {house.base_url}  (/livez, /readyz, /api/docs, /api/v1/openapi.json)\nLogs in {house.logs}\n")
        print(logins(), "Ctrl-C stops it.", sep="\n", flush=True)
        try:
            while True:
                time.sleep(1)
                house.check()
        except KeyboardInterrupt:
            print("\nStopping ...", flush=True)
    return 0


def prepare() -> None:
    """Bring the database to this code: migrations, reference data, the replayed programme. Each step is idempotent."""
    for command in (["migrate", "--no-input"], ["load_reference"], ["replay"]):
        if command[0] != "replay" or (ROOT / "collection/demo/management/commands/replay.py").exists():
            manage(*command)


def manage(*arguments: str) -> None:
    """Run a management command in a process of its own, its progress shown. Raises Trouble when it fails."""
    if code := subprocess.run([sys.executable, "-u", "manage.py", *arguments], cwd=ROOT, check=False).returncode:
        raise Trouble(f"manage.py {' '.join(arguments)} ended with code {code}")


def logins() -> str:
    """Who may sign in, as text (api.local.demo.logins)."""
    if not Path(ROOT / "api/local/demo.py").exists() or importlib.util.find_spec("api.local.demo") is None:
        return ""
    from api.local import demo

    return str(demo.logins())
