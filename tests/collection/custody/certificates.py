"""A certification authority of a test's own, and people it gives certificates to."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests import cast


@dataclass
class Authority:
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def certificate(self) -> bytes:
        return _issued("Authority", self.key, self.key, iin="", bin="").public_bytes(Encoding.PEM)

    def sign(self, content: str, *, bin: str, iin: str = "900115300017", issued_at: datetime = cast.AT,
             by: Ed25519PrivateKey | None = None) -> str:
        """A container: `content` signed by somebody of that company. `by`: another authority's key."""
        key = Ed25519PrivateKey.generate()
        certificate = _issued("Signer", key, by or self.key, iin=iin, bin=bin, at=issued_at)
        return base64.b64encode(json.dumps({
            "certificate": certificate.public_bytes(Encoding.PEM).decode(),
            "signature": base64.b64encode(key.sign(content.encode())).decode()}).encode()).decode()


def _issued(name: str, key: Ed25519PrivateKey, by: Ed25519PrivateKey, *, iin: str, bin: str,
            at: datetime = cast.AT) -> x509.Certificate:
    """Valid for a year from the day before `at`; IIN and BIN stand where the national authority writes them."""
    parts = [(NameOID.COMMON_NAME, name), (NameOID.SERIAL_NUMBER, iin and f"IIN{iin}"),
             (NameOID.ORGANIZATIONAL_UNIT_NAME, bin and f"BIN{bin}")]
    subject = x509.Name([x509.NameAttribute(oid, value) for oid, value in parts if value])
    begins = at.astimezone(UTC) - timedelta(days=1)
    return x509.CertificateBuilder(
        subject_name=subject, issuer_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority")]),
        public_key=key.public_key(), serial_number=x509.random_serial_number(), not_valid_before=begins,
        not_valid_after=begins + timedelta(days=365)).sign(by, None)
