"""Consignments, tickets, receipts, batches, corrections, and the facts they seal."""

from .corrections import Consent, Correction, Proposal
from .facts import Fact
from .lineage import Division, Grouping, GroupingMember, Stay
from .loads import Consignment, ConsignmentPickup, Receipt, TransportSheet, Weighing
from .plant import Batch, BatchInput, Sale, SaleLot

__all__ = [
    "Batch", "BatchInput", "Consent", "Consignment", "ConsignmentPickup", "Correction", "Division", "Fact", "Grouping",
    "GroupingMember", "Proposal", "Receipt", "Sale", "SaleLot", "Stay", "TransportSheet", "Weighing",
]
