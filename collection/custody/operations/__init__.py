"""The verbs of custody, by topic. Each takes a list: one load over HTTP and two thousand in a replay run the same lines."""

from .batches import BatchDoesNotClose, NewBatch, process
from .corrections import ConsentNeeded, NewCorrection, correct_receipts
from .grouping import GroupReceipt, NewGrouping, group, receive_group
from .loads import HandoverCodeWrong, IdTaken, Load, Loaded, load
from .proposals import (
    CorrectionProposed,
    consent_to_correction,
    decline_correction,
    propose_correction,
    withdraw_correction,
)
from .receipts import NewReceipt, ReceiptDoesNotDivideNet, RefusalNeedsReason, deliver, receive
from .refusals import ForeignOrigin, OccurredInFuture
from .sales import EinvoiceReused, NewSale, sell
from .storing import DivisionDoesNotConserve, LossNeedsReason, NewDivision, NewPart, NewStay, split, store
from .weighings import NetNotPositive, OverRoadLimit, Ticket, TicketReused, weigh

__all__ = [
    "BatchDoesNotClose", "ConsentNeeded", "CorrectionProposed", "DivisionDoesNotConserve", "EinvoiceReused", "ForeignOrigin",
    "GroupReceipt", "HandoverCodeWrong", "IdTaken", "Load", "Loaded", "LossNeedsReason", "NetNotPositive", "NewBatch",
    "NewCorrection", "NewDivision", "NewGrouping", "NewPart", "NewReceipt", "NewSale", "NewStay", "OccurredInFuture",
    "OverRoadLimit", "ReceiptDoesNotDivideNet", "RefusalNeedsReason", "Ticket", "TicketReused", "consent_to_correction",
    "correct_receipts", "decline_correction", "deliver", "group", "load", "process", "propose_correction", "receive",
    "receive_group", "sell", "split", "store", "weigh", "withdraw_correction",
]
