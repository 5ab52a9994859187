"""Why a tonne is, or is not, paid: for each load and stage; and a contract's month as one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from collection.accounts.rights import STAFF_ROLES
from collection.contracts.models import Contract
from collection.custody.models import Consignment
from collection.kernel.actor import Actor
from collection.kernel.db import rows
from collection.kernel.refusals import NotFound


@dataclass(frozen=True, slots=True)
class StageMoney:
    """One stage of one load. `amount_tiyn` is None for whoever it is not owed to, and where there is none.

    | status | meaning |
    | --- | --- |
    | not_payable | there is no rate for the stage on the supply date |
    | awaiting | the fact that pays it is not sealed yet |
    | accruing | sealed; the money is being computed |
    | held | stopped by `rules` |
    | payable | in the next claim |
    | claimed | in a claim on its way (`claim_number`, `claim_state`) |
    | paid, rejected | the end |
    """

    consignment_id: UUID
    stage: str
    status: str
    contract_id: UUID | None
    mass_g: int | None
    amount_tiyn: int | None
    rules: tuple[str, ...]
    claim_number: int | None
    claim_state: str | None
    reversal: bool


# Every stage that is ever paid, joined to the lines that exist: reversals and later editions are lines of their own.
_MONEY = """
SELECT load.id AS consignment_id, stage.name AS stage, line.contract_id, contract.organisation_id, line.mass_g,
       line.amount_tiyn, claim.number AS claim_number, claim.state AS claim_state,
       coalesce(line.reverses_id IS NOT NULL, false) AS reversal,
       ARRAY(SELECT rule FROM payouts_hold WHERE line_id = line.id AND lifted_at IS NULL ORDER BY rule) AS rules,
       CASE
           WHEN claim.state IN ('paid', 'rejected') THEN claim.state
           WHEN claim.id IS NOT NULL THEN 'claimed'
           WHEN line.id IS NOT NULL AND EXISTS (SELECT FROM payouts_hold
                WHERE line_id = line.id AND lifted_at IS NULL) THEN 'held'
           WHEN line.id IS NOT NULL THEN 'payable'
           WHEN weighed.supply_on IS NOT NULL AND NOT EXISTS (SELECT FROM contracts_tariff tariff
                WHERE tariff.programme_id = load.programme_id AND tariff.category_id = load.category_id
                AND tariff.stage = stage.name AND tariff.valid @> weighed.supply_on) THEN 'not_payable'
           WHEN load.state IN ('returned', 'taken_back', 'split') THEN 'not_payable'
           WHEN sealed.id IS NULL OR rated.fact_id IS NOT NULL THEN 'awaiting'
           ELSE 'accruing'
       END AS status
FROM custody_consignment load
CROSS JOIN (VALUES (1, 'collection', 'received'), (2, 'transport', 'received'), (3, 'recycling', 'recycled'),
                   (4, 'whole', 'recycled')) AS stage (position, name, measure)
LEFT JOIN custody_fact weighed ON weighed.consignment_id = load.source_id AND weighed.measure = 'collected'
LEFT JOIN custody_fact sealed ON sealed.consignment_id = load.id AND sealed.measure = stage.measure
    AND sealed.reversal_of_id IS NULL AND sealed.edition = 1
LEFT JOIN payouts_rated rated ON rated.fact_id = sealed.id
LEFT JOIN payouts_accrualline line ON line.consignment_id = load.id AND line.stage = stage.name
LEFT JOIN payouts_claim claim ON claim.id = line.claim_id
LEFT JOIN contracts_contract contract ON contract.id = line.contract_id
WHERE load.id = ANY(%s)
ORDER BY load.number, stage.position, line.id
"""


def money_of(actor: Actor, consignment_ids: Sequence[UUID]) -> list[StageMoney]:
    """Each stage of each load the actor may see, in the order of the way. Sums only for whoever they are owed to."""
    seen = list(Consignment.objects.visible_to(actor).filter(pk__in=consignment_ids).values_list("pk", flat=True))
    sees_all = actor.is_house or actor.role in STAFF_ROLES
    found = []
    for row in rows(_MONEY, [seen]) if seen else []:
        owner = row.pop("organisation_id")
        if not sees_all and owner != actor.organisation_id:
            row |= {"amount_tiyn": None, "claim_number": None}
        found.append(StageMoney(**row | {"rules": tuple(row["rules"])}))
    return found


@dataclass(frozen=True, slots=True)
class Statement:
    """A contract's month in sums of its lines, by what has become of them. `due_tiyn`: claimed or payable, not yet paid."""

    contract_id: UUID
    month: date
    status: str
    stage: str
    lines_n: int
    mass_g: int
    amount_tiyn: int


_STATEMENT = """
SELECT line.contract_id, line.claim_month AS month, line.stage,
       CASE WHEN claim.state IN ('paid', 'rejected') THEN claim.state
            WHEN claim.id IS NOT NULL THEN 'claimed'
            WHEN EXISTS (SELECT FROM payouts_hold WHERE line_id = line.id AND lifted_at IS NULL) THEN 'held'
            ELSE 'payable' END AS status,
       count(*)::int AS lines_n, sum(line.mass_g)::bigint AS mass_g, sum(line.amount_tiyn)::bigint AS amount_tiyn
FROM payouts_accrualline line LEFT JOIN payouts_claim claim ON claim.id = line.claim_id
WHERE line.contract_id = %(contract)s AND (%(month)s::date IS NULL OR line.claim_month = %(month)s::date)
GROUP BY line.contract_id, line.claim_month, line.stage, 4 ORDER BY 2, 3, 4
"""


def statement(actor: Actor, contract_id: UUID, *, month: date | None = None) -> list[Statement]:
    """One's own contract's lines by month, stage and status; NotFound for another's."""
    if not Contract.objects.visible_to(actor).filter(pk=contract_id).exists():
        raise NotFound
    return [Statement(**row) for row in rows(_STATEMENT, {"contract": contract_id, "month": month})]
