"""Reads: claims and what was said of them, registers, the ledger, and why a tonne is or is not paid."""

from .claims import (
    ClaimView,
    LineView,
    RuleView,
    StageSum,
    VerdictView,
    claim,
    claim_lines,
    claims,
    rules,
    stage_sums,
    verdicts,
)
from .dossier import Dossier, dossier
from .evidence import Evidence, evidence_of_load, evidence_of_pickup
from .ledger import AccountSum, EntryView, balances, entries
from .recompute import Difference, Recomputed, recompute_check
from .registers import OrderView, RegisterView, orders, register, registers
from .tonnes import StageMoney, Statement, money_of, statement

__all__ = [
    "AccountSum", "ClaimView", "Difference", "Dossier", "EntryView", "Evidence", "LineView", "OrderView", "Recomputed",
    "RegisterView", "RuleView", "StageMoney", "StageSum", "Statement", "VerdictView", "balances", "claim",
    "claim_lines", "claims", "dossier", "entries", "evidence_of_load", "evidence_of_pickup", "money_of", "orders",
    "recompute_check", "register", "registers", "rules", "stage_sums", "statement", "verdicts",
]
