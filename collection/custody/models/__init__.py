"""Consignments, tickets, receipts, batches, corrections, and the facts they seal."""

from .certificates import Certificate
from .corrections import Consent, Correction, Proposal
from .facts import Fact
from .incidents import Incident, IncidentPhoto
from .lineage import Division, Grouping, GroupingMember, Stay
from .loads import Consignment, ConsignmentPickup, Receipt
from .papers import Return, Signature, StockOrder, StoredTare, TransportSheet, Weighing
from .plant import Batch, BatchInput, Sale, SaleLot

__all__ = [
    "Batch", "BatchInput", "Certificate", "Consent", "Consignment", "ConsignmentPickup", "Correction", "Division", "Fact",
    "Grouping", "GroupingMember", "Incident", "IncidentPhoto", "Proposal", "Receipt", "Return", "Sale", "SaleLot",
    "Signature", "Stay", "StockOrder", "StoredTare", "TransportSheet", "Weighing",
]
