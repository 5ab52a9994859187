"""The harness itself runs: two faults over a house of its own. All of the smoke set: `make faults`."""

from __future__ import annotations

import faulthandler
import json
import os
import subprocess
import sys

import pytest

from api.local.processes import ROOT


@pytest.mark.parametrize("names", [("F5", "F26")])
def test_the_house_survives(names):
    faulthandler.cancel_dump_traceback_later()  # a house takes its time to build: the limit is the one below
    report = ROOT / ".local" / "faults.json"
    before = report.read_bytes() if report.exists() else None
    env = {name: value for name, value in os.environ.items() if name not in ("HOUSE_DB_ROLE", "HOUSE_SERVICES", "MESSAGE_LOG")}
    try:
        done = subprocess.run([sys.executable, "-m", "tests.faults", *names], cwd=ROOT, env=env, capture_output=True, text=True,
                              timeout=400, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        told = json.loads(report.read_text())["faults"]
    finally:
        if before is not None:
            report.write_bytes(before)  # the figures of the last whole run stay
    assert sorted(one["fault"] for one in told) == sorted(names) and all(one["survived"] for one in told)
    assert all(one["operations"].get("ok", 0) > 5 and not one["operations"].get("unknown") for one in told), told
