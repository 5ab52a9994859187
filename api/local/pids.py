"""Processes and sockets, asked carefully: a pid file may be stale, and its pid may by now be someone else's process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path


def read(pid_file: Path) -> int | None:
    try:
        return int(pid_file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def alive(pid: int | None) -> bool:
    if not pid:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()  # a zombie is dead
    except OSError:
        return not Path("/proc/self").exists()


def ours(pid_file: Path, folder: Path) -> int | None:
    """The pid in the file, if that process lives and its working folder is `folder`: servers work in their data."""
    pid = read(pid_file)
    if not pid or not alive(pid):
        return None
    try:
        if Path("/proc/self").exists():
            return pid if os.path.samefile(f"/proc/{pid}/cwd", folder) else None
        asked = ["lsof", "-a", "-p", str(pid), "-d", "cwd", "-Fn"]
        answer = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
        return pid if f"n{folder}\n" in answer else None
    except OSError:
        return None


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    """Wait until the condition holds; False when it still does not after `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def stop(pid: int | None, polite: signal.Signals, seconds: float = 60) -> None:
    """Ask, wait, then kill."""
    if pid is None:
        return
    try:
        os.kill(pid, polite)
        if not within(seconds, lambda: not alive(pid)):
            os.kill(pid, signal.SIGKILL)
            within(10, lambda: not alive(pid))
    except ProcessLookupError:
        pass


def connects(path: Path, question: bytes = b"", answer: bytes = b"") -> bool:
    """Whether somebody listens on the unix socket, and answers the question if there is one."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(5)
            line.connect(str(path))
            line.sendall(question)
            return not answer or line.recv(64).startswith(answer)
    except OSError:
        return False


def tail(path: Path, lines: int = 15) -> str:
    """The end of a log file, for a message."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return "(no log)"
