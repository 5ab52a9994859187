"""Reads: loads and their timelines, where their grams came from and went, batches, sales, stock."""

from .balance import Balance, balance
from .corrections import ConsentView, ProposalView, proposal, proposals
from .groupings import GroupingView, MemberView, grouping, groupings
from .lineage import Edge, Lineage, Node, lineage
from .loads import ConsignmentView, Masses, Step, consignment, consignments, timeline, timeline_of_pickup
from .plant import BatchView, Lot, SaleView, Stock, batch, batches, sale, sales, stock

__all__ = [
    "Balance", "BatchView", "ConsentView", "ConsignmentView", "Edge", "GroupingView", "Lineage", "Lot", "Masses",
    "MemberView", "Node", "ProposalView", "SaleView", "Step", "Stock", "balance", "batch", "batches", "consignment",
    "consignments", "grouping", "groupings", "lineage", "proposal", "proposals", "sale", "sales", "stock", "timeline",
    "timeline_of_pickup",
]
