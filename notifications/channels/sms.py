"""SMS through an HTTP gateway: POST settings.SMS_GATEWAY_URL {"id", "to", "text"}, with a bearer token if one is set.

Gateways differ in little more than names; another one is another file like this. `id` repeats with every try of the
same message (also as Idempotency-Key), so that a gateway whose answer was lost can drop the second.
"""

from __future__ import annotations

from functools import cache

import httpx
from django.conf import settings

from collection.kernel.db import outside_transaction

from .base import TIMEOUT_S, Message, Permanent, Transient, seconds


@cache
def _client() -> httpx.Client:
    """One per worker: connections, and the loaded certificates, are kept."""
    return httpx.Client()


def send(message: Message) -> None:
    """Hand it to the gateway. Raises Transient (no answer, 408, 429, 5xx) or Permanent (any other refusal)."""
    outside_transaction()
    headers = {"Idempotency-Key": str(message.id)}
    if settings.SMS_GATEWAY_TOKEN:
        headers["Authorization"] = f"Bearer {settings.SMS_GATEWAY_TOKEN}"
    try:
        answer = _client().post(settings.SMS_GATEWAY_URL, headers=headers, timeout=TIMEOUT_S,
                                json={"id": str(message.id), "to": message.address, "text": message.text})
    except httpx.TransportError as error:
        raise Transient(f"SMS gateway: {type(error).__name__}") from error
    if answer.status_code in (408, 429) or answer.status_code >= 500:
        raise Transient(f"SMS gateway answered {answer.status_code}",
                        retry_after=seconds(answer.headers.get("Retry-After")))
    if not answer.is_success:
        raise Permanent(f"SMS gateway answered {answer.status_code}")
