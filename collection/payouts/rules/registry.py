"""The one list of rules. A rule is a pure function of facts: it answers with the numbers that break it, or None."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from collection.kernel.words import Words

from .facts import ClaimFacts, LineFacts

Numbers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    code: str
    severity: str  # block | hold | flag
    words: Words
    cure: Words
    source: str
    broken: Callable[[Any], Numbers | None]  # of LineFacts or ClaimFacts
    inputs: tuple[str, ...]  # the facts it looks at


LINE_RULES: list[Rule] = []
CLAIM_RULES: list[Rule] = []


def line_rule(severity: str, words: Words, *, cure: Words, source: str) -> Callable[[Any], Any]:
    """Puts a function of the same name into the registry of what lines are asked."""
    return _registered(LINE_RULES, LineFacts, severity, words, cure, source)


def claim_rule(severity: str, words: Words, *, cure: Words, source: str) -> Callable[[Any], Any]:
    """Puts a function of the same name into the registry of what claims are asked."""
    return _registered(CLAIM_RULES, ClaimFacts, severity, words, cure, source)


def _registered(registry: list[Rule], facts: type, severity: str, words: Words, cure: Words, source: str) -> Callable[[Any], Any]:
    known = {field.name for field in fields(facts)}

    def register(broken: Callable[[Any], Numbers | None]) -> Callable[[Any], Numbers | None]:
        # What a rule reads is said by its own code, so that the list cannot lie.
        inputs = tuple(name for name in broken.__code__.co_names if name in known)
        registry.append(Rule(broken.__name__, severity, words, cure, source, broken, inputs))
        return broken

    return register


def broken(facts: LineFacts | ClaimFacts, *severities: str) -> dict[str, Numbers]:
    """Every rule of these severities that the facts break, with the numbers that break it."""
    rules = LINE_RULES if isinstance(facts, LineFacts) else CLAIM_RULES
    return {rule.code: numbers for rule in rules
            if rule.severity in severities and (numbers := rule.broken(facts)) is not None}
