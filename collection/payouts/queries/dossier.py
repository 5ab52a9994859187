"""An inspector's dossier of one company: contracts, means, loads, balances, rules hit, money, and what the record says.

Sums and lists a person can read in an hour, however many loads there were: loads by month, the newest `NAMED` of what was held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from collection.accounts.queries import OrganisationView, organisation_of
from collection.contracts.models import Contract
from collection.contracts.queries import ContractDetail, details
from collection.custody.queries import Balance, Stock, balance, stock
from collection.kernel.actor import Actor
from collection.kernel.db import rows
from collection.kernel.money import CURRENCY

from ..dossiers import pdf
from .claims import ClaimView, claims
from .ledger import AccountSum, balances

#: So many holds are named one by one; the sums by rule count all of them.
NAMED = 100


@dataclass(frozen=True, slots=True)
class Means:
    """A thing the company works with: vehicle, scale, facility or base. `until`: the last day of a scale's certificate."""

    kind: str
    name: str
    since: datetime
    until: date | None
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class MonthOfLoads:
    """Tonnages of one month side by side, never added together; dates are Almaty's, of when it happened.

    `part`: what the company was in these loads (generator, collector, recycler). `refused_g` is of the loads received.
    """

    part: str
    month: date
    category: str
    loads_n: int
    declared_g: int
    collected_g: int
    received_g: int
    recycled_g: int
    paid_g: int


@dataclass(frozen=True, slots=True)
class RuleHits:
    """How often a rule stopped a line (`how` hold) or a claim failed it at its verification, and what became of it."""

    rule: str
    how: str  # hold | verdict
    hits_n: int
    open_n: int
    lifted_n: int
    amount_tiyn: int  # of the lines it stopped, open and lifted
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class HeldLine:
    consignment_id: UUID
    consignment_number: int
    stage: str
    rule: str
    params: Mapping[str, Any]
    mass_g: int
    amount_tiyn: int
    placed_at: datetime
    lifted_at: datetime | None
    lifted_why: str


@dataclass(frozen=True, slots=True)
class VerbCount:
    """What the company's people did, from the audit chain. `by_hand` counts row changes of its papers without a verb."""

    verb: str
    lines_n: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Dossier:
    company: OrganisationView
    contracts: tuple[ContractDetail, ...]
    means: tuple[Means, ...]
    loads: tuple[MonthOfLoads, ...]
    stocks: tuple[Stock, ...]
    balances: tuple[Balance, ...]  # of its contracts' plants, in the months of its loads; months of nothing are left out
    rules: tuple[RuleHits, ...]
    held: tuple[HeldLine, ...]
    accounts: tuple[AccountSum, ...]
    claims: tuple[ClaimView, ...]
    verbs: tuple[VerbCount, ...]
    changed_by_hand_n: int  # rows of its contracts or its own that were changed past every verb

    def plain(self) -> dict[str, Any]:
        """As JSON would have it: months as `2026-03`, and nothing that depends on who reads it."""
        told = asdict(self)
        for one in (*told["loads"], *told["balances"], *told["claims"]):
            one["month"] = one["month"].isoformat()[:7]
        for claim in told["claims"]:
            del claim["allowed_actions"], claim["mass_g"]  # what the reader may do; stages added up
        return told | {"currency": CURRENCY}


_MEANS = """
SELECT 'vehicle' AS kind, plate AS name, created_at AS since, NULL::date AS until, retired_at
    FROM registry_vehicle WHERE organisation_id = %(company)s
UNION ALL SELECT 'scale', serial, created_at, certified_until, NULL FROM registry_scale WHERE organisation_id = %(company)s
UNION ALL SELECT 'facility', name, created_at, NULL, NULL FROM registry_facility WHERE organisation_id = %(company)s
UNION ALL SELECT 'base', name, created_at, NULL, NULL FROM registry_base WHERE organisation_id = %(company)s
ORDER BY kind, name, since
"""

# Every measure on its own date, by the part the company played; a load counts once, in the month it was weighed.
_LOADS = """
WITH mine AS (
    SELECT id, 'collector' AS part FROM custody_consignment WHERE collector_id = %(company)s
    UNION ALL SELECT id, 'recycler' FROM custody_consignment WHERE recycler_id = %(company)s
    UNION ALL SELECT id, 'generator' FROM custody_consignment WHERE generator_id = %(company)s
), measured AS (
    SELECT mine.part, fact.occurred_on, fact.category_id, fact.measure::text, fact.grams, fact.n
    FROM mine JOIN custody_fact fact ON fact.consignment_id = mine.id
    UNION ALL
    SELECT mine.part, paid.occurred_on, paid.category_id, 'paid', paid.grams, 0
    FROM mine JOIN payouts_accrualline line ON line.consignment_id = mine.id JOIN payouts_paid paid ON paid.line_id = line.id
    UNION ALL
    SELECT 'generator', declared.occurred_on, declared.category_id, 'declared', declared.grams, 0
    FROM pickups_declared declared JOIN pickups_pickup pickup ON pickup.id = declared.pickup_id
    WHERE pickup.generator_id = %(company)s
)
SELECT part, date_trunc('month', occurred_on)::date AS month, category_id AS category,
       coalesce(sum(n) FILTER (WHERE measure = 'collected'), 0)::int AS loads_n,
       coalesce(sum(grams) FILTER (WHERE measure = 'declared'), 0)::bigint AS declared_g,
       coalesce(sum(grams) FILTER (WHERE measure = 'collected'), 0)::bigint AS collected_g,
       coalesce(sum(grams) FILTER (WHERE measure = 'received'), 0)::bigint AS received_g,
       coalesce(sum(grams) FILTER (WHERE measure = 'recycled'), 0)::bigint AS recycled_g,
       coalesce(sum(grams) FILTER (WHERE measure = 'paid'), 0)::bigint AS paid_g
FROM measured GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""

_RULES = """
SELECT hold.rule, 'hold' AS how, count(*)::int AS hits_n,
       count(*) FILTER (WHERE hold.lifted_at IS NULL)::int AS open_n,
       count(*) FILTER (WHERE hold.lifted_at IS NOT NULL)::int AS lifted_n,
       sum(line.amount_tiyn)::bigint AS amount_tiyn, min(hold.placed_at) AS first_at, max(hold.placed_at) AS last_at
FROM payouts_hold hold JOIN payouts_accrualline line ON line.id = hold.line_id
WHERE line.contract_id = ANY(%(contracts)s) GROUP BY hold.rule
UNION ALL
SELECT verdict.rule, 'verdict', count(*)::int, 0, 0, 0, min(verdict.at), max(verdict.at)
FROM payouts_verdict verdict JOIN payouts_claim claim ON claim.id = verdict.claim_id
WHERE claim.contract_id = ANY(%(contracts)s) AND NOT verdict.passed
  AND NOT EXISTS (SELECT FROM payouts_hold hold JOIN payouts_accrualline line ON line.id = hold.line_id
                  WHERE hold.rule = verdict.rule AND line.contract_id = ANY(%(contracts)s))
GROUP BY verdict.rule
ORDER BY 3 DESC, 1
"""

_HELD = f"""
SELECT line.consignment_id, load.number AS consignment_number, line.stage, hold.rule, hold.params, line.mass_g,
       line.amount_tiyn, hold.placed_at, hold.lifted_at, hold.lifted_why
FROM payouts_hold hold JOIN payouts_accrualline line ON line.id = hold.line_id
JOIN custody_consignment load ON load.id = line.consignment_id
WHERE line.contract_id = ANY(%(contracts)s) ORDER BY hold.id DESC LIMIT {NAMED}
"""

_VERBS = """
SELECT verb, count(*)::int AS lines_n, min(at) AS first_at, max(at) AS last_at FROM audit_auditline
WHERE organisation_id = %(company)s GROUP BY verb ORDER BY verb
"""

_BY_HAND = """
SELECT count(*)::int AS n FROM audit_rowhistory
WHERE line IS NULL AND (object_id = %(company)s OR object_id = ANY(%(contracts)s))
"""


def dossier(actor: Actor, organisation_id: UUID) -> Dossier:
    """Everything about one company; the caller's right to a dossier is the door's. NotFound for an unknown one."""
    company = organisation_of(actor, organisation_id)
    contracts = tuple(details(Contract.objects.filter(organisation_id=organisation_id).order_by("number")))
    asked = {"company": organisation_id, "contracts": [one.id for one in contracts]}
    plants = sorted({one.facility_id for one in contracts if one.facility_id})
    loads = tuple(MonthOfLoads(**row) for row in rows(_LOADS, asked))
    return Dossier(
        company=company, contracts=contracts,
        means=tuple(Means(**row) for row in rows(_MEANS, asked)),
        loads=loads,
        stocks=tuple(stock(plants)), balances=tuple(_balances(actor, plants, [one.month for one in loads])),
        rules=tuple(RuleHits(**row) for row in rows(_RULES, asked)),
        held=tuple(HeldLine(**row | {"params": orjson.loads(row["params"])}) for row in rows(_HELD, asked)),
        accounts=tuple(account for one in contracts for account in balances(actor, contract_id=one.id)),
        claims=tuple(claim for one in contracts for claim in claims(actor, contract_id=one.id)),
        verbs=tuple(VerbCount(**row) for row in rows(_VERBS, asked)),
        changed_by_hand_n=rows(_BY_HAND, asked)[0]["n"],
    )


def dossier_pdf(actor: Actor, organisation_id: UUID) -> bytes:
    """The same as a paper in Kazakh and Russian; the same bytes for the same facts."""
    return pdf(dossier(actor, organisation_id).plain())


def _balances(actor: Actor, plants: Sequence[UUID], months: Sequence[date]) -> Iterator[Balance]:
    for plant in plants if months else ():
        for one in balance(actor, plant, month_from=min(months), month_to=max(months)):
            if any((one.opening_g, one.in_g, one.out_g, one.loss_g, one.closing_g)):
                yield one
