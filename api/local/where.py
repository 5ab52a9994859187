"""Where the private services of this checkout are, read from `.local/services.json` (written by `up`).

HOUSE_SERVICES names another such file: processes started for a test find the test's database and queue in it.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import TypedDict


class Services(TypedDict):
    postgres_socket: str  # folder of the unix socket
    database: str
    redis_url: str


def services(root: Path) -> Services | None:
    path = Path(os.environ.get("HOUSE_SERVICES") or root / ".local" / "services.json")
    try:
        answer: Services = json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return answer


def local_secret(root: Path) -> str:
    """A signing secret made once per checkout; production sets SECRET_KEY instead."""
    path = root / ".local" / "secret"
    try:
        return path.read_text()
    except FileNotFoundError:
        path.parent.mkdir(exist_ok=True)
        path.write_text(secrets.token_urlsafe(64))
        return path.read_text()
