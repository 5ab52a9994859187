"""A verifier without a network, for tests, the demo and closed installations: a small certification authority of one's own.

The container is base64 of JSON {"certificate": PEM, "signature": base64}: a detached Ed25519 signature by a certificate
that this authority issued, with IIN and BIN where the national authority writes them. It knows no revocation.
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from collection.kernel.db import now

from .base import SignatureInvalid, Signer, VerifierDown

if TYPE_CHECKING:
    from cryptography import x509


class Local:
    name = "local"

    def __init__(self, authority: str) -> None:
        """`authority`: the path of its certificate (PEM)."""
        try:
            self._authority = Path(authority).read_bytes()
        except OSError as error:
            raise VerifierDown(f"no authority: {type(error).__name__}") from error

    def verify(self, container: str, content: str) -> Signer:
        """See `base.Verifier`."""
        from cryptography import x509  # tens of milliseconds, so only where something is verified
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.x509.oid import NameOID

        authority = x509.load_pem_x509_certificate(self._authority)
        try:
            held = json.loads(base64.b64decode(container, validate=True))
            certificate = x509.load_pem_x509_certificate(held["certificate"].encode())
            signature, key = base64.b64decode(held["signature"], validate=True), certificate.public_key()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise SignatureInvalid("container_unreadable") from error
        if not isinstance(key, Ed25519PublicKey):
            raise SignatureInvalid("container_unreadable")
        try:
            certificate.verify_directly_issued_by(authority)
        except (ValueError, TypeError, InvalidSignature) as error:
            raise SignatureInvalid("certificate_invalid") from error
        at: datetime = now().astimezone(UTC)
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            raise SignatureInvalid("certificate_invalid")
        try:
            key.verify(signature, content.encode())
        except InvalidSignature as error:
            raise SignatureInvalid("signature_invalid") from error
        return Signer(_numbered(certificate, NameOID.SERIAL_NUMBER, "IIN"),
                      _numbered(certificate, NameOID.ORGANIZATIONAL_UNIT_NAME, "BIN"),
                      f"{certificate.serial_number:x}"[:80], self.name)


def _numbered(certificate: x509.Certificate, oid: x509.ObjectIdentifier, prefix: str) -> str:
    """The digits after IIN or BIN in that part of the certificate's subject, or nothing."""
    for one in certificate.subject.get_attributes_for_oid(oid):
        if str(one.value).startswith(prefix):
            return str(one.value)[len(prefix):]
    return ""
