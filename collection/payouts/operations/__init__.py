"""The verbs of money, by topic."""

from .accrue import Accrued, accrue
from .approval import approve_claim, approve_queued, reject_claim
from .claims import (
    ClaimExists,
    EinvoiceReused,
    NothingToClaim,
    SamePerson,
    prepare_claim,
    return_claim,
    submit_claim,
    verify_claim,
)
from .holds import lift_hold
from .registers import BankLine, RegisterRefused, approve_register, prepare_register, record_bank_result

__all__ = [
    "Accrued", "BankLine", "ClaimExists", "EinvoiceReused", "NothingToClaim", "RegisterRefused", "SamePerson",
    "accrue", "approve_claim", "approve_queued", "approve_register", "lift_hold", "prepare_claim", "prepare_register",
    "record_bank_result", "reject_claim", "return_claim", "submit_claim", "verify_claim",
]
