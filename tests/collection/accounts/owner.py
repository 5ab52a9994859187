"""Somebody with a telephone in hand."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from collection.accounts import operations
from collection.kernel.actor import ANONYMOUS
from notifications.models import OutboxRow

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PHONE = "+77011234567"


class Owner:
    """Somebody with a telephone in hand."""

    def __init__(self, phone: str = PHONE) -> None:
        self.phone, self.device = phone, str(uuid4())

    def ask(self, at: datetime = AT, network: str = "10.0.0.0/24") -> str:
        """Ask for a code and read it from the SMS in the outbox."""
        operations.request_code(actor=ANONYMOUS, at=at, phone=self.phone, device=self.device, network=network,
                                language="en")
        row = OutboxRow.objects.filter(channel="sms", address=self.phone).latest("id")
        return re.search(r"\d{6}", row.text)[0]

    def enter(self, code: str, at: datetime = AT, **other: str) -> Any:
        return operations.redeem_code(
            actor=ANONYMOUS, at=at, code=code, **{"phone": self.phone, "device": self.device} | other
        )

    def refresh(self, token: str, at: datetime = AT, device: str = "") -> Any:
        return operations.refresh(actor=ANONYMOUS, at=at, refresh_token=token, device=device or self.device)
