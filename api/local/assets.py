"""What the pages load in a browser: from npm, as the lock file says, into `.local/vendor`. Nothing of it is committed.

`npm ci` checks each package against its hash and runs none of their scripts; then the few files that pages name are
copied beside their licences, so that the whole package tree (a hundred megabytes) is never served.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
WISHES = ROOT / "api" / "pages"  # package.json and package-lock.json
TREE = ROOT / ".local" / "npm"
VENDOR = ROOT / ".local" / "vendor"
STAMP = VENDOR / "installed"
FILES = {
    "htmx.org": ("dist/htmx.min.js", "LICENSE"),
    "echarts": ("dist/echarts.esm.min.mjs", "LICENSE", "NOTICE"),
    "maplibre-gl": ("dist/maplibre-gl.mjs", "dist/maplibre-gl-shared.mjs", "dist/maplibre-gl-worker.mjs",
                    "dist/maplibre-gl.css", "LICENSE.txt"),
    "axe-core": ("axe.min.js", "LICENSE"),  # asked by the tests alone
}


def install() -> None:
    """Bring `.local/vendor` to what the lock file says. Raises CalledProcessError; the second run is instant."""
    lock = WISHES / "package-lock.json"
    wanted = hashlib.sha256(lock.read_bytes() + repr(FILES).encode()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    print("Installing what the pages load in a browser ...", flush=True)
    TREE.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(WISHES / name, TREE)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=TREE, check=True)
    shutil.rmtree(VENDOR, ignore_errors=True)
    for package, files in FILES.items():
        for file in files:
            target = VENDOR / package / Path(file).name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(TREE / "node_modules" / package / file, target)
    STAMP.write_text(wanted)
