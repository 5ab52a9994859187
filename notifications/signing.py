"""Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, so that a receiver knows who sent it, when, and that it is whole.

Source: the Standard Webhooks specification 1.0 (`webhook-id`, `webhook-timestamp`, `webhook-signature`, secrets `whsec_…`).
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

PREFIX = "whsec_"


def secret(key: str, webhook_id: UUID, generation: int) -> str:
    """The secret of this generation, 32 bytes. Derived from the house's key, so a copy of the database holds none."""
    raw = hmac.new(key.encode(), b"webhook\0%b\0%d" % (webhook_id.bytes, generation), sha256).digest()
    return PREFIX + b64encode(raw).decode()


def headers(*, message_id: UUID, timestamp: int, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """The three headers; one signature for each secret in force, so that a receiver may change over when it likes."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    marks = [b64encode(hmac.new(b64decode(one.removeprefix(PREFIX)), signed, sha256).digest()).decode() for one in secrets]
    return {"webhook-id": str(message_id), "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(f"v1,{mark}" for mark in marks)}
