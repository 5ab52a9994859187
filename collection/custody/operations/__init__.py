"""The verbs of custody, by topic. Each takes a list: one load over HTTP and two thousand in a replay run the same lines."""

from .batches import BatchDoesNotClose, EinvoiceReused, NewBatch, NewSale, process, sell
from .corrections import NewCorrection, correct_receipts
from .loads import HandoverCodeWrong, IdTaken, Load, Loaded, load
from .receipts import NewReceipt, ReceiptDoesNotDivideNet, RefusalNeedsReason, deliver, receive
from .refusals import ForeignOrigin, OccurredInFuture
from .weighings import NetNotPositive, OverRoadLimit, Ticket, TicketReused, weigh

__all__ = [
    "BatchDoesNotClose", "EinvoiceReused", "ForeignOrigin", "HandoverCodeWrong", "IdTaken", "Load", "Loaded",
    "NetNotPositive", "NewBatch", "NewCorrection", "NewReceipt", "NewSale", "OccurredInFuture", "OverRoadLimit",
    "ReceiptDoesNotDivideNet", "RefusalNeedsReason", "Ticket", "TicketReused", "correct_receipts", "deliver", "load",
    "process", "receive", "sell", "weigh",
]
