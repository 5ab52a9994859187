"""The format-logical control: every rule a pure function of facts, with its words, its cure, its inputs and its source.

| severity | what it does |
| --- | --- |
| block | of a line: stops its money, and nobody lifts that; only a correction helps. Of a claim: returns it |
| hold | stops one line's money until an inspector lifts it with a reason; returns a claim that has it |
| flag | marks, and stops nothing; who is marked is inspected more often |

A rule answers with the numbers that break it, or None. All of them are asked, so all defects come at once.
"""

from __future__ import annotations

from collection.kernel.words import Words

from . import claim, inspection, paper, plant, ticket, way  # each puts its rules into the registry
from .facts import ClaimFacts, LineFacts, Stock
from .registry import CLAIM_RULES, LINE_RULES, Numbers, Rule, broken

RULES = {rule.code: rule for rule in (*LINE_RULES, *CLAIM_RULES)}

#: What stops the money of a line.
STOPS = ("block", "hold")

#: Holds that accrual itself places, not a rule of the facts: a line and its reversal cancel out before they were claimed.
CANCELLED = "corrected_before_claim"
HOLD_WORDS = {rule.code: rule.words for rule in LINE_RULES if rule.severity in STOPS} | {
    CANCELLED: Words("Өтінімге дейін түзетілген", "Исправлено до подачи заявки", "Corrected before it was claimed"),
}
#: Nobody lifts these.
FINAL = frozenset({CANCELLED} | {rule.code for rule in LINE_RULES if rule.severity == "block"})

__all__ = [
    "CANCELLED", "CLAIM_RULES", "FINAL", "HOLD_WORDS", "LINE_RULES", "RULES", "STOPS", "ClaimFacts", "LineFacts", "Numbers",
    "Rule", "Stock", "broken", "claim", "inspection", "paper", "plant", "ticket", "way",
]
