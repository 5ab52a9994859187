"""What every verifier answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class SignatureInvalid(Exception):
    """Not a signature of this text, or by a certificate that is not good. `code` says which, for the signer."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class VerifierDown(Exception):
    """Nobody could say whether it is valid: nothing is recorded, try again later."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose certificate it is: the person's IIN, the BIN if it was issued for a company, its serial number."""

    iin: str
    bin: str
    serial: str
    verified_by: str


class Verifier(Protocol):
    def verify(self, container: str, content: str) -> Signer:
        """The signer of `content` by the detached `container` (base64). Raises SignatureInvalid, VerifierDown."""
