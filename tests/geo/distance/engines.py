"""`make test-roads`: real OSRM and Valhalla on a real extract of Almaty, and the provider's tests against them.

Engines and their graph builders are wheels (osrm-bindings, pyvalhalla) that need Python 3.12 or newer, so they live in a
venv of their own under .local/roads. RECORD=1 keeps the engines' answers in `recorded/` for plain `make test`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HOME = ROOT / ".local" / "roads"
EXTRACT = Path(__file__).parent / "almaty_2012.osm.pbf"
PACKAGES = ("osrm-bindings==26.10.0", "pyvalhalla==3.9.1")
BIN = HOME / "venv" / "bin"


def main() -> int:
    """Set up once, start both servers, run the tests against them; their exit code."""
    site = install()
    osrm_port, valhalla_port = free_port(), free_port()
    graph = HOME / "osrm" / "almaty.osrm"
    if os.environ.get("RECORD"):
        for record in (Path(__file__).parent / "recorded").glob("*.json"):
            record.unlink()
    routed = (site / "osrm/bin/osrm-routed", "--ip", "127.0.0.1", "--port", osrm_port, "--threads", 1, "--algorithm", "MLD")
    with running([*routed, graph], osrm_port), \
            running([site / "valhalla/bin/valhalla_service", valhalla_config(valhalla_port), 1], valhalla_port):
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(Path(__file__).parent), *sys.argv[1:]],
            cwd=ROOT, check=False, env={
                **os.environ, "ROADS_OSRM": f"http://127.0.0.1:{osrm_port}",
                "ROADS_VALHALLA": f"http://127.0.0.1:{valhalla_port}"}).returncode


def install() -> Path:
    """The venv with both engines, and their graphs; returns the folder of its packages."""
    stamp = HOME / "installed"
    whole = stamp.exists() and stamp.read_text() == " ".join(PACKAGES)
    if not whole:
        shutil.rmtree(HOME, ignore_errors=True)
        HOME.mkdir(parents=True)
        run(python(), "-m", "venv", HOME / "venv")
        run(BIN / "pip", "install", "--disable-pip-version-check", "--quiet", *PACKAGES)
    site = next((HOME / "venv").glob("lib/python3*/site-packages"))
    if not whole:
        osrm = site / "osrm"
        (HOME / "osrm").mkdir()
        shutil.copy(EXTRACT, HOME / "osrm/almaty.osm.pbf")
        run(osrm / "bin/osrm-extract", "-p", osrm / "share/profiles/car.lua", HOME / "osrm/almaty.osm.pbf")
        run(osrm / "bin/osrm-partition", HOME / "osrm/almaty.osrm")  # a second; contracting takes twenty
        run(osrm / "bin/osrm-customize", HOME / "osrm/almaty.osrm")
        run(site / "valhalla/bin/valhalla_build_tiles", "-c", valhalla_config(0), EXTRACT)
        stamp.write_text(" ".join(PACKAGES))
    return site


def python() -> str:
    """A Python that the wheels were made for: ROADS_PYTHON, one on the path, or one of pyenv's."""
    pyenv = sorted(map(str, Path.home().glob(".pyenv/versions/3.1[2-9]*/bin/python3")))
    for name in (os.environ.get("ROADS_PYTHON"), "python3.12", "python3.13", "python3.14", *pyenv, sys.executable):
        said = subprocess.run([name, "-c", "import sys; print(sys.version_info >= (3, 12))"],
                              capture_output=True, text=True, check=False) if name and shutil.which(name) else None
        if said and said.stdout.startswith("True"):
            return str(name)
    raise SystemExit("The routing engines' wheels need Python 3.12 or newer: set ROADS_PYTHON to one.")


def valhalla_config(port: int) -> Path:
    """Valhalla's own defaults, with its tiles under .local and one port of the loopback."""
    file = HOME / "valhalla.json"
    said = subprocess.run(
        [BIN / "valhalla_build_config", "--mjolnir-tile-dir", HOME / "tiles", "--mjolnir-tile-extract", HOME / "none.tar",
         "--httpd-service-listen", f"tcp://127.0.0.1:{port}", "--httpd-service-loopback", f"ipc://{HOME}/loopback",
         "--httpd-service-interrupt", f"ipc://{HOME}/interrupt"],
        capture_output=True, check=True).stdout
    file.write_bytes(said)
    return file


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextlib.contextmanager
def running(command: list[object], port: int) -> Iterator[None]:
    """A server for the length of the tests."""
    with open(HOME / f"{Path(str(command[0])).name}.log", "wb") as log:
        process = subprocess.Popen([str(part) for part in command], stdout=log, stderr=log)
    try:
        until = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"{command[0]} does not listen: {HOME}")
            time.sleep(0.2)
        yield
    finally:
        process.terminate()
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:  # Valhalla finishes what it believes it still has to do
            process.kill()
            process.wait()


def run(*command: object) -> None:
    print(f"$ {' '.join(Path(str(part)).name if str(part).startswith('/') else str(part) for part in command)}", flush=True)
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
