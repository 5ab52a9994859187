"""The verbs of money, by topic."""

from .accrue import Accrued, accrue
from .answers import BankLine
from .appeals import AppealOpen, CorrectedSince, decide_appeal, file_appeal
from .approval import approve_claim, approve_queued, reject_claim
from .caps import set_cap, set_payer
from .claims import (
    ClaimExists,
    EinvoiceReused,
    NothingToClaim,
    prepare_claim,
    return_claim,
    submit_claim,
    verify_claim,
)
from .closing import AccrualBehind, Closed, MonthClosed, MonthNotOver, close_month
from .holds import lift_hold
from .inspections import AlreadyDrawn, draw_inspections, record_inspection
from .persons import NotFinance, OwnCompany
from .registers import (
    BankFileRefused,
    RegisterRefused,
    approve_register,
    prepare_register,
    record_bank_file,
    record_bank_result,
)
from .repricing import reprice
from .takeover import PaidMonth, TakenRow, record_paid_months, record_takeover

__all__ = [
    "AccrualBehind", "Accrued", "AlreadyDrawn", "AppealOpen", "BankFileRefused", "BankLine", "ClaimExists", "Closed",
    "CorrectedSince", "EinvoiceReused", "MonthClosed", "MonthNotOver", "NotFinance", "NothingToClaim",
    "OwnCompany", "PaidMonth", "RegisterRefused", "TakenRow", "accrue", "approve_claim",
    "approve_queued", "approve_register", "close_month", "decide_appeal", "draw_inspections",
    "file_appeal", "lift_hold",
    "prepare_claim", "prepare_register", "record_bank_file", "record_bank_result", "record_inspection", "record_paid_months",
    "record_takeover", "reject_claim", "reprice", "return_claim", "set_cap", "set_payer", "submit_claim",
    "verify_claim",
]
