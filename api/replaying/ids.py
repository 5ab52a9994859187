"""What makes a second run send nothing twice: every id and key is computed from the file's own row id."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import UUID, uuid5

NAMESPACE = UUID("5d1c7b0e-54b1-5d0f-9f0c-2f6a4f0f6a11")


def request_id(*, programme: str, source: str, row_id: str) -> UUID:
    """The request's own id, and its idempotency key: the same row of the same source in the same programme, always.

    Built like a UUIDv7 because the API asks that of phone-made ids (RFC 9562, section 5.7). Its 48 bits of time are
    zero: it must not change when somebody corrects the row's date.
    """
    digest = hashlib.sha256(f"request\0{programme}\0{source}\0{row_id}".encode()).digest()
    bits = int.from_bytes(digest[:10], "big")
    return UUID(int=bits & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)


def key_of(path: str, body: dict[str, Any], *, owner: str = "") -> UUID:
    """The idempotency key of anything else: the same content for the same `owner` is the same wish."""
    return uuid5(NAMESPACE, "\0".join((path, owner, json.dumps(body, sort_keys=True, ensure_ascii=False))))
