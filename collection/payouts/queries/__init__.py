"""Reads: claims and what was said of them, registers, the ledger, and why a tonne is or is not paid."""

from .acts import act, act_pdf
from .appeals import AppealView, appeal, appeals
from .caps import CapView, Room, caps, programmes_with_a_queue, room
from .claims import (
    ClaimView,
    LineView,
    RuleView,
    StageSum,
    VerdictView,
    claim,
    claim_lines,
    claims,
    declaration,
    rules,
    stage_sums,
    verdicts,
)
from .dossier import Dossier, dossier, dossier_pdf
from .effects import Effect, correction_effect, own_difference
from .evidence import Evidence, evidence_of_load, evidence_of_pickup
from .forecast import Expected, forecast
from .inspections import DrawView, InspectionView, draw, draws, inspection, inspections
from .ledger import AccountSum, EntryView, balances, entries
from .recompute import Difference, Recomputed, recompute_check
from .registers import (
    FILES,
    OrderView,
    PayerView,
    RegisterView,
    orders,
    payer,
    register,
    register_as,
    registers,
)
from .simulate import ContractEffect, Simulated, Supposed, simulate_tariffs
from .statements import Correction, MonthStatement, Period, StatementPart, month_statement, month_statements, periods
from .takeover import taken_rows
from .tonnes import StageMoney, Statement, money_of, statement

__all__ = [
    "FILES",
    "AccountSum",
    "AppealView",
    "CapView",
    "ClaimView",
    "ContractEffect",
    "Correction",
    "Difference",
    "Dossier",
    "DrawView",
    "Effect",
    "EntryView",
    "Evidence",
    "Expected",
    "InspectionView",
    "LineView",
    "MonthStatement",
    "OrderView",
    "PayerView",
    "Period",
    "Recomputed",
    "RegisterView",
    "Room",
    "RuleView",
    "Simulated",
    "StageMoney",
    "StageSum",
    "Statement",
    "StatementPart",
    "Supposed",
    "VerdictView",
    "act",
    "act_pdf",
    "appeal",
    "appeals",
    "balances",
    "caps",
    "claim",
    "claim_lines",
    "claims",
    "correction_effect",
    "declaration",
    "dossier",
    "dossier_pdf",
    "draw",
    "draws",
    "entries",
    "evidence_of_load",
    "evidence_of_pickup",
    "forecast",
    "inspection",
    "inspections",
    "money_of",
    "month_statement",
    "month_statements",
    "orders",
    "own_difference",
    "payer",
    "periods",
    "programmes_with_a_queue",
    "recompute_check",
    "register",
    "register_as",
    "registers",
    "room",
    "rules",
    "simulate_tariffs",
    "stage_sums",
    "statement",
    "taken_rows",
    "verdicts",
]
