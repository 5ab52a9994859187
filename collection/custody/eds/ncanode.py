"""NCANode, an HTTP server around the library of Kazakhstan's National Certification Authority (`POST /cms/verify`, v3)."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlsplit

import httpx

from collection.kernel.db import outside_transaction

from .base import SignatureInvalid, Signer, VerifierDown

MOST_BYTES = 1 << 20  # an answer with two chains of certificates is some 20 kB


class Ncanode:
    """The server at `url`. `timeout_s` covers its own question to the authority's OCSP responder."""

    def __init__(self, url: str, *, timeout_s: float) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise VerifierDown("EDS_URL is not a server that can be asked")
        self._url, self._timeout_s = url.rstrip("/"), timeout_s
        self.name = f"ncanode:{parts.netloc.rpartition('@')[2]}"[:100]

    def verify(self, container: str, content: str) -> Signer:
        """See `base.Verifier`. Exactly one signer, whose own certificate is valid and not revoked."""
        outside_transaction()
        answer = self._ask({
            "cms": container, "data": base64.b64encode(content.encode()).decode(), "detached": True,
            "revocationCheck": ["OCSP"]})
        try:
            if answer["valid"] is not True:
                raise SignatureInvalid("signature_invalid")
            if len(answer["signers"]) != 1:
                raise SignatureInvalid("not_one_signer")
            certificate = answer["signers"][0]["certificates"][0]
            if certificate["valid"] is not True:
                raise SignatureInvalid("certificate_invalid")
            if any(one.get("revoked") for one in certificate.get("revocations") or []):
                raise SignatureInvalid("certificate_revoked")
            subject = certificate["subject"]
            return Signer(str(subject.get("iin") or ""), str(subject.get("bin") or ""),
                          str(certificate["serialNumber"])[:80], self.name)
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise VerifierDown(f"not an answer: {type(error).__name__}") from error

    def _ask(self, question: dict[str, Any]) -> Any:
        """The JSON of the answer. A container it cannot read at all is answered with status 400."""
        try:
            with httpx.Client(timeout=self._timeout_s, trust_env=False) as client, \
                    client.stream("POST", f"{self._url}/cms/verify", json=question) as answer:
                body = bytearray()
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > MOST_BYTES:
                        raise VerifierDown(f"no end of an answer after {len(body)} bytes")
            if answer.status_code == httpx.codes.BAD_REQUEST:
                raise SignatureInvalid("container_unreadable")
            if answer.status_code != httpx.codes.OK:
                raise VerifierDown(f"status {answer.status_code}")
            return json.loads(body)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
            raise VerifierDown(type(error).__name__) from error
