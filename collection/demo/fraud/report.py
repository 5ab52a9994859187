"""How much of what was planted was stopped, and how much that was honest. Read from the rows, and from the rules asked anew."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from collection.custody.models import Consignment
from collection.payouts.models import AccrualLine, Claim, Hold
from collection.payouts.queries.lines import line_facts
from collection.payouts.rules import STOPS, broken
from collection.payouts.states import COMMITTED

from ..models import Planted


@dataclass(frozen=True, slots=True)
class Report:
    """`kinds`: planted, found, and the honest loads that the same rules stopped; `rules`: what stopped how many loads."""

    recall: float
    false_hold_rate: float
    honest: int
    honest_held: int
    kinds: dict[str, dict[str, Any]]
    honest_rules: dict[str, int]


def report(programme_ids: list[UUID]) -> Report:
    """Stopped: refused at the door, held at accrual, or held by what verification asks. A flag alone finds nothing."""
    stopped = stopped_loads(programme_ids)
    there = set(Consignment.objects.filter(programme_id__in=programme_ids).values_list("pk", flat=True))
    labels = list(Planted.objects.filter(programme_id__in=programme_ids).order_by("pk"))
    honest = there - {one.subject for one in labels}
    false = {pk: stopped[pk] for pk in honest if pk in stopped}
    kinds: dict[str, dict[str, Any]] = {}
    for kind in dict.fromkeys(one.kind for one in labels):
        of = [one for one in labels if one.kind == kind]
        found = [one for one in of if _stopped(one, there, stopped)]
        rules = Counter(rule for one in found for rule in stopped.get(one.subject, ()))
        also = sum(not rules.keys().isdisjoint(by) for by in false.values())
        kinds[kind] = {"planted": len(of), "found": len(found), "recall": round(len(found) / len(of), 4),
                       "false_hold_rate": round(also / max(len(honest), 1), 5), "rules": dict(rules.most_common())}
    planted = sum(one["planted"] for one in kinds.values())
    return Report(
        recall=round(sum(one["found"] for one in kinds.values()) / max(planted, 1), 4),
        false_hold_rate=round(len(false) / max(len(honest), 1), 5), honest=len(honest), honest_held=len(false), kinds=kinds,
        honest_rules=dict(Counter(rule for by in false.values() for rule in by).most_common()))


def stopped_loads(programme_ids: list[UUID]) -> dict[UUID, set[str]]:
    """load -> the rules that stop a line of it: holds that stand, and what verification would say today."""
    lines = dict(AccrualLine.objects.filter(programme_id__in=programme_ids, reverses=None).values_list("pk", "consignment_id"))
    found: dict[UUID, set[str]] = defaultdict(set)
    for line, rule in Hold.objects.filter(line__in=lines, lifted_at=None).values_list("line_id", "rule"):
        found[lines[line]].add(rule)
    for line, facts in line_facts(list(lines)).items():
        if rules := broken(facts, *STOPS):
            found[lines[line]].update(rules)
    return dict(found)


def _stopped(one: Planted, there: set[UUID], stopped: dict[UUID, set[str]]) -> bool:
    if one.kind == "insider_approval":
        return not Claim.objects.filter(pk=one.subject, approved_by=one.way).exists()
    if one.kind == "cap_race":
        claims = list(Claim.objects.filter(contract_id=one.subject).select_related("contract"))
        committed = [claim for claim in claims if claim.state in COMMITTED]
        return bool(committed) and sum(claim.amount_tiyn for claim in committed) <= claims[0].contract.cap_tiyn
    return one.subject not in there or one.subject in stopped
