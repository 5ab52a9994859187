"""The stand-in where no service is configured: one JSON line per message, appended to settings.MESSAGE_LOG.

A developer, a test or the demo reads one-time codes there. Production leaves the setting empty, and is told so.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict

from django.conf import settings

from .base import Message, Permanent, Push


def send(letter: Push | Message) -> None:
    """Write it down. Raises Permanent when there is no file to write to."""
    if not settings.MESSAGE_LOG:
        raise Permanent("no service is configured for this channel")
    line = {"channel": "push"} | asdict(letter)
    os.makedirs(os.path.dirname(settings.MESSAGE_LOG) or ".", exist_ok=True)
    file = os.open(settings.MESSAGE_LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:  # one write to a file opened for appending: lines of several processes never mix
        os.write(file, (json.dumps(line, ensure_ascii=False, default=str) + "\n").encode())
    finally:
        os.close(file)
