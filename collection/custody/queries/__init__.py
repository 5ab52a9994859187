"""Reads: loads and their timelines, where their grams came from and went, batches, sales, stock."""

from .balance import Balance, balance
from .certificates import certificate, certificate_by_code, certificate_pdf, certificates
from .corrections import ConsentView, ProposalView, proposal, proposals
from .groupings import GroupingView, MemberView, grouping, groupings
from .lineage import Edge, Lineage, Node, lineage
from .loads import ConsignmentView, Masses, Step, consignment, consignments, timeline, timeline_of_pickup
from .papers import (
    IncidentView,
    SheetView,
    SignatureView,
    StockOrderView,
    TareView,
    ToSign,
    incidents,
    sheet,
    stock_order,
    stock_order_pdf,
    tares,
)
from .plant import BatchView, Lot, SaleView, Stock, batch, batches, sale, sales, stock
from .registrar import FORMAT as REGISTRAR_FORMAT, Record, every_record, records

__all__ = [
    "REGISTRAR_FORMAT", "Balance", "BatchView", "ConsentView", "ConsignmentView", "Edge", "GroupingView",
    "IncidentView", "Lineage", "Lot", "Masses", "MemberView", "Node", "ProposalView", "Record", "SaleView",
    "SheetView", "SignatureView", "Step", "Stock", "StockOrderView", "TareView", "ToSign", "balance", "batch",
    "batches", "certificate", "certificate_by_code", "certificate_pdf", "certificates", "consignment",
    "consignments", "every_record", "grouping", "groupings", "incidents", "lineage", "proposal", "proposals",
    "records", "sale", "sales", "sheet", "stock", "stock_order", "stock_order_pdf", "tares", "timeline",
    "timeline_of_pickup",
]
