"""A hash over everything the replay depends on: the plan, the code it runs through, the schema, the seed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from collection.kernel.db import rows

ROOT = Path(__file__).resolve().parent.parent.parent
#: The house, and the cellars it stands on; the door has no part in a replay.
PARTS = ("collection", "geo", "notifications")
SUFFIXES = {".py", ".csv", ".gz", ".geojson"}


def fingerprint(seed: int) -> str:
    """SHA-256, in hexadecimal."""
    sum_ = hashlib.sha256(str(seed).encode())
    for part in PARTS:
        for path in sorted((ROOT / part).rglob("*")):
            if path.suffix in SUFFIXES and path.is_file():
                sum_.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    for row in rows("SELECT app, name FROM django_migrations ORDER BY app, name"):
        sum_.update(f"{row['app']}.{row['name']}".encode())
    return sum_.hexdigest()
