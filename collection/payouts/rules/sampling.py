"""Which loads an inspector looks at: by lot, drawn from a seed, so that nobody chooses and everybody can draw it again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from hashlib import sha256
from uuid import UUID

#: Of ten thousand loads without a mark, and of ten thousand that a flag marks: who is marked is inspected more often.
SHARE, MARKED_SHARE = 300, 2_000


def drawn(seed: str, month: date, consignment_id: UUID, flags: Collection[str] = ()) -> bool:
    """Whether the lot falls on this load of this month.

    Each load has a lot of its own (SHA-256 of seed, month and id), so a load that comes late changes nobody else's, and the
    sample of the marked only grows by a mark.
    """
    lot = int.from_bytes(sha256(f"{seed}|{month:%Y-%m}|{consignment_id}".encode()).digest()[:8], "big")
    return lot * 10_000 < (MARKED_SHARE if flags else SHARE) * 2**64
