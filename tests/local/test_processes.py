"""The supervisor stops whatever it started, however it is left."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from api.local import pids
from api.local.home import Trouble
from api.local.processes import Running

STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""
DYING = "import sys; print('it broke'); sys.exit(7)"


def printed(log: Path) -> int:
    assert pids.within(20, lambda: log.read_text().endswith("\n"))
    return int(log.read_text())


def test_stop_kills_what_does_not_listen_and_its_children(tmp_path: Path) -> None:
    house = Running("", tmp_path, grace=0.3)
    house.start("stubborn", "-c", STUBBORN, env=os.environ)
    leader, child = house.processes["stubborn"].pid, printed(tmp_path / "stubborn.log")
    house.check()
    house.stop()
    assert not pids.alive(leader)
    assert pids.within(5, lambda: not pids.alive(child))


def test_a_process_that_ends_is_named_with_its_last_words(tmp_path: Path) -> None:
    house = Running("", tmp_path)
    house.start("dying", "-c", DYING, env=os.environ)
    house.processes["dying"].wait(20)
    with pytest.raises(Trouble, match=r"(?s)dying ended with code 7.*it broke"):
        house.check()
    house.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells children only on Linux")
def test_processes_follow_a_killed_supervisor(tmp_path: Path) -> None:
    script = (
        "import os, pathlib, time; from api.local.processes import Running\n"
        f"house = Running('', pathlib.Path({str(tmp_path)!r}))\n"
        "child = 'import os, time; print(os.getpid(), flush=True); time.sleep(600)'\n"
        "house.start('child', '-c', child, env=os.environ)\n"
        "time.sleep(600)\n")
    supervisor = subprocess.Popen([sys.executable, "-c", script], cwd=Path(__file__).parent.parent.parent)
    assert pids.within(20, (tmp_path / "child.log").exists)
    child = printed(tmp_path / "child.log")
    time.sleep(0.1)
    supervisor.kill()
    supervisor.wait()
    assert pids.within(10, lambda: not pids.alive(child))
