"""Identifiers that sort by time, and within a moment by the order in which they were made."""

from __future__ import annotations

import secrets
from datetime import datetime
from threading import Lock
from uuid import UUID

_RANDOM, _STEP = 73, 32  # bits: of the first tail of a millisecond (one is left for those after it), of the way to the next
_last, _lock = (-1, 0), Lock()


def uuid7(at: datetime) -> UUID:
    """A UUIDv7 (RFC 9562, section 5.7) for the instant `at` (aware): 48 bits of milliseconds, 74 bits that cannot be guessed.

    Ids made by this process for one millisecond rise (section 6.2, method 2): what was made in one call keeps its order,
    so a replay on a stopped clock is the same each time wherever ids decide a tie.
    """
    global _last
    milliseconds = int(at.timestamp() * 1000) & ((1 << 48) - 1)
    with _lock:
        before, tail = _last
        if milliseconds == before:
            tail += secrets.randbits(_STEP) + 1
        else:
            tail = secrets.randbits(_RANDOM)
        _last = milliseconds, tail
    high, low = tail >> 62 & 0xFFF, tail & (1 << 62) - 1
    return UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0x2 << 62 | low)
