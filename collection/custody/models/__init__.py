"""Consignments, tickets, receipts, batches, corrections, and the facts they seal."""

from .corrections import Correction
from .facts import Fact
from .lineage import Division, Grouping, GroupingMember, Stay
from .loads import Consignment, ConsignmentPickup, Receipt, TransportSheet, Weighing
from .plant import Batch, BatchInput, Sale, SaleLot

__all__ = [
    "Batch", "BatchInput", "Consignment", "ConsignmentPickup", "Correction", "Division", "Fact", "Grouping", "GroupingMember",
    "Receipt", "Sale", "SaleLot", "Stay", "TransportSheet", "Weighing",
]
