"""The verbs of custody, by topic. Each takes a list: one load over HTTP and two thousand in a replay run the same lines."""

from .batches import BatchDoesNotClose, NewBatch, process
from .certificates import NothingCertified, issue_certificate, revoke_certificate
from .corrections import ConsentNeeded, NewCorrection, correct_receipts
from .grouping import GroupReceipt, NewGrouping, group, receive_group
from .incidents import NewIncident, report_incident
from .loads import HandoverCodeWrong, Load, Loaded, load
from .proposals import (
    CorrectionProposed,
    consent_to_correction,
    decline_correction,
    propose_correction,
    withdraw_correction,
)
from .receipts import NewReceipt, ReceiptDoesNotDivideNet, RefusalNeedsReason, deliver, receive
from .refusals import ForeignOrigin, OccurredInFuture
from .returns import NewReturn, bring_back
from .sales import EinvoiceReused, NewSale, sell
from .scale_house import Read, ScaleRow, import_weighings
from .sheets import (
    AlreadySigned,
    EdsInvalid,
    EdsUnavailable,
    SheetSealed,
    amend_sheet,
    check_signature,
    sign_sheet,
)
from .storing import DivisionDoesNotConserve, LossNeedsReason, NewDivision, NewPart, NewStay, split, store
from .tares import NewTare, store_tares
from .weighings import NetNotPositive, OverRoadLimit, SheetUnsigned, Ticket, TicketReused, weigh

__all__ = [
    "AlreadySigned", "BatchDoesNotClose", "ConsentNeeded", "CorrectionProposed", "DivisionDoesNotConserve",
    "EdsInvalid", "EdsUnavailable", "EinvoiceReused", "ForeignOrigin", "GroupReceipt", "HandoverCodeWrong", "Load",
    "Loaded", "LossNeedsReason", "NetNotPositive", "NewBatch", "NewCorrection", "NewDivision", "NewGrouping",
    "NewIncident", "NewPart", "NewReceipt", "NewReturn", "NewSale", "NewStay", "NewTare", "NothingCertified",
    "OccurredInFuture", "OverRoadLimit", "Read", "ReceiptDoesNotDivideNet", "RefusalNeedsReason", "ScaleRow",
    "SheetSealed", "SheetUnsigned", "Ticket", "TicketReused", "amend_sheet", "bring_back", "check_signature",
    "consent_to_correction", "correct_receipts", "decline_correction", "deliver", "group", "import_weighings",
    "issue_certificate", "load", "process", "propose_correction", "receive", "receive_group", "report_incident",
    "revoke_certificate", "sell", "sign_sheet", "split", "store", "store_tares", "weigh", "withdraw_correction",
]
