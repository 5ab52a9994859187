"""What a correction would do to the money, before anybody consents to it: priced, and nothing written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from collection.accounts.rights import STAFF_ROLES
from collection.contracts.queries import rates_on
from collection.custody.models import Consignment
from collection.kernel.actor import Actor
from collection.kernel.db import rows
from collection.kernel.refusals import NotFound

from ..rating import Chain, Priced, price


@dataclass(frozen=True, slots=True)
class Effect:
    """One stage: what it pays now, and what it would pay. Sums are None for whoever they are not owed to.

    `claim_state`: of the claim the present line stands in, None if it is not claimed yet; a line that was paid is not
    edited, its reversal and the new line come into `month`, the contract's first open one.
    """

    stage: str
    contract_id: UUID
    was_g: int
    becomes_g: int
    was_tiyn: int | None
    becomes_tiyn: int | None
    difference_tiyn: int | None
    claim_state: str | None
    month: date


_FACTS = """
SELECT fact.id, fact.programme_id, fact.measure, fact.grams, fact.category_id, fact.supply_on,
       load.collector_contract_id AS collector, collector.kind AS collector_kind,
       load.recycler_contract_id AS recycler, recycler.kind AS recycler_kind, programme.whole_payee
FROM custody_fact fact
JOIN custody_consignment load ON load.id = fact.consignment_id
JOIN contracts_contract collector ON collector.id = load.collector_contract_id
JOIN contracts_contract recycler ON recycler.id = load.recycler_contract_id
JOIN contracts_programme programme ON programme.id = load.programme_id
WHERE load.id = %s AND fact.measure IN ('received', 'recycled') AND fact.reversal_of_id IS NULL
  AND NOT EXISTS (SELECT FROM custody_fact later WHERE later.reversal_of_id = fact.id)
ORDER BY fact.id
"""

_LINE = """
SELECT contract.organisation_id, open_month(contract.id, %(day)s) AS month, (
    SELECT claim.state FROM payouts_accrualline line JOIN payouts_claim claim ON claim.id = line.claim_id
    WHERE line.fact_id = %(fact)s AND line.stage = %(stage)s) AS claim_state
FROM contracts_contract contract WHERE contract.id = %(contract)s
"""


def correction_effect(actor: Actor, consignment_id: UUID, *, accepted_g: int, on: date) -> list[Effect]:
    """Each stage the load pays, as it is and as it would be with `accepted_g` grams accepted.

    The same pure functions price it that accrual is checked with, at the coefficients and index of the supply date. `on`:
    the Almaty date the correction would be made on. Empty where nothing is payable (yet). NotFound for another's load.
    """
    if not Consignment.objects.visible_to(actor).filter(pk=consignment_id).exists():
        raise NotFound
    found = []
    for fact in rows(_FACTS, [consignment_id]):
        chain = Chain(**{name: fact[name] for name in Chain.__slots__})
        rates = rates_on(fact["programme_id"], fact["category_id"], fact["supply_on"])
        was, becomes = (price(fact["measure"], grams, chain, coefficients=rates.coefficients, index_tiyn=rates.index_tiyn)
                        for grams in (fact["grams"], accepted_g))
        found += [_effect(actor, fact["id"], on, *each) for each in zip(was, becomes, strict=True)]
    return found


def own_difference(effects: list[Effect]) -> int:
    """What the caller would gain (or lose, below zero) in all, in tiyn: the sum of what they may see."""
    return sum(one.difference_tiyn or 0 for one in effects)


def _effect(actor: Actor, fact_id: int, on: date, was: Priced, becomes: Priced) -> Effect:
    line = rows(_LINE, {"day": on, "fact": fact_id, "stage": was.stage, "contract": was.contract_id})[0]
    own = actor.is_house or actor.role in STAFF_ROLES or line["organisation_id"] == actor.organisation_id
    return Effect(
        was.stage, was.contract_id, was.mass_g, becomes.mass_g, was.amount_tiyn if own else None,
        becomes.amount_tiyn if own else None, becomes.amount_tiyn - was.amount_tiyn if own else None,
        line["claim_state"] if own else None, line["month"])
