"""Claims, their lines and the verdicts on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from collection.kernel.actor import Actor
from collection.kernel.db import rows
from collection.kernel.refusals import NotFound
from collection.kernel.words import Words

from ..declarations import CURRENT, DECLARATIONS
from ..models import AccrualLine, Claim, Verdict
from ..rules import CANCELLED, HOLD_WORDS, RULES
from ..states import CLAIM_ACTIONS


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A contract's month. `vat_tiyn` is contained in `amount_tiyn`."""

    id: UUID
    number: int
    programme: str
    contract_id: UUID
    contract_number: str
    organisation_id: UUID
    month: date
    state: str
    allowed_actions: tuple[str, ...]
    lines_n: int
    mass_g: int
    amount_tiyn: int
    vat_tiyn: int
    act_number: str
    einvoice_number: str | None
    reason: str
    prepared_by: UUID | None
    submitted_by: UUID | None
    verified_by: UUID | None
    approved_by: UUID | None
    created_at: datetime
    submitted_at: datetime | None
    verified_at: datetime | None
    approved_at: datetime | None
    paid_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class LineView:
    id: int
    consignment_id: UUID
    consignment_number: int
    stage: str
    category: str
    supply_on: date
    mass_g: int
    coefficient: Decimal
    index_tiyn: int
    amount_tiyn: int
    reverses: int | None


@dataclass(frozen=True, slots=True)
class VerdictView:
    """What one rule said, when the claim was verified. Its words and cure are in the rule registry."""

    rule: str
    severity: str
    passed: bool
    params: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class StageSum:
    """What a claim asks for one stage."""

    stage: str
    lines_n: int
    mass_g: int
    amount_tiyn: int


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule of the format-logical control, for people. `severity`: hold (a line), block (a claim) or flag."""

    code: str
    severity: str
    words: Words
    cure: Words | None
    source: str
    inputs: tuple[str, ...]  # the facts it looks at


_VIEW = """
SELECT claim.id, claim.number, programme.code AS programme, claim.contract_id, contract.number AS contract_number,
       contract.organisation_id, claim.month, claim.state, claim.lines_n, claim.mass_g, claim.amount_tiyn, claim.vat_tiyn,
       claim.act_number, claim.einvoice_number, claim.reason, claim.prepared_by, claim.submitted_by, claim.verified_by,
       claim.approved_by, claim.created_at, claim.submitted_at, claim.verified_at, claim.approved_at, claim.paid_at,
       claim.version
FROM payouts_claim claim
JOIN contracts_contract contract ON contract.id = claim.contract_id
JOIN contracts_programme programme ON programme.id = claim.programme_id
WHERE claim.id = ANY(%s)
"""


def claim(actor: Actor, claim_id: UUID) -> ClaimView:
    """One of the actor's contracts' claims (any, for the operator's staff); NotFound otherwise."""
    found = views(Claim.objects.visible_to(actor).filter(pk=claim_id).values_list("pk", flat=True))
    if not found:
        raise NotFound
    return found[0]


def claims(actor: Actor, *, programme: str | None = None, contract_id: UUID | None = None, month: date | None = None,
           state: str | None = None, after: int | None = None, limit: int | None = None) -> list[ClaimView]:
    """Newest first, below the number `after`. Two queries."""
    asked = {"programme__code": programme, "contract_id": contract_id, "month": month, "state": state,
             "number__lt": after}
    found = Claim.objects.visible_to(actor).filter(**{name: value for name, value in asked.items() if value})
    return views(found.order_by("-number").values_list("pk", flat=True)[:limit])


def views(ids: Iterable[UUID]) -> list[ClaimView]:
    """The claims in the order of `ids`, with no question of who asks."""
    wanted = list(ids)
    found = {row["id"]: ClaimView(**row, allowed_actions=CLAIM_ACTIONS.get(row["state"], ()))
             for row in rows(_VIEW, [wanted])} if wanted else {}
    return [found[pk] for pk in wanted]


def claim_lines(actor: Actor, claim_id: UUID, *, after: int | None = None, limit: int | None = None) -> list[LineView]:
    """The claim's lines by id, after the id `after`; NotFound for another's claim."""
    claim(actor, claim_id)
    found = AccrualLine.objects.filter(claim_id=claim_id, pk__gt=after or 0).select_related("consignment")
    return [
        LineView(one.pk, one.consignment_id, one.consignment.number, one.stage, one.category_id, one.supply_on,
                 one.mass_g, one.coefficient, one.index_tiyn, one.amount_tiyn, one.reverses_id)
        for one in found.order_by("pk")[:limit]
    ]


def verdicts(claim_id: UUID) -> list[VerdictView]:
    """What every rule said at the last verification; ask `claim` first whether it may be seen."""
    last = Verdict.objects.filter(claim_id=claim_id).order_by("-at").values("at")[:1]
    return [
        VerdictView(one.rule, RULES[one.rule].severity, one.passed, one.params, one.at)
        for one in Verdict.objects.filter(claim_id=claim_id, at=last).order_by("pk")
    ]


def stage_sums(claim_id: UUID) -> list[StageSum]:
    """The claim's lines by stage, in grams and tiyn; ask `claim` first whether it may be seen."""
    return [StageSum(**row) for row in rows(
        "SELECT stage, count(*)::int AS lines_n, sum(mass_g)::bigint AS mass_g, sum(amount_tiyn)::bigint AS amount_tiyn "
        "FROM payouts_accrualline WHERE claim_id = %s GROUP BY stage ORDER BY stage", [claim_id])]


def declaration() -> tuple[str, Words]:
    """The code and the text that whoever submits a claim declares today."""
    return CURRENT, DECLARATIONS[CURRENT]


def rules() -> list[RuleView]:
    """Every rule a claim or a line of it is asked about, and the hold that a correction places."""
    found = [RuleView(one.code, one.severity, one.words, one.cure, one.source, one.inputs) for one in RULES.values()]
    return [*found, RuleView(CANCELLED, "hold", HOLD_WORDS[CANCELLED], None, "Corrections: nothing is edited", ())]
