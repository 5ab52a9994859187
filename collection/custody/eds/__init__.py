"""Electronic signatures (ЭЦП): who checks them is a setting, EDS_VERIFIER: `ncanode`, `local`, or nobody.

The house never holds a key. It gives out the text to be signed, and asks a verifier whether a detached CMS container is a
valid signature of exactly that text, and whose.
"""

from __future__ import annotations

from django.conf import settings

from .base import SignatureInvalid, Signer, Verifier, VerifierDown
from .local import Local
from .ncanode import Ncanode

__all__ = ["SignatureInvalid", "Signer", "Verifier", "VerifierDown", "verifier"]


def verifier() -> Verifier:
    """The configured one. Raises VerifierDown where none is."""
    match settings.EDS_VERIFIER:
        case "ncanode":
            return Ncanode(settings.EDS_URL, timeout_s=settings.EDS_TIMEOUT_S)
        case "local":
            return Local(settings.EDS_AUTHORITY)
    raise VerifierDown("no verifier is configured")
