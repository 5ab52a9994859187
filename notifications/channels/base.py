"""What channels carry, and the two ways in which they fail. Nothing else may be raised by a channel on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

#: Seconds any channel waits for an answer. Well below outbox.LEASE_S, or a second worker would send again.
TIMEOUT_S = 10


class Permanent(Exception):
    """Trying again would change nothing. `address_gone`: nobody can be reached there any more."""

    def __init__(self, reason: str, *, address_gone: bool = False) -> None:
        self.address_gone = address_gone
        super().__init__(reason)


class Transient(Exception):
    """Not now. `retry_after` seconds as the other side asked, or None: we choose."""

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Push:
    """A notice in its device's language. `kind` of address: an FCM registration token or a Firebase installation id."""

    notice_id: UUID
    event: str
    title: str
    body: str
    object_type: str
    object_id: UUID
    kind: str
    address: str
    language: str
    expires_at: datetime | None
    seconds_left: int | None


@dataclass(frozen=True, slots=True)
class Message:
    """A text to a number or mailbox. `id` is the same in every try, so a gateway can drop the repeat."""

    id: int
    channel: str
    address: str
    text: str
    language: str


def seconds(header: str | None) -> float | None:
    """A Retry-After header in seconds; None when it is absent or a date (nobody we speak to sends one)."""
    return float(header) if header and header.isascii() and header.isdigit() else None


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` of the receiver, or None and the `error`: refused address, no connection, not HTTP, too slow."""

    status: int | None
    error: str = ""
    retry_after: float | None = None

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300
