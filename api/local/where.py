"""Where the private services of this checkout are, read from `.local/services.json` (written by `up`)."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import TypedDict


class Services(TypedDict):
    postgres_socket: str  # folder of the unix socket
    database: str
    redis_url: str


def services(root: Path) -> Services | None:
    try:
        return json.loads((root / ".local" / "services.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None


def local_secret(root: Path) -> str:
    """A signing secret made once per checkout; production sets SECRET_KEY instead."""
    path = root / ".local" / "secret"
    try:
        return path.read_text()
    except FileNotFoundError:
        path.parent.mkdir(exist_ok=True)
        path.write_text(secrets.token_urlsafe(64))
        return path.read_text()
