"""Codes and tokens: made here, kept only as keyed hashes. Pure functions of the house's secret key.

A refresh token is `session id | secret | seal`. The seal says that it was ours once, so that only a true old token,
never a made-up one, can end a session by being used again. Each secret is derived from the one before, so a phone that
lost an answer gets the very same successor without the house keeping it anywhere.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from uuid import UUID

from cryptography.fernet import Fernet

from .states import CODE_DIGITS

SEAL_BYTES = 16
KEY_MARK = "rk_"
TOKEN_BYTES = 16 + 32 + SEAL_BYTES


@dataclass(frozen=True, slots=True)
class Safe:
    """The house's secret key, used through one derived key for each purpose."""

    key: str

    def _mac(self, purpose: str, *parts: bytes) -> bytes:
        mac = hmac.new(self.key.encode(), purpose.encode(), hashlib.sha256)
        for part in parts:
            mac.update(len(part).to_bytes(4) + part)
        return mac.digest()

    def code_hash(self, *, code_id: UUID, phone: str, device: str, code: str) -> bytes:
        return self._mac("login code", code_id.bytes, phone.encode(), device.encode(), code.encode())

    def first_secret(self, *, code_id: UUID, code: str) -> bytes:
        return self._mac("first refresh secret", code_id.bytes, code.encode())

    def next_secret(self, secret: bytes) -> bytes:
        return self._mac("next refresh secret", secret)

    def token(self, *, session_id: UUID, secret: bytes) -> str:
        body = session_id.bytes + secret
        return base64.urlsafe_b64encode(body + self._seal(body)).rstrip(b"=").decode()

    def opened(self, token: str) -> tuple[UUID, bytes] | None:
        """The session id and secret in a token that was once ours; None for anything else."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        body, seal = raw[:-SEAL_BYTES], raw[-SEAL_BYTES:]
        if len(raw) != TOKEN_BYTES or not hmac.compare_digest(seal, self._seal(body)):
            return None
        return UUID(bytes=body[:16]), body[16:]

    def key_token(self, *, key_id: UUID) -> str:
        """An organisation's API key, as it is shown once: `rk_`, eight characters to tell it by, and 256 bits."""
        secret = base64.urlsafe_b64encode(self._mac("api key", key_id.bytes)).rstrip(b"=").decode()
        return f"{KEY_MARK}{hashlib.sha256(key_id.bytes).hexdigest()[:8]}_{secret}"

    def encrypted(self, secret: bytes) -> bytes:
        """A secret that must be read again (of an authenticator app), as it may lie in the database."""
        return self._box().encrypt(secret)

    def decrypted(self, kept: bytes) -> bytes:
        return self._box().decrypt(kept)

    def _box(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self._mac("second factor")))

    def recovery_codes(self, *, secret: str, count: int) -> list[str]:
        """Ten characters each, in two halves; made of the app's secret, so a lost answer can be given again."""
        made = (base64.b32encode(self._mac("recovery code", secret.encode(), bytes([n]))[:7]).decode()[:10] for n in range(count))
        return [f"{one[:5]}-{one[5:]}" for one in made]

    def recovery_hash(self, *, user_id: UUID, code: str) -> bytes:
        return self._mac("recovery code kept", user_id.bytes, code.encode())

    def _seal(self, body: bytes) -> bytes:
        return self._mac("refresh token", body)[:SEAL_BYTES]


def secret_hash(secret: bytes) -> bytes:
    """What is stored of a secret of 256 random bits: nothing to guess, so no salt and no stretching."""
    return hashlib.sha256(secret).digest()


def new_code() -> str:
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
